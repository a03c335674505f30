"""Behaviours: how often in which window, sums, figures, and the conditions of declared ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from tests.integration.sql_voice.world import NAMES, NOW, World, group, rule

BUYERS = "e1 e2 e4 e5 e6 e8"
MONTH = {"last": {"n": 1, "unit": "month"}}
FROM_DAYS_TO = {"from": "2026-02-28", "to": "2026-03-29"}

WINDOWS = [
    (None, BUYERS),
    (MONTH, "e1 e2 e4 e8"),
    ({"last": {"n": 1, "unit": "minute"}}, "e1 e4"),
    ({"last": {"n": 1, "unit": "hour"}}, "e1 e4"),
    ({"last": {"n": 60, "unit": "hour"}}, "e1 e4 e8"),
    ({"last": {"n": 4, "unit": "week"}}, "e1 e4 e8"),
    ({"last": {"n": 1, "unit": "year"}}, "e1 e2 e4 e8"),
    ({"last": {"n": 6, "unit": "quarter"}}, BUYERS),
    # the last day is not in it
    (FROM_DAYS_TO, "e1 e2"),
    ({"from": "2026-03-28T23:00:00Z", "to": "2026-03-28T23:00:01Z"}, "e8"),
    ({"from": "2026-03-28", "to": "2026-03-28T23:00:00Z"}, ""),
    ({"from": "2026-03-28", "to": "2026-03-28"}, ""),
    ({"after": "2026-02-28T11:30:00Z"}, "e1 e2 e4 e8"),
    ({"before": "2026-02-28T11:30:00Z"}, "e1 e5 e6"),
    # events have whole seconds
    ({"after": "2026-03-01T00:00:00.500Z"}, "e1 e4 e8"),
    ({"from": "2026-03-01T00:00:00Z", "to": "2026-03-01T00:00:00.500Z"}, "e2"),
    # e4 is dated 10:33; an end more than 5 minutes ahead is none
    ({"before": "2026-03-31T10:33:00Z"}, "e1 e2 e5 e6 e8"),
    ({"before": "2026-03-31T10:35:00Z"}, BUYERS),
    ({"from": "2026-03-31T10:33:00Z", "to": "2027-01-01"}, "e4"),
]


@pytest.mark.parametrize(("window", "expected"), WINDOWS)
def test_a_window(world: World, window: object, expected: str) -> None:
    assert world.ask(rule("engagement.purchase", "happened", {"window": window})) == set(expected.split())
    missed = rule("engagement.purchase", "didNotHappen", {"window": window})
    assert world.ask(missed) == NAMES - set(expected.split())
    # who never bought has no value
    assert world.ask({**missed, "includeMissing": False}) == set(BUYERS.split()) - set(expected.split())


@pytest.mark.parametrize(
    ("times", "window", "expected"),
    [
        ({"at_least": 0}, None, " ".join(NAMES)),
        ({"at_least": 2}, None, "e1 e5 e6"),
        ({"at_least": 2}, MONTH, "e1"),
        ({"at_least": 3}, MONTH, ""),
        ({"more_than": 2}, None, "e1"),
        ({"exactly": 1}, None, "e2 e4 e8"),
        ({"exactly": 2}, MONTH, "e1"),
        ({"between": [2, 3]}, None, "e1 e5 e6"),
    ],
)
def test_a_number_of_times(world: World, times: object, window: object, expected: str) -> None:
    tree = rule("engagement.purchase", "happened", {"times": times, "window": window})
    assert world.ask(tree) == set(expected.split())


@pytest.mark.parametrize(
    ("times", "but"),
    [
        ({"at_most": 0}, BUYERS),
        ({"exactly": 0}, BUYERS),
        ({"at_most": 1}, "e1 e5 e6"),
        ({"less_than": 3}, "e1"),
        ({"between": [0, 2]}, "e1"),
    ],
)
def test_few_times_include_those_who_never_did_it(world: World, times: object, but: str) -> None:
    assert world.ask(rule("engagement.purchase", "happened", {"times": times})) == NAMES - set(but.split())


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        (None, NOW, "e1 e2 e5 e6 e8"),
        (MONTH, NOW, "e1 e2 e8"),
        ({"before": "2027-01-01"}, NOW, "e1 e2 e5 e6 e8"),
        ({"after": "2026-03-31"}, NOW, "e1"),
        # e2 bought in the very second that the evaluation ends at
        (None, datetime(2026, 3, 1, tzinfo=UTC), "e1 e5 e6"),
        ({"last": {"n": 1, "unit": "day"}}, datetime(2026, 3, 1, tzinfo=UTC), "e1"),
        ({"after": "2026-04-01"}, NOW, ""),
        (FROM_DAYS_TO, datetime(2026, 2, 28, 11, 30, tzinfo=UTC), "e1"),
        ({"last": {"n": 1, "unit": "week"}}, datetime(2026, 2, 28, 11, 29, 59, tzinfo=UTC), ""),
    ],
)
def test_an_earlier_moment_ends_every_window(world: World, window: object, at: datetime, expected: str) -> None:
    tree = rule("engagement.purchase", "happened", {"window": window})
    assert world.ask(tree, now=at, closed=True) == set(expected.split())


def test_days_of_a_window_begin_at_the_organisations_midnight(worlds: Mapping[str, World]) -> None:
    tree = rule("engagement.purchase", "happened", {"window": {"after": "2026-03-29"}})
    assert worlds["Europe/Berlin"].ask(tree) == {"e1", "e4", "e8"}
    assert worlds["America/Havana"].ask(tree) == {"e1", "e4"}


@pytest.mark.parametrize(
    ("behaviour", "times", "expected"),
    [
        # what we sent is no engagement of the contact
        ("any", {"at_least": 1}, "e1 e2 e4 e5 e6 e7 e8"),
        ("any", {"at_least": 4}, "e1"),
        ("any.email", {"at_least": 1}, "e1 e2 e8"),
        ("any.email", {"exactly": 2}, "e1"),
        ("any.whatsapp", {"at_least": 1}, "e1 e4"),
        ("email_sent", {"at_least": 1}, "e3"),
    ],
)
def test_what_belongs_to_a_behaviour(world: World, behaviour: str, times: object, expected: str) -> None:
    tree = rule(f"engagement.{behaviour}", "happened", {"times": times})
    assert world.ask(tree) == set(expected.split())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"at_least": 550.01, "window": MONTH}, "e1"),
        ({"at_least": 550.011, "window": MONTH}, ""),
        ({"at_least": 500, "window": MONTH}, "e1 e8"),
        ({"at_least": 25, "window": {"after": "2026-03-31"}}, "e1 e4"),
        ({"at_least": 650.01}, "e1"),
        ({"at_least": 2.03, "window": {"after": "2025-01-01T00:00:00Z"}}, "e1 e4 e6 e8"),
    ],
)
def test_amounted(world: World, asked: dict[str, object], expected: str) -> None:
    assert world.ask(rule("engagement.purchase", "amounted", asked)) == set(expected.split())
    fewer = {**asked, "less_than": asked["at_least"]}
    del fewer["at_least"]
    assert world.ask(rule("engagement.purchase", "amounted", fewer)) == NAMES - set(expected.split())


@pytest.mark.parametrize(
    ("figure", "operator", "value", "expected"),
    [
        ("purchase.count", "=", 3, "e1"),
        ("purchase.count", "between", [2, 3], "e1 e5 e6"),
        ("purchase.count", "=", 0, " ".join(NAMES - set(BUYERS.split()))),
        ("purchase.count", "null", None, ""),
        ("any.email.count", "=", 2, "e1"),
        ("purchase.total", "=", 650.01, "e1"),
        ("purchase.total", "in", [2.01, 2.03], "e5 e6"),
        ("purchase.total", "<", 25, "e5 e6"),
        ("purchase.total", "notNull", None, "e1 e4 e5 e6 e8"),
        ("returned.total", "=", -0.05, "e7"),
        ("purchase.average", "=", 216.67, "e1"),
        # rounded down, also below zero
        ("purchase.average", "=", 1, "e5"),
        ("purchase.average", "=", 1.01, "e6"),
        ("returned.average", "=", -0.03, "e7"),
        ("purchase.largest", "=", 500, "e1 e8"),
        ("returned.largest", ">", -0.03, "e7"),
        ("purchase.first_at", "on", "2026-02-28T11:29:59Z", "e1"),
        ("purchase.first_at", "on", "2026-03-01T00:00:00Z", "e2"),
        ("purchase.first_at", "notNull", None, BUYERS),
        ("purchase.last_at", "withinLast", {"n": 1, "unit": "day"}, "e1"),
        ("purchase.last_at", ">=", "2026-03-31T10:30:00Z", "e4"),
        ("purchase.last_at", "inPeriod", "last_year", "e5 e6"),
    ],
)
def test_a_figure(world: World, figure: str, operator: str, value: object, expected: str) -> None:
    assert world.ask(rule(f"engagement.{figure}", operator, value)) == set(expected.split())


@pytest.mark.parametrize(
    ("key", "condition", "expected"),
    [
        ("large", rule("amount", ">=", 500), "e1 e8"),
        ("exact", rule("amount", "in", [50.01, 1.02]), "e1 e6"),
        ("without", rule("amount", "null"), "e2"),
        ("mailed", rule("channel", "=", "@email"), "e1 e2 e8"),
        ("by_key", rule("channel", "in", ["whatsapp"]), "e1 e4"),
        ("not_mailed", rule("channel", "!=", "@email"), "e1 e4 e5 e6"),
        ("elsewhere", rule("channel", "notIn", ["@email"], includeMissing=False), "e1 e4"),
        ("shoes", rule("properties.category", "=", "SHOES"), "e1 e2 e8"),
        ("oe", rule("properties.category", "contains", "OE"), "e1 e2 e8"),
        ("no_shoes", rule("properties.category", "!=", "shoes"), "e1 e4 e5 e6"),
        ("other", rule("properties.category", "!=", "shoes", includeMissing=False), "e1 e4"),
        ("seven", rule("properties.category", "=", 7), "e4"),
        ("hats", rule("properties.category", "in", ["hats", "7"]), "e1"),
        ("gift", rule("properties.gift", "=", True), "e2"),
        ("coupons", rule("properties.coupon", "between", [1, 5]), "e1 e8"),
        ("no_coupon", rule("properties.coupon", "null"), "e1 e2 e4 e5 e6"),
        ("neither", group("or", rule("amount", "<", 500), rule("channel", "null"), **{"not": True}), "e2 e8"),
    ],
)
def test_a_declared_behaviour(world: World, key: str, condition: object, expected: str) -> None:
    world.declare(key, "purchase", condition)
    assert world.ask(rule(f"engagement.{key}", "happened")) == set(expected.split())


def test_all_conditions_of_a_declared_behaviour_speak_of_the_same_event(world: World) -> None:
    world.declare(
        "shoe_purchase",
        "purchase",
        group("and", rule("properties.category", "=", "shoes"), rule("properties.coupon", ">", 0)),
    )
    assert world.ask(rule("engagement.shoe_purchase", "happened")) == {"e1", "e8"}
    # e1 bought shoes within the month, and used a coupon before
    assert world.ask(rule("engagement.shoe_purchase", "happened", {"window": MONTH})) == {"e8"}
    assert world.ask(rule("engagement.shoe_purchase.total", "=", 100)) == {"e1"}
