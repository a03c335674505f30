"""Days and instants, in three time zones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from tests.integration.sql_voice.world import DAYS, NAMES, SEEN, World, rule

# All that Berlin, Havana and Kathmandu answer alike, as the bounds are instants: now is 10:30 UTC on 31 March 2026.
INSTANTS = [
    ("on", "2026-03-31T10:30:00Z", "t7"),
    ("on", "2026-03-31T12:29:59.9999+02:00", "t6"),
    ("before", "2026-02-28T11:30:00Z", "h1 t1"),
    ("onOrBefore", "2026-02-28T11:30:00.000Z", "h1 t1 t2"),
    ("after", "2026-04-01T10:30:00Z", "t9"),
    ("onOrAfter", "2026-04-01T10:30:00Z", "t8 t9"),
    ("between", ["2026-03-29T21:59:59.999Z", "2026-03-29T22:00:00Z"], "t4 t5"),
    ("between", ["2026-03-29T21:59:59.999Z", "2026-03-29T21:59:59.999Z"], "t4"),
    ("withinLast", {"n": 1, "unit": "minute"}, "t6"),
    ("withinLast", {"n": 36, "unit": "hour"}, "t6"),
    ("withinLast", {"n": 2, "unit": "day"}, "t4 t5 t6"),
    ("withinLast", {"n": 1, "unit": "week"}, "t3 t4 t5 t6"),
    ("withinNext", {"n": 1, "unit": "day"}, "t7"),
    ("withinNext", {"n": 25, "unit": "hour"}, "t7 t8 t9"),
    ("moreThanAgo", {"n": 1, "unit": "week"}, "h1 h2 h3 t1 t2"),
    ("moreThanAhead", {"n": 1, "unit": "day"}, "t9"),
    ("notNull", None, " ".join(SEEN)),
]
# What depends on where days begin, or on the wall clock: Berlin, Havana, Kathmandu.
ZONED = [
    # 23 hours in Berlin, from 23:00 UTC; from 04:00 UTC in Havana; from 18:15 UTC in Kathmandu
    ("on", "2026-03-29", "t3 t4", "t4 t5", "t3"),
    # no midnight in Havana: its clocks went from 00:00 to 01:00
    ("on", "2026-03-08", "h2", "h2 h3", "h2"),
    # two midnights in Havana, and the day begins with the first
    ("on", "2025-11-02", "h1", "h1", "h1"),
    ("before", "2025-11-02", "", "", ""),
    ("before", "2026-03-29", "h1 h2 h3 t1 t2", "h1 h2 h3 t1 t2 t3", "h1 h2 h3 t1 t2"),
    ("onOrBefore", "2026-03-29", "h1 h2 h3 t1 t2 t3 t4", "h1 h2 h3 t1 t2 t3 t4 t5", "h1 h2 h3 t1 t2 t3"),
    ("after", "2026-03-29", "t5 t6 t7 t8 t9", "t6 t7 t8 t9", "t4 t5 t6 t7 t8 t9"),
    ("onOrAfter", "2026-03-30", "t5 t6 t7 t8 t9", "t6 t7 t8 t9", "t4 t5 t6 t7 t8 t9"),
    ("between", ["2026-03-29", "2026-03-30"], "t3 t4 t5", "t4 t5", "t3 t4 t5"),
    ("between", ["2026-03-29", "2026-03-31T10:30:00Z"], "t3 t4 t5 t6 t7", "t4 t5 t6 t7", "t3 t4 t5 t6 t7"),
    # 28 February at 12:30 in Berlin is 11:30 UTC; at 06:30 in Havana 11:30 UTC; at 16:15 in Kathmandu 10:30 UTC
    (
        "withinLast",
        {"n": 1, "unit": "month"},
        "h2 h3 t2 t3 t4 t5 t6",
        "h2 h3 t2 t3 t4 t5 t6",
        "h2 h3 t1 t2 t3 t4 t5 t6",
    ),
    ("moreThanAgo", {"n": 1, "unit": "month"}, "h1 t1", "h1 t1", "h1"),
    ("moreThanAgo", {"n": 1, "unit": "quarter"}, "h1", "h1", "h1"),
    ("moreThanAgo", {"n": 1, "unit": "year"}, "", "", ""),
    ("withinNext", {"n": 1, "unit": "year"}, "t7 t8 t9", "t7 t8 t9", "t7 t8 t9"),
    ("inPeriod", "this_day", "t6 t7", "t6 t7", "t6 t7"),
    ("inPeriod", "next_day", "t8 t9", "t8 t9", "t8 t9"),
    ("inPeriod", "last_day", "t5", "", "t4 t5"),
    # weeks begin on Monday, 30 March
    ("inPeriod", "this_week", "t5 t6 t7 t8 t9", "t6 t7 t8 t9", "t4 t5 t6 t7 t8 t9"),
    ("inPeriod", "last_week", "t3 t4", "t3 t4 t5", "t3"),
    ("inPeriod", "this_month", "h2 h3 t3 t4 t5 t6 t7", "h2 h3 t3 t4 t5 t6 t7", "h2 h3 t3 t4 t5 t6 t7"),
    ("inPeriod", "last_month", "t1 t2", "t1 t2", "t1 t2"),
    ("inPeriod", "next_quarter", "t8 t9", "t8 t9", "t8 t9"),
    ("inPeriod", "last_year", "h1", "h1", "h1"),
    ("anniversaryOn", "2031-03-29", "t3 t4", "t4 t5", "t3"),
    ("anniversaryWithinNext", {"n": 1, "unit": "day"}, "t6 t7", "t6 t7", "t6 t7"),
]
# Calendar days; today is 31 March everywhere.
CALENDAR = [
    ("on", "2026-03-31", "b5"),
    ("before", "2026-03-24", "b1 b2 b7 b8 b9"),
    ("onOrBefore", "2026-03-24", "b1 b2 b3 b7 b8 b9"),
    ("after", "2026-03-30", "b5 b6"),
    ("onOrAfter", "2026-03-30", "b4 b5 b6"),
    ("between", ["2026-03-24", "2026-03-30"], "b3 b4"),
    ("between", "2026-03-31,2026-03-31", "b5"),
    ("after", "9999-12-31", ""),
    ("before", "0001-01-01", ""),
    ("withinLast", {"n": 1, "unit": "day"}, "b4"),
    ("withinLast", {"n": 1, "unit": "week"}, "b3 b4"),
    ("withinLast", {"n": 1, "unit": "month"}, "b2 b3 b4"),
    ("withinNext", {"n": 1, "unit": "day"}, "b5"),
    ("withinNext", {"n": 2, "unit": "day"}, "b5 b6"),
    ("moreThanAgo", {"n": 1, "unit": "month"}, "b1 b7 b8 b9"),
    ("moreThanAgo", {"n": 26, "unit": "year"}, "b7 b8 b9"),
    ("moreThanAhead", {"n": 1, "unit": "day"}, ""),
    ("inPeriod", "this_week", "b4 b5 b6"),
    ("inPeriod", "last_week", "b3"),
    ("inPeriod", "last_month", "b1 b2"),
    ("inPeriod", "this_quarter", "b1 b2 b3 b4 b5"),
    ("inPeriod", "this_year", "b1 b2 b3 b4 b5 b6"),
    ("inPeriod", "next_year", ""),
    ("anniversaryOn", "2027-02-28", "b2 b7 b8"),
    ("anniversaryOn", "2028-02-28", "b2 b8"),
    ("anniversaryOn", "2028-02-29", "b7"),
    ("anniversaryWithinNext", {"n": 1, "unit": "week"}, "b5 b6 b9"),
    ("anniversaryWithinNext", {"n": 6, "unit": "day"}, "b5 b6"),
    ("anniversaryWithinNext", {"n": 1, "unit": "year"}, " ".join(DAYS)),
    ("anniversaryWithinNext", {"n": 11, "unit": "month"}, "b1 b5 b6 b9"),
    ("notNull", None, " ".join(DAYS)),
]
TWINS = {"on": "notOn", "between": "notBetween", "withinLast": "notWithinLast", "notNull": "null"}
SYMBOLS = {"on": "=", "before": "<", "onOrBefore": "<=", "after": ">", "onOrAfter": ">="}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Havana", "Asia/Kathmandu"])
@pytest.mark.parametrize(("operator", "value", "expected"), INSTANTS)
def test_an_instant_is_the_same_everywhere(
    worlds: Mapping[str, World], zone: str, operator: str, value: object, expected: str
) -> None:
    _asked(worlds[zone], "custom.seen", operator, value, expected)


@pytest.mark.parametrize(("operator", "value", "berlin", "havana", "kathmandu"), ZONED)
def test_a_day_is_that_of_the_organisation(
    worlds: Mapping[str, World], operator: str, value: object, berlin: str, havana: str, kathmandu: str
) -> None:
    _asked(worlds["Europe/Berlin"], "custom.seen", operator, value, berlin)
    _asked(worlds["America/Havana"], "custom.seen", operator, value, havana)
    _asked(worlds["Asia/Kathmandu"], "custom.seen", operator, value, kathmandu)


@pytest.mark.parametrize("field", ["birth_date", "custom.renewal"])
@pytest.mark.parametrize(("operator", "value", "expected"), CALENDAR)
def test_a_calendar_day(worlds: Mapping[str, World], field: str, operator: str, value: object, expected: str) -> None:
    for world in worlds.values():
        _asked(world, field, operator, value, expected)


def _asked(world: World, field: str, operator: str, value: object, expected: str) -> None:
    """The operator, its negative twin and its symbol all answer as expected."""
    names = frozenset(expected.split())
    assert world.ask(rule(field, operator, value)) == names
    if operator in TWINS:
        assert world.ask(rule(field, TWINS[operator], value)) == NAMES - names
    if operator in SYMBOLS:
        assert world.ask(rule(field, SYMBOLS[operator], value)) == names
    if operator == "on":
        assert world.ask(rule(field, "!=", value)) == NAMES - names


def test_what_is_finer_than_a_millisecond_is_dropped(world: World) -> None:
    assert world.ask(rule("created_at", "on", "2026-02-28T11:29:59.999Z")) == {"t1"}
    assert world.ask(rule("created_at", "onOrBefore", "2026-03-31T10:29:59.999Z")) == NAMES - {"t7", "t8", "t9"}
    assert world.ask(rule("created_at", "moreThanAhead", {"n": 1, "unit": "day"})) == {"t9"}


def test_those_without_a_date_can_be_left_out(world: World) -> None:
    expected = set(DAYS) - {"b5"}
    assert world.ask(rule("birth_date", "notOn", "2026-03-31", includeMissing=False)) == expected
    assert world.ask(rule("custom.seen", "notWithinLast", {"n": 1, "unit": "week"}, includeMissing=False)) == (
        set(SEEN) - {"t3", "t4", "t5", "t6"}
    )


def test_a_week_can_begin_on_another_day(world: World) -> None:
    assert world.ask(rule("birth_date", "inPeriod", "this_week"), week_start=2) == {"b5", "b6"}
    assert world.ask(rule("birth_date", "inPeriod", "last_week"), week_start=2) == {"b3", "b4"}
    assert world.ask(rule("birth_date", "inPeriod", "this_week"), week_start=7) == {"b4", "b5", "b6"}


def test_today_is_that_of_the_organisation(worlds: Mapping[str, World]) -> None:
    late = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    tree = rule("birth_date", "inPeriod", "this_day")
    assert worlds["America/Havana"].ask(tree, now=late) == {"b5"}
    assert worlds["Europe/Berlin"].ask(tree, now=late) == {"b6"}
