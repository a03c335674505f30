"""The instant that a tree is asked at, and the calendar around it.

Everything here is Python's own calendar: SQL gets absolute bounds. PostgreSQL would read a midnight that happens twice
as the second one, and a day begins with the first.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_DURATIONS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
UNITS = frozenset(_DURATIONS | _MONTHS)
WHOLE_DAYS = UNITS - {"minute", "hour"}

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Moment:
    """`now` in an organisation's zone; `closed` where it is an earlier instant that was asked for."""

    now: datetime
    zone: ZoneInfo
    week_start: int
    closed: bool

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def shifted(self, n: int, unit: str) -> datetime:
        """`now` and n units: durations up to weeks, the wall clock moved along the calendar from months on."""
        if unit in _DURATIONS:
            return self.now + n * _DURATIONS[unit]
        local = self.now.astimezone(self.zone)
        day = _months_on(local.date(), n * _MONTHS[unit])
        return datetime.combine(day, local.time(), self.zone).astimezone(UTC)

    def day_shifted(self, n: int, unit: str) -> date:
        """Today and n units of whole days."""
        if unit in _DURATIONS:
            return self.today + n * _DURATIONS[unit]
        return _months_on(self.today, n * _MONTHS[unit])

    def midnight(self, ordinal: int) -> datetime:
        """The instant that a day begins at, by its number; the ends of time where Python's calendar has no such day."""
        try:
            first = datetime.combine(date.fromordinal(ordinal), datetime.min.time(), self.zone)
            return first.astimezone(UTC)
        except (OverflowError, ValueError):
            return _FIRST if ordinal <= 1 else _LAST

    def period(self, place: int, unit: str) -> tuple[date, date]:
        """The first day of the unit that today is in, moved by `place` units, and the day after its last."""
        today = self.today
        if unit in _MONTHS:
            size = _MONTHS[unit]
            first = date(today.year, (today.month - 1) // size * size + 1, 1)
            return _months_on(first, place * size), _months_on(first, (place + 1) * size)
        into = (today.isoweekday() - self.week_start) % 7 if unit == "week" else 0
        first = today - timedelta(days=into) + place * _DURATIONS[unit]
        return first, first + _DURATIONS[unit]


def day_of(raw: object) -> date | None:
    """The day that a text like 2026-11-24 names; None where it names none."""
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def instant_of(raw: object) -> datetime | None:
    """The instant of an RFC 3339 text, what is finer than a millisecond dropped; None where it is none."""
    match = _INSTANT.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        return None
    whole, fraction, offset = match.groups()
    try:
        instant = datetime.fromisoformat(whole + offset.upper()).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return instant + timedelta(milliseconds=int((fraction or "0")[:3].ljust(3, "0")))


def in_order(low: object, high: object) -> bool:
    """Whether two bounds stand the right way round, whatever the zone: a day and an instant always do."""
    days, instants = (day_of(low), day_of(high)), (instant_of(low), instant_of(high))
    return all(first is None or last is None or first <= last for first, last in (days, instants))


def _months_on(day: date, months: int) -> date:
    """The same day of another month, or its last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    if not 1 <= year <= 9999:
        raise OverflowError(f"year {year}")
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
