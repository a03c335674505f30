"""Calendar days and instants."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mappings.types.base import FieldType, Trait, is_missing

MONTH_DAY = "_month_day"

# Instants that fall on a day of the calendar in every time zone; the calendar itself ends a day further out.
FIRST_INSTANT = datetime(1, 1, 2, tzinfo=UTC)
END_OF_INSTANTS = datetime(9999, 12, 31, tzinfo=UTC)

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)


def parse_day(raw: object) -> date:
    """The day of a text like 2026-11-24. Raises ValueError."""
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        raise ValueError('expected a day like "2026-11-24"')
    return date.fromisoformat(raw)


def parse_instant(raw: object) -> datetime:
    """The instant of an RFC 3339 text with an offset, in UTC, to the microsecond. Raises ValueError."""
    match = _INSTANT.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise ValueError('expected an instant with an offset, like "2026-11-24T08:30:00Z"')
    day, clock, offset = match.groups()
    whole, _, fraction = clock.partition(".")
    text = f"{day}T{whole}.{fraction[:6]:0<6}" if fraction else f"{day}T{whole}"
    written = datetime.fromisoformat(text + offset.upper())
    if not FIRST_INSTANT <= written < END_OF_INSTANTS:
        raise ValueError("the instant lies outside the calendar, 0001-01-02 to 9999-12-30 in UTC")
    return written.astimezone(UTC)


def write_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, the fraction beyond them dropped."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def month_day(day: date) -> int:
    """Month and day as one number, 101 to 1231: what anniversaries compare."""
    return day.month * 100 + day.day


class Date(FieldType):
    """A calendar day, without a time zone: 2026-11-24."""

    name = "date"
    trait = Trait.DATE
    slot = "date"
    companion_suffixes = (MONTH_DAY,)

    def companions(self, indexed: str, zone: ZoneInfo) -> dict[str, int]:
        return {MONTH_DAY: month_day(self.day(indexed, zone))}

    def day(self, indexed: str, zone: ZoneInfo) -> date:
        """The calendar day that the value falls on in the zone."""
        return parse_day(indexed)

    def load(self, raw: object) -> str | None:
        return None if is_missing(raw) else parse_day(raw).isoformat()

    def mapping(self) -> dict[str, Any]:
        return {"type": "date", "format": "strict_date_optional_time"}


class Datetime(Date):
    """An instant, to the millisecond: 2026-11-24T08:30:00.000Z."""

    name = "datetime"

    def load(self, raw: object) -> str | None:
        return None if is_missing(raw) else write_instant(parse_instant(raw))

    def day(self, indexed: str, zone: ZoneInfo) -> date:
        return datetime.fromisoformat(indexed).astimezone(zone).date()
