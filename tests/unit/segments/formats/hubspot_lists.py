"""HubSpot's lists, as its API has them."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]


def prop(name: str, kind: str, operator: str, **rest: object) -> JSON:
    """A PROPERTY filter."""
    return {
        "filterType": "PROPERTY",
        "property": name,
        "operation": {"operationType": kind, "operator": operator, **rest},
    }


def branch(kind: str, *parts: JSON) -> JSON:
    """A branch of filters and branches."""
    return {
        "filterBranchType": kind,
        "filterBranchOperator": kind,
        "filters": [part for part in parts if "filterType" in part],
        "filterBranches": [part for part in parts if "filterType" not in part],
    }


def contacts(*parts: JSON) -> JSON:
    """A list of the contacts that meet all of the parts."""
    return {"objectTypeId": "0-1", "filterBranch": branch("OR", branch("AND", *parts))}


def at(year: int, month: int, day: int, *clock: int, zone: str = "Europe/Berlin") -> JSON:
    """A date on a clock."""
    hour, minute, second, milli = (*clock, 0, 0, 0, 0)[:4]
    return {
        "timeType": "DATE",
        "timezoneSource": "CUSTOM",
        "zoneId": zone,
        "year": year,
        "month": month,
        "day": day,
        "hour": hour,
        "minute": minute,
        "second": second,
        "millisecond": milli,
    }


def indexed(reference: str, days: int = 0, zone: str = "Europe/Berlin") -> JSON:
    """Some days from today or now."""
    return {
        "timeType": "INDEXED",
        "timezoneSource": "CUSTOM",
        "zoneId": zone,
        "indexReference": {"referenceType": reference},
        "offset": {"days": days},
    }


def point(name: str, operator: str, when: JSON, **rest: object) -> JSON:
    """A TIME_POINT filter."""
    parts = {"endpointBehavior": "EXCLUSIVE", "propertyParser": "VALUE", "type": "TIME_POINT"} | rest
    return prop(name, "TIME_POINT", operator, timePoint=when, **parts)


def ranged(name: str, low: JSON, high: JSON, operator: str = "IS_BETWEEN", **rest: object) -> JSON:
    """A TIME_RANGED filter."""
    parts = {
        "lowerBoundTimePoint": low,
        "upperBoundTimePoint": high,
        "lowerBoundEndpointBehavior": "INCLUSIVE",
        "upperBoundEndpointBehavior": "INCLUSIVE",
        "type": "TIME_RANGED",
    }
    return prop(name, "TIME_RANGED", operator, **parts, **rest)


def event(*filters: JSON, operator: str = "HAS_COMPLETED", **rest: object) -> JSON:
    """A UNIFIED_EVENTS branch about purchases."""
    return {
        "filterBranchType": "UNIFIED_EVENTS",
        "filterBranchOperator": "AND",
        "eventTypeId": "e-purchase",
        "operator": operator,
        "filters": list(filters),
        "filterBranches": [],
        **rest,
    }


def times(**bounds: int) -> JSON:
    return {"coalescingRefineBy": {"type": "NUM_OCCURRENCES", **bounds}}


END = (23, 59, 59, 999)
KNOWN = {"includeObjectsWithNoValueSet": True}
