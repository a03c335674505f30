"""Operators of dates, as half-open spans: a value matches where start <= value < end.

The bounds of a `date` field are day numbers (1 is the first of January of year 1), those of a `datetime` are instants.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.sql_voice.moments import UNITS, WHOLE_DAYS, Moment, day_of, in_order, instant_of
from tests.sql_voice.operands import pair_of
from tests.sql_voice.trees import Rule

Bound = int | datetime

_PLACES = {"this": 0, "last": -1, "next": 1}
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` on and before `end`; None is no bound."""

    start: Any = None
    end: Any = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the words of date operators mean for a `date` field (`days`) or a `datetime` field."""

    moment: Moment
    days: bool

    def span(self, operator: str, rule: Rule) -> Span:
        """What `operator` asks for; `rule` has the operand."""
        match operator:
            case "between":
                return self._between(rule)
            case "inPeriod":
                return self._period(rule)
            case "on" | "before" | "onOrBefore" | "after" | "onOrAfter":
                return self._beside(operator, self._point(rule, rule.operand))
            case _:
                return self._relative(operator, rule)

    def _beside(self, operator: str, point: Span) -> Span:
        match operator:
            case "before":
                return Span(None, point.start)
            case "onOrBefore":
                return Span(None, point.end)
            case "after":
                return Span(point.end, None)
            case "onOrAfter":
                return Span(point.start, None)
            case _:
                return point

    def _relative(self, operator: str, rule: Rule) -> Span:
        n, unit = amount_of_time(rule, rule.operand, WHOLE_DAYS if self.days else UNITS)
        match operator:
            case "withinLast":
                return Span(self._shifted(rule, -n, unit), self._now)
            case "withinNext":
                return Span(self._now, self._shifted(rule, n, unit))
            case "moreThanAgo":
                return Span(end=self._shifted(rule, -n, unit))
            case "moreThanAhead":
                # Strictly after: the first value there can be behind it.
                step: Any = 1 if self.days else timedelta(microseconds=1)
                return Span(start=self._shifted(rule, n, unit) + step)
            case _:
                raise rule.refused("no operator of a date", at="operator")

    @property
    def _now(self) -> Bound:
        return self.moment.today.toordinal() if self.days else self.moment.now

    def _shifted(self, rule: Rule, n: int, unit: str) -> Any:
        try:
            return self.moment.day_shifted(n, unit).toordinal() if self.days else self.moment.shifted(n, unit)
        except OverflowError as error:
            raise rule.refused("leaves the calendar", at="value") from error

    def _days(self, first: int, after: int) -> Span:
        if self.days:
            return Span(first, after)
        return Span(self.moment.midnight(first), self.moment.midnight(after))

    def _point(self, rule: Rule, raw: Any) -> Span:
        if day := day_of(raw):
            return self._days(day.toordinal(), day.toordinal() + 1)
        instant = None if self.days else instant_of(raw)
        if instant is None:
            raise rule.refused("expected a day" if self.days else "expected a day or an instant", at="value")
        return Span(instant, instant + _MILLISECOND)

    def _between(self, rule: Rule) -> Span:
        first, last = pair_of(rule, self._point)
        if not in_order(*pair_of(rule, lambda _, raw: raw)):
            raise rule.refused("the bounds are reversed", at="value")
        return Span(first.start, last.end)

    def _period(self, rule: Rule) -> Span:
        place, _, unit = str(rule.operand).partition("_")
        if place not in _PLACES or unit not in WHOLE_DAYS:
            raise rule.refused("expected this_, last_ or next_ with day, week, month, quarter or year", at="value")
        first, after = self.moment.period(_PLACES[place], unit)
        return self._days(first.toordinal(), after.toordinal())


def anniversaries(operator: str, rule: Rule, moment: Moment) -> list[int]:
    """Month and day as month * 100 + day, for each that has its anniversary on the days asked for."""
    if operator == "anniversaryOn":
        day = day_of(rule.operand)
        if day is None:
            raise rule.refused("expected a day with its year", at="value")
        return sorted(_celebrated(day.toordinal()))
    if operator != "anniversaryWithinNext":
        raise rule.refused("no operator of a date", at="operator")
    n, unit = amount_of_time(rule, rule.operand, WHOLE_DAYS)
    try:
        end = moment.day_shifted(n, unit).toordinal()
    except OverflowError as error:
        raise rule.refused("leaves the calendar", at="value") from error
    first = moment.today.toordinal()
    found: set[int] = set()
    for ordinal in range(first, min(end, first + 366)):  # no year is longer, and each has every anniversary
        found |= _celebrated(ordinal)
    return sorted(found)


def _celebrated(ordinal: int) -> set[int]:
    """Whose anniversary a day is: its own, and on 28 February of a year without a 29th that of the 29th."""
    day = date.fromordinal(ordinal)
    own = day.month * 100 + day.day
    return {own, 229} if own == 228 and not calendar.isleap(day.year) else {own}


def amount_of_time(rule: Rule, raw: Any, units: frozenset[str]) -> tuple[int, str]:
    """The n and unit of {"n": 3, "unit": "month"}."""
    if not isinstance(raw, dict) or raw.keys() != {"n", "unit"}:
        raise rule.refused('expected an amount of time like {"n": 3, "unit": "month"}', at="value")
    n, unit = raw["n"], raw["unit"]
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise rule.refused("expected n to be a whole number from 1 on", at="value")
    if unit not in units:
        raise rule.refused(f"expected the unit to be one of {', '.join(sorted(units))}", at="value")
    return n, unit
