"""Numbers between bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mappings.fields import Field
from segments.clauses import Clause
from segments.moment import Moment
from segments.operators.access import Bounds, Document, in_bounds, read
from segments.operators.base import Operator, Ranks
from segments.operators.shapes import One, Pair, Shape


@dataclass(frozen=True)
class InBounds(Operator[Any]):
    """The number lies where `bounds` says for the rule's value."""

    name: str
    phrase: str
    shape: Shape[Any]
    bounds: Callable[[Any], Bounds]

    def clause(self, field: Field, value: Any, moment: Moment, ranks: Ranks) -> Clause:
        return in_bounds(field, self.bounds(value))

    def holds(self, field: Field, value: Any, document: Document, moment: Moment) -> bool:
        number = read(field, document)
        return number is not None and self.bounds(value).hold(number)


LESS = InBounds("<", "is less than", One(), lambda x: Bounds(high=x, high_open=True))
AT_MOST = InBounds("<=", "is at most", One(), lambda x: Bounds(high=x))
MORE = InBounds(">", "is more than", One(), lambda x: Bounds(low=x, low_open=True))
AT_LEAST = InBounds(">=", "is at least", One(), lambda x: Bounds(low=x))
BETWEEN = InBounds("between", "is between", Pair(), lambda pair: Bounds(*pair))
