"""Anniversaries: month and day come round every year; 29 February falls on 28 February in other years."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mappings import types
from mappings.fields import Field
from mappings.types.dates import MONTH_DAY, month_day
from segments.clauses import Clause
from segments.errors import Refused
from segments.limits import Limits
from segments.moment import Moment, Unit, instant_at
from segments.operators.access import Document, read
from segments.operators.base import Operator, Ranks
from segments.operators.operands import DayOperand
from segments.operators.shapes import Lapse, LapseShape, Shape, lapse_schema, load_lapse

_YEAR = 366
_DAY = DayOperand()


class DayShape(Shape[date]):
    """A calendar day, also for a field that holds instants."""

    def load(self, raw: object, field: Field, limits: Limits) -> date:
        return _DAY.load(raw)

    def dump(self, value: date, field: Field) -> str:
        return _DAY.dump(value)

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        return _DAY.schema()

    def words(self, field: Field, value: date) -> str:
        return _DAY.words(value)


class DaysShape(LapseShape):
    """An amount of time of whole days."""

    _units = tuple(unit for unit in Unit if unit not in (Unit.MINUTE, Unit.HOUR))

    def load(self, raw: object, field: Field, limits: Limits) -> Lapse:
        return load_lapse(raw, self._units)

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        return lapse_schema(self._units)


@dataclass(frozen=True)
class Anniversary(Operator[Any]):
    """The date's month and day come round on one of the days that `days` gives for the rule's value."""

    name: str
    phrase: str
    shape: Shape[Any]
    days: Callable[[Any, Moment], frozenset[int]]

    def check(self, field: Field, value: Any) -> None:
        if field.packing is not None:
            raise Refused("unsupported", f"{field.label} has no anniversary: it moves with the contact's engagement")

    def clause(self, field: Field, value: Any, moment: Moment, ranks: Ranks) -> Clause:
        return {"terms": {f"{field.path}{MONTH_DAY}": sorted(self.days(value, moment))}}

    def holds(self, field: Field, value: Any, document: Document, moment: Moment) -> bool:
        point = read(field, document)
        if point is None:
            return False
        is_day = field.type is types.DATE
        day = date.fromordinal(point) if is_day else instant_at(point).astimezone(moment.zone).date()
        return month_day(day) in self.days(value, moment)


def _celebrated(day: date) -> frozenset[int]:
    """The months and days whose anniversary is on that day."""
    leapling = (day.month, day.day) == (2, 28) and not calendar.isleap(day.year)
    return frozenset({month_day(day), 229} if leapling else {month_day(day)})


def _coming(lapse: Lapse, moment: Moment) -> frozenset[int]:
    today = moment.today
    count = min((moment.shifted_day(lapse.n, lapse.unit) - today).days, _YEAR)
    days = (today + timedelta(days=ahead) for ahead in range(count))
    return frozenset().union(*map(_celebrated, days))


ANNIVERSARY_ON = Anniversary("anniversaryOn", "has its anniversary on", DayShape(), lambda day, _: _celebrated(day))
ANNIVERSARY_WITHIN_NEXT = Anniversary(
    "anniversaryWithinNext", "has its anniversary within the next", DaysShape(), _coming
)
