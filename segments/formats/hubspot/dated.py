"""Rules on dates as HubSpot's TIME_POINT and TIME_RANGED, in whole days of the organisation's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from mappings import types
from mappings.fields import Catalogue
from segments.errors import Refused
from segments.formats.comparisons import midnight_of
from segments.formats.hubspot.parts import (
    MIDNIGHT_DOUBT,
    Filters,
    date_point,
    now,
    time_point,
    time_ranged,
    today,
    unsaid,
)
from segments.formats.writing import Asked, Choices
from segments.operators.shapes import Lapse

_TICK = timedelta(milliseconds=1)
_DAYS = {"day": 1, "week": 7}


def dated(rule: Asked, name: str, catalogue: Catalogue) -> tuple[Choices[Filters], tuple[str, ...]]:
    """The filters that ask the same, and why they may not be exact. Raises Refused."""
    match rule.operator.name, rule.value:
        case ("withinLast" | "moreThanAgo") as operator, Lapse() as lapse:
            return [[_relative(rule, name, catalogue, operator, _days(lapse))]], _doubts(rule)
        case "between", (low, high):
            return [[_between(rule, name, catalogue, _day(low), _day(high))]], ()
        case "on", date() as day:
            return [[_between(rule, name, catalogue, _day(day), _day(day))]], ()
        case (("before" | "after" | "onOrBefore" | "onOrAfter"), date() as day):
            return [[_half(rule, name, catalogue, _day(day))]], ()
        case _:
            raise unsaid(rule)


def _day(value: date) -> date:
    if not isinstance(value, datetime):
        return value
    # HubSpot takes clock times only at the ends of a day.
    raise Refused("unsupported", f"HubSpot compares whole days: use a day in place of {value:%Y-%m-%dT%H:%M:%SZ}")


def _days(lapse: Lapse) -> int:
    if str(lapse.unit) not in _DAYS:
        raise Refused("unsupported", f"HubSpot counts in days: say {lapse} in days")
    return lapse.n * _DAYS[str(lapse.unit)]


def _doubts(rule: Asked) -> tuple[str, ...]:
    return () if rule.field.type is types.DATE else (MIDNIGHT_DOUBT,)


def _half(rule: Asked, name: str, catalogue: Catalogue, day: date) -> Filters:
    before = rule.operator.name in ("before", "onOrBefore")
    first = day if rule.operator.name in ("before", "onOrAfter") else day + timedelta(days=1)
    begin = midnight_of(first, catalogue.time_zone)
    if before is not rule.opposite:
        return time_point(name, "IS_BEFORE", date_point(begin, catalogue.time_zone), missing=rule.missing)
    return time_point(name, "IS_AFTER", date_point(begin - _TICK, catalogue.time_zone), missing=rule.missing)


def _between(rule: Asked, name: str, catalogue: Catalogue, low: date, high: date) -> Filters:
    begin = midnight_of(low, catalogue.time_zone)
    end = midnight_of(high + timedelta(days=1), catalogue.time_zone) - _TICK
    points = (date_point(begin, catalogue.time_zone), date_point(end, catalogue.time_zone))
    return time_ranged(name, *points, outside=rule.opposite, missing=rule.missing)


def _relative(rule: Asked, name: str, catalogue: Catalogue, operator: str, count: int) -> Filters:
    """Days can be said exactly; of instants, as many whole days as surely lie within what is meant."""
    zone, is_day = catalogue.time_zone, rule.field.type is types.DATE
    if operator == "withinLast":
        since = count if is_day or rule.opposite else count - 1
        until = today(-1, zone) if is_day else now(zone)
        return time_ranged(name, today(-since, zone), until, outside=rule.opposite, missing=rule.missing)
    if not rule.opposite:
        return time_point(name, "IS_BEFORE", today(-count, zone), missing=rule.missing)
    since = count if is_day else count - 1
    return time_point(name, "IS_AFTER", today(-since, zone), missing=rule.missing, edge="INCLUSIVE")
