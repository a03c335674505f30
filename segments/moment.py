"""The instant of an evaluation, and the calendar arithmetic that counts from it.

Axes: a `datetime` field is compared in whole milliseconds since 1970, a `date` field in whole days (proleptic
Gregorian ordinals), a behaviour in whole seconds since 1970. Spans on them are half-open: [low, high).
"""

from __future__ import annotations

import calendar
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mappings.fields import Catalogue
from mappings.types.dates import END_OF_INSTANTS, FIRST_INSTANT

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND, _SECOND = timedelta(milliseconds=1), timedelta(seconds=1)


class Unit(StrEnum):
    """A unit of relative time: minutes to weeks are durations, the others follow the calendar."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_DURATIONS = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.WEEK: timedelta(weeks=1),
}
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Moment:
    """The one `now` of an evaluation, in UTC, with the organisation's zone and week.

    `closed` moments lie in the past: windows end there exactly. At the present, windows are open-ended, since events of
    the future are refused when written.
    """

    now: datetime
    zone: ZoneInfo
    week_start: int = 1
    closed: bool = False

    @classmethod
    def present(cls, catalogue: Catalogue, clock: datetime) -> Moment:
        """The end of the minute of `clock`: what just happened counts, and equal requests are equal queries."""
        minute = clock.astimezone(UTC).replace(second=0, microsecond=0)
        return cls(minute + timedelta(minutes=1), catalogue.time_zone, catalogue.week_start)

    @classmethod
    def past(cls, catalogue: Catalogue, as_of: datetime) -> Moment:
        """An earlier instant."""
        return cls(as_of.astimezone(UTC), catalogue.time_zone, catalogue.week_start, closed=True)

    @property
    def today(self) -> date:
        """The day it is in the organisation's zone."""
        return self.now.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The first instant of the day in the organisation's zone.

        A day whose midnight a clock change skips begins with the change; one with two midnights begins with the first.
        """
        wall = datetime.combine(day, time.min, self.zone)
        try:
            midnight = wall.astimezone(UTC)
        except OverflowError:  # the very first day, east of Greenwich: no instant is older
            return FIRST_INSTANT
        if midnight.astimezone(self.zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return midnight
        return self._change_to(day, wall.replace(fold=1).astimezone(UTC), midnight)

    def _change_to(self, day: date, before: datetime, after: datetime) -> datetime:
        """The instant of the clock change between the two, behind which it is that day or later."""

        def changed(second: int) -> bool:
            return (before + timedelta(seconds=second)).astimezone(self.zone).date() >= day

        between = range(int((after - before).total_seconds()))
        return before + timedelta(seconds=bisect_left(between, True, key=changed))

    def shifted(self, count: int, unit: Unit) -> datetime:
        """`now` plus `count` units; negative counts go back."""
        try:
            duration = _DURATIONS.get(unit)
            if duration is not None:
                return _within(self.now + count * duration)
            local = self.now.astimezone(self.zone)
            day = shift_months(local.date(), count * _MONTHS[unit])
            return _within(datetime.combine(day, local.timetz()).astimezone(UTC))
        except OverflowError:
            return FIRST_INSTANT if count < 0 else END_OF_INSTANTS

    def shifted_day(self, count: int, unit: Unit) -> date:
        """Today plus `count` units of at least a day."""
        try:
            if unit in _DURATIONS:
                return self.today + count * _DURATIONS[unit]
            return shift_months(self.today, count * _MONTHS[unit])
        except OverflowError:
            return date.min if count < 0 else date.max


def _within(instant: datetime) -> datetime:
    return min(max(instant, FIRST_INSTANT), END_OF_INSTANTS)


def shift_months(day: date, months: int) -> date:
    """The same day so many months on, or the month's last where it has no such day.

    Raises OverflowError outside the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError("outside the calendar")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def milliseconds(instant: datetime) -> int:
    """Whole milliseconds since 1970, the next one where the instant lies between two."""
    return -((_EPOCH - instant) // _MILLISECOND)


def seconds(instant: datetime) -> int:
    """Whole seconds since 1970, the next one where the instant lies between two."""
    return -((_EPOCH - instant) // _SECOND)


def instant_at(milliseconds_since_1970: int) -> datetime:
    """The instant of so many milliseconds."""
    return _EPOCH + timedelta(milliseconds=milliseconds_since_1970)
