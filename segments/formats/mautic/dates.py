"""Mautic's filters on dates: a date, a period ("last month"), some time from today ("-5 days"), an anniversary.

After its DateOptionFactory and date decorators. Relative dates are days, counted from today in Mautic's time zone.
"""

from __future__ import annotations

import re
from datetime import datetime

from mappings import types
from mappings.fields import Field
from segments.errors import Refused
from segments.formats import comparisons as asking
from segments.formats.comparisons import Side
from segments.formats.nodes import Node, all_of, known, none_of, rule
from segments.formats.reading import Meaning, Reading
from segments.formats.relative import days, lapse

_SIDES = {"gt": Side.AFTER, "gte": Side.FROM, "lt": Side.BEFORE, "lte": Side.UNTIL}
_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_PERIODS = {
    f"{which} {unit}": f"{which}_{unit}" for which in ("last", "this", "next") for unit in ("week", "month", "year")
} | {"today": "this_day", "yesterday": "last_day", "tomorrow": "next_day"}
_RELATIVE = re.compile(r"([+-]?\d+) (day|week|month|year)s?( ago)?")
_ANNIVERSARY = re.compile(r"(?:birthday|anniversary)(?: ([+-]?\d+) (day|week)s?)?")
_WEEK_DOUBT = "the week begins on Monday in Mautic"
_MONTH_DOUBT = "counted from the 31st, Mautic runs over into the next month; here the month's last day is meant"
_LEAP_DOUBT = "here 29 February has its anniversary on 28 February in other years; in Mautic it has none"
_MIDNIGHT_DOUBT = "Mautic counts from midnight, here it is counted from now: those of the last day are left out"


def dated(reading: Reading, field: Field, operator: object, wanted: object) -> Meaning:
    """The meaning of a filter on a date. Raises Refused."""
    if not isinstance(operator, str) or operator not in ("=", "!=", *_SIDES) or not isinstance(wanted, str):
        raise Refused("unknown_operator", f"dates have no operator {operator!r:.200} here", at="/operator")
    words = wanted.strip().lower()
    if anniversary := _ANNIVERSARY.fullmatch(words):
        return _celebrated(reading, field, anniversary)
    if words in _PERIODS and operator in ("=", "!="):
        return _negated(operator, _period(reading, field, _PERIODS[words]))
    if words in _DAYS:
        return _from_today(reading, field, operator, _DAYS[words], "day")
    if relative := _RELATIVE.fullmatch(words):
        count = int(relative[1]) * (-1 if relative[3] else 1)
        return _from_today(reading, field, operator, count, relative[2])
    return _absolute(reading, field, operator, wanted.strip())


def _negated(operator: str, meaning: Meaning) -> Meaning:
    """The complement for !=, which takes in contacts without a date."""
    return Meaning(none_of(meaning.node), meaning.doubts) if operator == "!=" else meaning


def _period(reading: Reading, field: Field, period: str) -> Meaning:
    monday = reading.catalogue.week_start == 1 or "week" not in period
    return Meaning(rule(field, "inPeriod", period), reading.zone_doubts + (() if monday else (_WEEK_DOUBT,)))


def _celebrated(reading: Reading, field: Field, found: re.Match[str]) -> Meaning:
    """The operator does not matter to Mautic: the month and day are those of the day that is meant."""
    ahead = int(found[1] or 0) * (7 if found[2] == "week" else 1)
    if ahead < 0:
        raise Refused("unsupported", "only anniversaries of today and later can be asked for", at="/properties/filter")
    node = rule(field, "anniversaryWithinNext", lapse(ahead + 1))
    if ahead:
        node = all_of([node, none_of(rule(field, "anniversaryWithinNext", lapse(ahead)))])
    return Meaning(node, (_LEAP_DOUBT, *reading.zone_doubts))


# -- some time from today


def _from_today(reading: Reading, field: Field, operator: str, count: int, unit: str) -> Meaning:
    if unit in ("month", "year"):
        return _months(reading, field, operator, count, unit)
    day = count * (7 if unit == "week" else 1)
    if field.type is types.DATE:
        return Meaning(_days(field, operator, day), reading.zone_doubts)
    if operator in ("=", "!="):
        named = {-1: "last_day", 0: "this_day", 1: "next_day"}.get(day)
        if named is not None:
            return _negated(operator, _period(reading, field, named))
    elif day < 0:
        return Meaning(_instants(field, operator, -day), (_MIDNIGHT_DOUBT, *reading.zone_doubts))
    raise Refused("unsupported", f"{field.label} has a time of day: say a date, or days ago", at="/properties/filter")


def _days(field: Field, operator: str, day: int) -> Node:
    match operator:
        case "=":
            return days(field, day, day + 1)
        case "!=":
            return none_of(days(field, day, day + 1))
        case "gt":
            return days(field, day + 1, None)
        case "gte":
            return days(field, day, None)
        case "lt":
            return days(field, None, day)
        case _:
            return days(field, None, day + 1)


def _instants(field: Field, operator: str, ago: int) -> Node:
    """The midnight n days ago lies between n and n + 1 days before now."""
    if operator in ("gt", "gte"):
        return known(field, none_of(rule(field, "moreThanAgo", lapse(ago))))
    return rule(field, "moreThanAgo", lapse(ago + 1))


def _months(reading: Reading, field: Field, operator: str, count: int, unit: str) -> Meaning:
    if count >= 0 or field.type is not types.DATE or operator not in ("gte", "lt"):
        raise Refused(
            "unsupported", "months and years count back, from a day on or before it: say days", at="/properties/filter"
        )
    older = rule(field, "moreThanAgo", lapse(-count, unit))
    node = older if operator == "lt" else known(field, none_of(older))
    return Meaning(node, (_MONTH_DOUBT, *reading.zone_doubts))


# -- a date


def _absolute(reading: Reading, field: Field, operator: str, wanted: str) -> Meaning:
    try:
        at = datetime.fromisoformat(wanted)
    except ValueError:
        raise Refused("wrong_type", f"{wanted!r:.200} is not understood as a date", at="/properties/filter") from None
    if at.tzinfo is not None:
        raise Refused("wrong_type", "Mautic writes dates without an offset", at="/properties/filter")
    point = at.replace(tzinfo=reading.zone)
    doubts = () if field.type is types.DATE else reading.assumed_zone
    if operator in _SIDES:
        return Meaning(asking.beside(field, _SIDES[operator], point), doubts)
    exactly = all_of([asking.beside(field, Side.FROM, point), asking.beside(field, Side.UNTIL, point)])
    if field.type is types.DATE:
        exactly = rule(field, "on", at.date().isoformat())
    return _negated(operator, Meaning(exactly, doubts))
