"""HubSpot's points in time: a date on the clock of a zone, or some days from today or now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from segments.errors import Refused
from segments.operators.shapes import keys, whole

_DATE = ("timeType", "timezoneSource", "zoneId", "year", "month", "day", "hour", "minute", "second", "millisecond")
_INDEXED = ("timeType", "timezoneSource", "zoneId", "indexReference", "offset")


@dataclass(frozen=True, slots=True)
class Absolute:
    """An instant; `at` has the zone whose clock it was read from."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Relative:
    """So many days from now, or from the midnight that began today in the zone."""

    days: int
    from_now: bool
    zone: ZoneInfo


Point = Absolute | Relative


def point(operation: Mapping[str, Any], key: str) -> Point:
    """The point that stands under the key. Raises Refused."""
    try:
        return _point(operation.get(key))
    except Refused as refused:
        raise refused.within(key) from None


def _point(raw: object) -> Point:
    match raw.get("timeType") if isinstance(raw, dict) else None:
        case "DATE":
            return _absolute(keys(raw, optional=_DATE))
        case "INDEXED":
            return _relative(keys(raw, required=("indexReference",), optional=_INDEXED))
        case "PROPERTY_REFERENCED":
            raise Refused("unsupported", "comparing two properties is not possible here: compare with a date")
        case other:
            raise Refused("wrong_type", f"expected a point in time, not {other!r:.200}", at="/timeType")


def _absolute(given: Mapping[str, Any]) -> Absolute:
    year, month, day = (whole(given.get(key), low=1, high=9999, at=f"/{key}") for key in _DATE[3:6])
    hour, minute, second, milli = (whole(given.get(key) or 0, low=0, high=999, at=f"/{key}") for key in _DATE[6:])
    zone = _zone(given)
    try:
        at = datetime(year, month, day, hour, minute, second, milli * 1000, zone)
    except ValueError as error:
        raise Refused("wrong_type", f"there is no such date: {error}") from None
    return Absolute(at)


def _relative(given: Mapping[str, Any]) -> Relative:
    reference = keys(given["indexReference"], required=("referenceType",))["referenceType"]
    if reference not in ("TODAY", "NOW"):
        raise Refused(
            "unsupported", f"{reference!r:.200} is not understood: count from TODAY or NOW", at="/indexReference"
        )
    offset = keys(given.get("offset") or {}, optional=("days", "weeks"))
    days, weeks = (whole(offset.get(key) or 0, low=-36_500, high=36_500, at="/offset") for key in ("days", "weeks"))
    return Relative(days + 7 * weeks, reference == "NOW", _zone(given))


def _zone(given: Mapping[str, Any]) -> ZoneInfo:
    try:
        return ZoneInfo(str(given.get("zoneId")))
    except (KeyError, ValueError, OSError):  # of no zone, or no name at all
        raise Refused("wrong_type", "expected the name of a time zone", at="/zoneId") from None
