"""The pieces that HubSpot's filters are made of: operations, and points in time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from segments.errors import Refused
from segments.formats.writing import Asked

Filters = dict[str, Any]  # a filter, or the branch of an event

MIDNIGHT_DOUBT = "HubSpot counts from midnight, here it is counted from now: those of the last day may be left out"


def property_filter(name: str, kind: str, operator: str, *, missing: bool = False, **rest: Any) -> Filters:
    """A PROPERTY filter; `missing` lets records without a value pass."""
    operation = {"operationType": kind, "operator": operator, "includeObjectsWithNoValueSet": missing, **rest}
    return {"filterType": "PROPERTY", "property": name, "operation": operation}


def unsaid(rule: Asked) -> Refused:
    """HubSpot has no operator for the rule."""
    asked = f"the opposite of {rule.operator.name}" if rule.opposite else rule.operator.name
    return Refused("unsupported", f"HubSpot has no operator for {asked}")


def time_point(name: str, operator: str, at: Filters, *, missing: bool = False, edge: str = "EXCLUSIVE") -> Filters:
    """IS_BEFORE or IS_AFTER a point."""
    parts = {"timePoint": at, "endpointBehavior": edge, "propertyParser": "VALUE", "type": "TIME_POINT"}
    return property_filter(name, "TIME_POINT", operator, missing=missing, **parts)


def time_ranged(name: str, low: Filters, high: Filters, *, outside: bool = False, missing: bool = False) -> Filters:
    """IS_BETWEEN or, if `outside`, IS_NOT_BETWEEN two points that both belong to the range."""
    parts = {
        "lowerBoundTimePoint": low,
        "upperBoundTimePoint": high,
        "lowerBoundEndpointBehavior": "INCLUSIVE",
        "upperBoundEndpointBehavior": "INCLUSIVE",
        "propertyParser": "VALUE",
        "type": "TIME_RANGED",
    }
    return property_filter(name, "TIME_RANGED", "IS_NOT_BETWEEN" if outside else "IS_BETWEEN", missing=missing, **parts)


def date_point(at: datetime, zone: ZoneInfo) -> Filters:
    """An instant on the zone's clock."""
    local = at.astimezone(zone)
    return {
        "timeType": "DATE",
        "timezoneSource": "CUSTOM",
        "zoneId": str(zone),
        "year": local.year,
        "month": local.month,
        "day": local.day,
        "hour": local.hour,
        "minute": local.minute,
        "second": local.second,
        "millisecond": local.microsecond // 1000,
    }


def today(days: int, zone: ZoneInfo) -> Filters:
    """So many days from the midnight that began today."""
    return _indexed("TODAY", zone) | {"offset": {"days": days}}


def now(zone: ZoneInfo) -> Filters:
    """The present."""
    return _indexed("NOW", zone)


def _indexed(reference: str, zone: ZoneInfo) -> Filters:
    return {
        "timeType": "INDEXED",
        "timezoneSource": "CUSTOM",
        "zoneId": str(zone),
        "indexReference": {"referenceType": reference},
    }
