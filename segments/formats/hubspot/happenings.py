"""Rules on behaviours as HubSpot's UNIFIED_EVENTS branches."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from mappings.fields import Catalogue
from segments.errors import Refused
from segments.formats.account import Account
from segments.formats.comparisons import midnight_of
from segments.formats.hubspot.names import TIMESTAMP
from segments.formats.hubspot.parts import (
    MIDNIGHT_DOUBT,
    Filters,
    date_point,
    now,
    property_filter,
    time_point,
    time_ranged,
    today,
    unsaid,
)
from segments.formats.writing import Asked, Choices
from segments.operators.engagement import Occurrence
from segments.operators.windows import EVER, Times, Window

_TICK = timedelta(milliseconds=1)
_DAYS = {"day": 1, "week": 7}


def happened(rule: Asked, catalogue: Catalogue, account: Account) -> tuple[Choices[Filters], tuple[str, ...]]:
    """The branches that ask the same, and why they may not be exact. Raises Refused."""
    if not isinstance(rule.value, Occurrence):
        raise unsaid(rule)
    event = _event(rule, account)
    # At most k is not (at least k + 1): those who never did it are meant.
    times, opposite = rule.value.times, rule.opposite
    if times.low == 0:
        times, opposite = Times((times.high or 0) + 1), not opposite
    timestamp, doubts = _within(rule.value.window, catalogue, narrow=_narrow(times, opposite))
    branch = _branch(event, timestamp, opposite=opposite) | _counted(times)
    if rule.opposite is rule.missing:
        return [[branch]], doubts
    # A behaviour is known where it ever happened.
    ever, _ = _within(EVER, catalogue, narrow=None)
    if rule.opposite:
        return [[branch, _branch(event, ever, opposite=False)]], doubts
    return [[branch], [_branch(event, ever, opposite=True)]], doubts


def _branch(event: str, timestamp: Filters, *, opposite: bool) -> Filters:
    return {
        "filterBranchType": "UNIFIED_EVENTS",
        "filterBranchOperator": "AND",
        "eventTypeId": event,
        "operator": "HAS_NOT_COMPLETED" if opposite else "HAS_COMPLETED",
        "filters": [timestamp],
        "filterBranches": [],
    }


def _narrow(times: Times, opposite: bool) -> bool | None:
    """Whether a window that is too short is safe, or one that is too long; None where neither is."""
    return not opposite if times.high is None else None


def _counted(times: Times) -> dict[str, Any]:
    if times == Times(1):
        return {}
    most = {} if times.high is None else {"maxOccurrences": times.high}
    return {"coalescingRefineBy": {"type": "NUM_OCCURRENCES", "minOccurrences": times.low, **most}}


def _event(rule: Asked, account: Account) -> str:
    key = rule.field.name.removeprefix("engagement.")
    found = next((theirs for theirs, ours in account.events.items() if ours == key), None)
    if found is None:
        raise Refused(
            "unknown_field", f"the behaviour {key} is no event of HubSpot: map an eventTypeId to it under events"
        )
    return found


def _within(window: Window, catalogue: Catalogue, narrow: bool | None) -> tuple[Filters, tuple[str, ...]]:
    zone = catalogue.time_zone
    if window.last is not None:
        if str(window.last.unit) not in _DAYS or narrow is None:
            raise Refused("unsupported", f"HubSpot counts whole days from midnight: say a date in place of {window}")
        count = window.last.n * _DAYS[str(window.last.unit)]
        since = today(-(count - 1 if narrow else count), zone)
        return time_ranged(TIMESTAMP, since, now(zone)), (MIDNIGHT_DOUBT,)
    start = None if window.start is None else _instant(window.start, catalogue)
    stop = None if window.stop is None else _instant(window.stop, catalogue) - _TICK
    if start is not None and stop is not None:
        return time_ranged(TIMESTAMP, date_point(start, zone), date_point(stop, zone)), ()
    if start is not None:
        return time_point(TIMESTAMP, "IS_AFTER", date_point(start - _TICK, zone)), ()
    if stop is not None:
        return time_point(TIMESTAMP, "IS_BEFORE", date_point(stop + _TICK, zone)), ()
    # A branch has at least one filter.
    return property_filter(TIMESTAMP, "ALL_PROPERTY", "IS_KNOWN"), ()


def _instant(value: date, catalogue: Catalogue) -> datetime:
    if not isinstance(value, datetime):
        return midnight_of(value, catalogue.time_zone).astimezone(UTC)
    return value
