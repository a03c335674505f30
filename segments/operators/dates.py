"""Days and instants: every positive rule is a stretch of the calendar, [low, high)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from mappings import types
from mappings.fields import Field
from mappings.types.dates import END_OF_INSTANTS
from segments.clauses import Clause
from segments.limits import Limits
from segments.moment import Moment, Unit, milliseconds, shift_months
from segments.operators.access import Document, Span, in_span, read
from segments.operators.base import Operator, Ranks
from segments.operators.shapes import CountedShape, Lapse, LapseShape, One, Pair, Shape, one_of


@dataclass(frozen=True)
class InSpan(Operator[Any]):
    """The day or instant lies where `span` says for the rule's value."""

    name: str
    phrase: str
    shape: Shape[Any]
    span: Callable[[Any, Field, Moment], Span]

    def clause(self, field: Field, value: Any, moment: Moment, ranks: Ranks) -> Clause:
        return in_span(field, self.span(value, field, moment))

    def holds(self, field: Field, value: Any, document: Document, moment: Moment) -> bool:
        point = read(field, document)
        return point is not None and self.span(value, field, moment).hold(point)


def begin(value: date, field: Field, moment: Moment) -> int:
    """The first point of the field's axis that belongs to the day or instant."""
    if field.type is types.DATE:
        return value.toordinal()
    return milliseconds(value if isinstance(value, datetime) else moment.start_of(value))


def end(value: date, field: Field, moment: Moment) -> int:
    """The first point behind the day or instant."""
    if isinstance(value, datetime) or field.type is types.DATE:
        return begin(value, field, moment) + 1
    return milliseconds(END_OF_INSTANTS) if value == date.max else begin(value + timedelta(days=1), field, moment)


def now(field: Field, moment: Moment) -> int:
    """Today, or this instant."""
    return moment.today.toordinal() if field.type is types.DATE else milliseconds(moment.now)


def ago(lapse: Lapse, field: Field, moment: Moment) -> int:
    """The point so much time before now."""
    return _shifted(-lapse.n, lapse.unit, field, moment)


def ahead(lapse: Lapse, field: Field, moment: Moment) -> int:
    """The point so much time behind now."""
    return _shifted(lapse.n, lapse.unit, field, moment)


def _shifted(count: int, unit: Unit, field: Field, moment: Moment) -> int:
    if field.type is types.DATE:
        return moment.shifted_day(count, unit).toordinal()
    return milliseconds(moment.shifted(count, unit))


ON = InSpan("on", "is on", One(), lambda day, f, m: Span(begin(day, f, m), end(day, f, m)))
BEFORE = InSpan("before", "is before", One(), lambda day, f, m: Span(high=begin(day, f, m)))
AFTER = InSpan("after", "is after", One(), lambda day, f, m: Span(low=end(day, f, m)))
ON_OR_BEFORE = InSpan("onOrBefore", "is on or before", One(), lambda day, f, m: Span(high=end(day, f, m)))
ON_OR_AFTER = InSpan("onOrAfter", "is on or after", One(), lambda day, f, m: Span(low=begin(day, f, m)))
BETWEEN = InSpan("between", "is between", Pair(), lambda days, f, m: Span(begin(days[0], f, m), end(days[1], f, m)))
WITHIN_LAST = InSpan("withinLast", "is within the last", LapseShape(), lambda x, f, m: Span(ago(x, f, m), now(f, m)))
WITHIN_NEXT = InSpan("withinNext", "is within the next", LapseShape(), lambda x, f, m: Span(now(f, m), ahead(x, f, m)))
MORE_THAN_AGO = InSpan("moreThanAgo", "is more than … ago", CountedShape(), lambda x, f, m: Span(high=ago(x, f, m)))
MORE_THAN_AHEAD = InSpan(
    "moreThanAhead", "is more than … ahead", CountedShape(), lambda x, f, m: Span(low=ahead(x, f, m) + 1)
)


# -- calendar periods

_WHICH = {"last": -1, "this": 0, "next": 1}
_DAYS = {"last_day": "yesterday", "this_day": "today", "next_day": "tomorrow"}
_PERIODS = tuple(f"{which}_{unit}" for which in _WHICH for unit in ("day", "week", "month", "quarter", "year"))


class Period(Shape[str]):
    """this_month, last_week, next_year, ..."""

    def load(self, raw: object, field: Field, limits: Limits) -> str:
        return one_of(raw, _PERIODS)

    def dump(self, value: str, field: Field) -> str:
        return value

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        return {"enum": list(_PERIODS)}

    def words(self, field: Field, value: str) -> str:
        return _DAYS.get(value, value.replace("_", " "))


def period_span(period: str, field: Field, moment: Moment) -> Span:
    """The days of a calendar period, counted from today."""
    which, unit = period.split("_")
    first = _begin_of(moment.today, Unit(unit), moment.week_start)
    low = _step(first, _WHICH[which], Unit(unit))
    high = _step(low, 1, Unit(unit))
    return Span(begin(low, field, moment), begin(high, field, moment))


def _begin_of(day: date, unit: Unit, week_start: int) -> date:
    match unit:
        case Unit.WEEK:
            return day - timedelta(days=(day.isoweekday() - week_start) % 7)
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day


def _step(day: date, count: int, unit: Unit) -> date:
    months = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}.get(unit)
    if months is None:
        return day + timedelta(days=count * (7 if unit is Unit.WEEK else 1))
    return shift_months(day, count * months)


class InPeriod(InSpan):
    """The day or instant lies in a period of the calendar."""

    def sentence(self, field: Field, value: str) -> str:
        return self.said("is", field, value)


IN_PERIOD = InPeriod("inPeriod", "is in", Period(), period_span)
