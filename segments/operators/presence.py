"""Having a value at all."""

from __future__ import annotations

from mappings.fields import Field
from segments.clauses import Clause
from segments.moment import Moment
from segments.operators.access import Document, exists, has
from segments.operators.base import Operator, Ranks
from segments.operators.shapes import Nothing


class NotNull(Operator[None]):
    """There is a value."""

    name = "notNull"
    phrase = "has a value"
    shape = Nothing()

    def clause(self, field: Field, value: None, moment: Moment, ranks: Ranks) -> Clause:
        return exists(field)

    def holds(self, field: Field, value: None, document: Document, moment: Moment) -> bool:
        return has(field, document)
