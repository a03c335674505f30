"""HubSpot's UNIFIED_EVENTS: how often an event happened, within a window of its timestamp.

`pruningRefineBy` narrows the time, `coalescingRefineBy` counts (see "Refine by operations" in HubSpot's documentation).
Conditions on other properties of the event are refused: all predicates of a behaviour here speak of the same event only
if they are declared with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mappings.types.dates import write_instant
from segments.errors import Refused
from segments.formats.hubspot.names import TIMESTAMP
from segments.formats.hubspot.points import Absolute, Point, Relative, point
from segments.formats.hubspot.times import inclusive
from segments.formats.nodes import none_of, rule
from segments.formats.reading import Meaning, Reading
from segments.formats.values import items
from segments.operators.shapes import keys, one_of, whole

_BRANCH = ("filterBranchType", "filterBranchOperator", "filterBranches", "filters", "operator")
_FILTER = ("filterType", "filterLines")
_REFINED = ("eventTypeId", "coalescingRefineBy", "pruningRefineBy")
_MIDNIGHT_DOUBT = "HubSpot counts from midnight, here it is counted from now: events on the first day may be left out"
_OFFSET_DOUBT = "HubSpot does not document whether its days begin at midnight; here they are counted back from now"
_MOST_DOUBT = "HubSpot does not document whether those who never did it count; here they do not"
_TICK = timedelta(milliseconds=1)  # HubSpot's resolution; events here have seconds

JSON = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Window:
    """The window as a rule has it, and why it may not be exact."""

    value: dict[str, Any] | None
    doubts: tuple[str, ...] = ()


def event(reading: Reading, one: dict[str, Any]) -> Meaning:
    """The meaning of a UNIFIED_EVENTS branch or filter. Raises Refused."""
    given = keys(one, required=("eventTypeId",), optional=(*_BRANCH, *_FILTER, *_REFINED))
    if given.get("filterBranches"):
        raise Refused("unsupported", "events cannot be narrowed by branches", at="/filterBranches")
    behaviour = reading.behaviour(given["eventTypeId"])
    negated = one_of(given.get("operator", "HAS_COMPLETED"), _OPERATORS, "/operator") == "HAS_NOT_COMPLETED"
    times, doubts = _times(given.get("coalescingRefineBy"))
    # A window that is too short is safe where more is asked for, one that is too long where less is.
    narrow = None if "between" in times else negated is reading.inverted
    window = _window(given, narrow)
    value = ({"times": times} if times else {}) | ({"window": window.value} if window.value else {})
    node = rule(behaviour, "happened", value or None)
    if negated and times:
        return Meaning(none_of(node), doubts + window.doubts)
    return Meaning(rule(behaviour, "didNotHappen", value or None) if negated else node, doubts + window.doubts)


_OPERATORS = ("HAS_COMPLETED", "HAS_NOT_COMPLETED")


def _times(raw: object) -> tuple[dict[str, Any], tuple[str, ...]]:
    if raw is None:
        return {}, ()
    try:
        given = keys(raw, required=("type",), optional=("minOccurrences", "maxOccurrences"))
        one_of(given["type"], ("NUM_OCCURRENCES",), "/type")
        low = whole(given.get("minOccurrences") or 1, low=1, high=511, at="/minOccurrences")
        if given.get("maxOccurrences") is None:
            return ({"at_least": low} if low > 1 else {}), ()
        high = whole(given["maxOccurrences"], low=1, high=510, at="/maxOccurrences")
    except Refused as refused:
        raise refused.within("coalescingRefineBy") from None
    return {"between": [low, high]}, () if "minOccurrences" in given else (_MOST_DOUBT,)


# -- windows


def _window(given: JSON, narrow: bool | None) -> _Window:
    key = "filters" if "filters" in given else "filterLines"
    lines = given.get(key) or []
    windows = [
        _line(one, narrow, f"/{key}/{place}") for place, one in enumerate(items(lines, at=f"/{key}") if lines else [])
    ]
    if given.get("pruningRefineBy") is not None:
        windows.append(_pruned(given["pruningRefineBy"], narrow))
    limited = [window for window in windows if window.value is not None]
    if len(limited) > 1:
        raise Refused("unsupported", "the event has more than one window: say it as one range")
    return limited[0] if limited else _Window(None)


def _line(one: object, narrow: bool | None, at: str) -> _Window:
    try:
        given = keys(one, required=("property", "operation"), optional=("filterType", "frameworkFilterId"))
        return _time(_of_timestamp(given), narrow)
    except Refused as refused:
        raise Refused(refused.code, refused.detail, at=f"{at}{refused.at}") from None


def _of_timestamp(given: JSON) -> JSON:
    if given["property"] != TIMESTAMP or not isinstance(given["operation"], dict):
        remedy = f"declare a behaviour that is narrowed by it and map the event to that; {TIMESTAMP} gives a window"
        raise Refused("unsupported", f"properties of events are not asked about in a tree: {remedy}", at="/property")
    return given["operation"]


def _time(operation: JSON, narrow: bool | None) -> _Window:
    match operation.get("operationType"), operation.get("operator"):
        case "ALL_PROPERTY", "IS_KNOWN":
            return _Window(None)
        case "TIME_POINT", "IS_AFTER":
            return _since(
                point(operation, "timePoint"), narrow, inclusive(operation, "endpointBehavior", otherwise=False)
            )
        case "TIME_POINT", "IS_BEFORE":
            included = inclusive(operation, "endpointBehavior", otherwise=False)
            return _Window({"before": _end(point(operation, "timePoint"), included)})
        case "TIME_RANGED", "IS_BETWEEN":
            return _between(operation, narrow)
        case _:
            kind, operator = operation.get("operationType"), operation.get("operator")
            raise Refused("unsupported", f"{kind!r:.99} {operator!r:.99} gives no window here")


def _between(operation: JSON, narrow: bool | None) -> _Window:
    low, high = point(operation, "lowerBoundTimePoint"), point(operation, "upperBoundTimePoint")
    low_in, high_in = (
        inclusive(operation, f"{which}BoundEndpointBehavior", otherwise=True) for which in ("lower", "upper")
    )
    if isinstance(low, Relative) and high == Relative(0, True, low.zone):
        return _since(low, narrow, low_in)
    return _Window({"from": _start(low, low_in), "to": _end(high, high_in)})


def _since(low: Point, narrow: bool | None, included: bool) -> _Window:
    if isinstance(low, Absolute):
        return _Window({"after": _start(low, included)})
    if low.from_now and low.days < 0:
        return _Window({"last": {"n": -low.days, "unit": "day"}})
    if low.days < 0 and narrow is not None:
        return _Window({"last": {"n": -low.days + (0 if narrow else 1), "unit": "day"}}, (_MIDNIGHT_DOUBT,))
    raise Refused("unsupported", "days since midnight cannot be said of this count: give a date, or count from NOW")


def _start(low: Point, included: bool) -> str:
    # Events have whole seconds: later than an instant is at or after the next millisecond.
    return write_instant(_absolute(low) + (timedelta() if included else _TICK))


def _end(high: Point, included: bool) -> str:
    return write_instant(_absolute(high) + (_TICK if included else timedelta()))


def _absolute(one: Point) -> datetime:
    if isinstance(one, Relative):
        raise Refused("unsupported", "a window here ends at a date, or now")
    return one.at.astimezone(UTC)


def _pruned(raw: object, narrow: bool | None) -> _Window:
    try:
        return _refined(raw, narrow)
    except Refused as refused:
        raise refused.within("pruningRefineBy") from None


def _refined(raw: object, narrow: bool | None) -> _Window:
    match raw:
        case {"type": "ABSOLUTE_COMPARATIVE", "comparison": "AFTER", "timestamp": int(at)}:
            return _Window({"after": _start(_milliseconds(at), included=False)})
        case {"type": "ABSOLUTE_COMPARATIVE", "comparison": "BEFORE", "timestamp": int(at)}:
            return _Window({"before": _end(_milliseconds(at), included=False)})
        case {
            "type": "ABSOLUTE_RANGED",
            "rangeType": "BETWEEN",
            "lowerTimestamp": int(low),
            "upperTimestamp": int(high),
        }:
            return _Window(
                {"from": _start(_milliseconds(low), included=True), "to": _end(_milliseconds(high), included=True)}
            )
        case {"type": "RELATIVE_COMPARATIVE", "comparison": "AFTER", "timeOffset": offset} if narrow is not None:
            return _last(offset, narrow)
        case {"type": "ALL_HISTORY"}:
            return _Window(None)
        case _:
            raise Refused("unsupported", "this window is not understood: say it by dates, or as the last days")


def _last(offset: object, narrow: bool) -> _Window:
    given = keys(offset, required=("amount", "timeUnit", "offsetDirection"))
    one_of(given["offsetDirection"], ("PAST",), "/timeOffset/offsetDirection")
    one_of(given["timeUnit"], ("DAYS",), "/timeOffset/timeUnit")
    amount = whole(given["amount"], low=1, high=36_500, at="/timeOffset/amount")
    return _Window({"last": {"n": amount + (0 if narrow else 1), "unit": "day"}}, (_OFFSET_DOUBT,))


def _milliseconds(at: int) -> Absolute:
    try:
        return Absolute(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at))
    except OverflowError:
        raise Refused("wrong_type", "expected milliseconds since 1970") from None
