"""What systems like this one get wrong, on contacts made for it: all voices find exactly those expected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from runtime.settings import Settings
from segments import ConditionError
from tests.conformance.shop import EVERYBODY, NAMES, SECOND, Json, Shop, group, happened, opened, rule


@pytest.fixture(scope="module")
def shop(settings: Settings) -> Iterator[Shop]:
    with opened(settings) as made:
        yield made


# -- several windows on one behaviour

LATELY = happened("purchase", {"last": {"n": 30, "unit": "day"}})
EARLIER = happened("purchase", {"from": "2026-01-01", "to": "2026-03-01"})
NOT_EARLIER = rule("engagement.purchase", "didNotHappen", {"window": {"from": "2026-01-01", "to": "2026-03-01"}})


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (group("and", LATELY, EARLIER), {"twice"}),
        (group("or", LATELY, EARLIER), {"twice", "lately", "before"}),
        (group("and", LATELY, NOT_EARLIER), {"lately"}),
        (group("and", EARLIER, group("and", LATELY, negated=True)), {"before"}),
        (group("and", LATELY, EARLIER, negated=True), EVERYBODY - {"twice"}),
        (group("or", LATELY, EARLIER, negated=True), EVERYBODY - {"twice", "lately", "before"}),
        (group("and", LATELY, happened("purchase", at_most=1)), {"lately"}),
        (group("and", EARLIER, happened("purchase", {"after": "2026-03-01"}, exactly=0)), {"before"}),
        (group("and", LATELY, happened("purchase", {"last": {"n": 20, "unit": "day"}})), {"twice", "lately"}),
        (group("and", LATELY, happened("purchase", {"after": "2026-03-11T10:30:01Z"})), set()),
    ],
)
def test_several_windows_on_one_behaviour(shop: Shop, tree: Json, expected: set[str]) -> None:
    assert shop.asked(tree) == expected


# -- as many events as are kept by time


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (happened("opened", at_least=511), {"511", "512"}),
        (happened("opened", more_than=510), {"511", "512"}),
        (happened("opened", exactly=510), {"510"}),
        (happened("opened", between=[1, 510]), {"510"}),
        (happened("opened", at_most=510), EVERYBODY - {"511", "512"}),
        (happened("opened", {"last": {"n": 511, "unit": "minute"}}, at_least=511), {"511", "512"}),
        (happened("opened", {"last": {"n": 510, "unit": "minute"}}, at_least=511), set()),
        (rule("engagement.opened.count", "=", 512), {"512"}),
        (rule("engagement.opened.count", ">=", 511), {"511", "512"}),
    ],
)
def test_511_events_of_a_kind(shop: Shop, tree: Json, expected: set[str]) -> None:
    assert shop.asked(tree) == expected


@pytest.mark.parametrize(
    ("key", "number"), [("at_least", 512), ("more_than", 511), ("at_most", 511), ("exactly", 511), ("less_than", 512)]
)
def test_512_events_of_a_kind_are_refused(shop: Shop, key: str, number: int) -> None:
    with pytest.raises(ConditionError) as caught:
        shop.asked(group("and", LATELY, rule("engagement.opened", "happened", {"times": {key: number}})))
    assert [problem.pointer for problem in caught.value.problems] == [f"#/rules/1/value/times/{key}"]


# -- several events of one second

JUST = {"from": "2026-03-29T01:00:00Z", "to": "2026-03-29T01:00:01Z"}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (happened("login", exactly=3), {"at once"}),
        (happened("login", JUST, exactly=3), {"at once"}),
        (happened("login", JUST, at_least=4), set()),
        (happened("login", {"after": "2026-03-29T01:00:00Z"}, at_least=3), {"at once"}),
        (happened("login", {"after": "2026-03-29T01:00:00.001Z"}), set()),
        (happened("login", {"before": "2026-03-29T01:00:00Z"}), set()),
        (happened("login", {"before": "2026-03-29T01:00:00.001Z"}, at_least=3), {"at once"}),
        (happened("login", {"from": "2026-03-29T02:30:00+02:00", "to": "2026-03-29T03:00:01+02:00"}), {"at once"}),
    ],
)
def test_events_of_one_second(shop: Shop, tree: Json, expected: set[str]) -> None:
    assert shop.asked(tree) == expected


# -- a day and an instant of the same rule: 29 March begins in Berlin while it is the 28th in UTC


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("2026-03-29", "2026-03-28T23:30:00Z", {"called"}),
        ("2026-03-29", "2026-03-29T00:30:00+01:00", {"called"}),
        ("2026-03-29", "2026-03-28T22:30:00Z", set()),
        ("2026-03-28T23:10:00Z", "2026-03-30", {"called"}),
        ("2026-03-28T23:10:00.001Z", "2026-03-30", set()),
    ],
)
def test_a_day_and_an_instant_of_its_first_hour(shop: Shop, low: str, high: str, expected: set[str]) -> None:
    between = rule("engagement.call.last_at", "between", [low, high])
    assert shop.asked(between) == expected
    assert shop.asked(group("and", between, negated=True)) == EVERYBODY - expected
    assert shop.asked(happened("call", {"from": low, "to": high})) == expected


def test_a_day_and_an_instant_days_before_it_are_refused(shop: Shop) -> None:
    for low, high in (("2026-03-29", "2026-03-27T23:59:59Z"), ("2026-03-31T00:00:00Z", "2026-03-29")):
        for tree in (
            rule("engagement.call.last_at", "between", [low, high]),
            happened("call", {"from": low, "to": high}),
        ):
            with pytest.raises(ConditionError, match="the lower bound stands behind the upper one"):
                shop.asked(tree)


@pytest.mark.parametrize(("seconds", "expected"), [(0, set()), (1, {"at once"})])
def test_as_of_a_second_counts_the_seconds_before_it(shop: Shop, seconds: int, expected: set[str]) -> None:
    then = SECOND + timedelta(seconds=seconds)
    assert shop.asked(happened("login", at_least=3), then, closed=True) == expected
    assert shop.asked(happened("login", {"last": {"n": 1, "unit": "minute"}}), then, closed=True) == expected


# -- amounts of zero, below zero, and none


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (rule("engagement.visit.total", "=", 0), {"zero"}),
        (rule("engagement.visit.average", "<=", 0), {"zero"}),
        (rule("engagement.visit.largest", "notNull"), {"zero"}),
        (rule("engagement.visit.total", "null"), EVERYBODY - {"zero"}),
        (rule("engagement.visit.total", "!=", 0, includeMissing=False), set()),
        (rule("engagement.visit", "amounted", {"at_least": 0.01}), set()),
        (rule("engagement.visit", "amounted", {"less_than": 0.01}), EVERYBODY),
        (happened("visit"), {"zero", "unknown"}),
        (rule("engagement.refund.total", "<", 0), {"returned"}),
        (rule("engagement.refund.total", "between", [-5, 2]), {"returned", "returned in part", "kept"}),
        (rule("engagement.refund.average", "=", 1), {"returned in part"}),
        (rule("engagement.refund.largest", "=", -5), {"returned"}),
        (rule("engagement.refund.largest", "in", [0, 7]), {"kept", "returned in part"}),
        (happened("refund", at_most=1), EVERYBODY - {"returned in part"}),
    ],
)
def test_amounts_of_zero_and_below(shop: Shop, tree: Json, expected: set[str]) -> None:
    assert shop.asked(tree) == expected


def test_sums_that_could_fall_are_refused(shop: Shop) -> None:
    with pytest.raises(ConditionError, match=r"ask for engagement\.refund\.total instead"):
        shop.asked(rule("engagement.refund", "amounted", {"at_least": 1}))


# -- an event dated a little ahead, by a clock that is


@pytest.mark.parametrize(
    ("tree", "closed", "expected"),
    [
        (happened("arrival"), False, {"ahead", "on time"}),
        (happened("arrival"), True, {"on time"}),
        (happened("arrival", {"last": {"n": 1, "unit": "minute"}}), False, {"ahead", "on time"}),
        (happened("arrival", {"last": {"n": 1, "unit": "minute"}}), True, {"on time"}),
        (happened("arrival", {"before": "2026-03-31T10:34:00Z"}), False, {"on time"}),
        (happened("arrival", {"before": "2026-03-31T10:34:01Z"}), False, {"ahead", "on time"}),
        (happened("arrival", {"after": "2026-03-31T10:30:00Z"}), False, {"ahead"}),
        (happened("arrival", {"after": "2026-03-31T10:30:00Z"}), True, set()),
        (rule("engagement.arrival.last_at", "withinNext", {"n": 5, "unit": "minute"}), False, {"ahead"}),
    ],
)
def test_an_event_dated_ahead(shop: Shop, tree: Json, closed: bool, expected: set[str]) -> None:
    assert shop.asked(tree, closed=closed) == expected


# -- long lists, long names


@pytest.mark.parametrize("field", ["external_id", "engagement.opened.count", "contact_id"])
def test_ten_thousand_values(shop: Shop, field: str) -> None:
    there = next(contact for contact, name in shop.names.items() if name == "512")
    value = {"external_id": "512", "contact_id": there}.get(field, 512)
    others = [f"nobody {place}" if field == "external_id" else 10**9 + place for place in range(9_999)]
    assert shop.asked(rule(field, "in", [*others, value])) == {"512"}
    assert shop.asked(rule(field, "notIn", [*others, value])) == EVERYBODY - {"512"}


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("=", NAMES["long"], {"long", "long, otherwise"}),  # of which so much is compared as both have
        ("=", NAMES["longest"], {"longest", "cut"}),
        ("=", NAMES["cut"], {"longest", "cut"}),
        ("=", NAMES["longer in lower case"], {"longer in lower case"}),
        ("=", "ⱥ" * 10_922, {"longer in lower case"}),
        ("in", [NAMES["long"], "NAME"], {"long", "long, otherwise", "short"}),
        ("!=", "name", EVERYBODY - {"short"}),
        ("notNull", None, set(NAMES)),
        ("beginsWith", "NAMEname", {"long", "long, otherwise"}),
        ("contains", "enamen", {"long", "long, otherwise"}),
        ("contains", "ⱥ" * 200, {"longer in lower case"}),
        ("contains", "tail", set()),
        ("endsWith", "names", set()),
        ("endsWith", "na", {"long", "long, otherwise"}),  # where they were cut
        ("endsWith", "b", set()),
    ],
)
def test_names_of_33_000_bytes(shop: Shop, operator: str, value: object, expected: set[str]) -> None:
    assert shop.asked(rule("first_name", operator, value)) == expected
