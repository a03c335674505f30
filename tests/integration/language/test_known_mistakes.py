"""Mistakes that others make with such trees: each has a test, on a real index where that matters."""

from __future__ import annotations

from typing import Any

import pytest

from segments import compile, evaluate  # noqa: A004 (the field's word)
from tests.integration.language.contacts import Contacts
from tests.unit.segments.organisation import MOMENT, NOW, OPENED, PURCHASE, condition, event, faults, group, rule

PRESENT = int(NOW.timestamp())
GERMAN, VIP = rule("country", "=", "DE"), rule("tags", "containsAny", ["VIP"])
BOTH: dict[str, Any] = {"country": "DE", "tags": [1]}
GERMAN_ONLY: dict[str, Any] = {"country": "DE"}
VIP_ONLY: dict[str, Any] = {"tags": [1, 2]}
NEITHER: dict[str, Any] = {"country": "FR", "tags": [2]}
NOTHING: dict[str, Any] = {}


def agreed(contacts: Contacts, tree: object, *documents: dict[str, Any]) -> list[dict[str, Any]]:
    """The documents that index and evaluator agree on finding."""
    ids = contacts.add(*documents)
    asked = condition(tree)
    found = contacts.found(asked, MOMENT)
    by_index = [document for contact_id, document in zip(ids, documents, strict=True) if contact_id in found]
    assert by_index == [document for document in documents if evaluate(asked, document, MOMENT)]
    return by_index


def test_not_over_and_is_not_two_must_nots(contacts: Contacts) -> None:
    tree = group("and", GERMAN, VIP, **{"not": True})
    assert agreed(contacts, tree, BOTH, GERMAN_ONLY, VIP_ONLY, NEITHER, NOTHING) == [
        GERMAN_ONLY,
        VIP_ONLY,
        NEITHER,
        NOTHING,
    ]
    [only] = compile(condition(tree), MOMENT)["bool"]["must_not"]
    assert len(only["bool"]["filter"]) == 2


def test_not_over_or_is_a_clause_that_exists(contacts: Contacts) -> None:
    tree = group("or", GERMAN, VIP, **{"not": True})
    assert agreed(contacts, tree, BOTH, GERMAN_ONLY, VIP_ONLY, NEITHER, NOTHING) == [NEITHER, NOTHING]
    assert set(compile(condition(tree), MOMENT)["bool"]) == {"must_not"}


@pytest.mark.parametrize(
    ("field", "operator"),
    [("country", "in"), ("country", "notIn"), ("email", "in"), ("custom.score", "notIn"), ("tags", "containsAny"),
     ("tags", "containsNone"), ("tags", "containsAll"), ("tags", "doesNotContainAll"), ("tags", "equals"),
      ("segment", "in"),
     ("segment", "notIn")],
)  # fmt: skip
@pytest.mark.parametrize("empty", [[], ""])
def test_in_nothing_is_neither_dropped_nor_everyone(field: str, operator: str, empty: object) -> None:
    assert faults(group("and", GERMAN, rule(field, operator, empty))) == {("#/rules/1/value", "empty_list")}


def test_a_or_not_b_is_not_a_and_not_b(contacts: Contacts) -> None:
    for tree in (
        group("or", GERMAN, rule("tags", "containsNone", ["VIP"])),
        group("or", GERMAN, group("and", VIP, **{"not": True})),
    ):
        expected = [BOTH, GERMAN_ONLY, NEITHER, NOTHING]
        assert agreed(contacts, tree, BOTH, GERMAN_ONLY, VIP_ONLY, NEITHER, NOTHING) == expected


def test_a_second_event_condition_does_not_inherit_the_first(contacts: Contacts) -> None:
    bought = rule("engagement.purchase", "happened", {"window": {"last": {"n": 90, "unit": "day"}}})
    opened = rule("engagement.email_opened", "happened", {"window": {"last": {"n": 30, "unit": "day"}}})
    sixty, ten = PRESENT - 60 * 86_400, PRESENT - 10 * 86_400
    bought_then_opened = {"events": [event(PURCHASE, 1, sixty), event(OPENED, 1, ten)]}
    opened_long_ago = {"events": [event(PURCHASE, 1, sixty), event(OPENED, 1, sixty)]}
    only_opened = {"events": [event(OPENED, 1, ten)]}
    assert agreed(contacts, group("and", bought, opened), bought_then_opened, opened_long_ago, only_opened) == [
        bought_then_opened
    ]
    assert agreed(contacts, group("or", bought, opened), only_opened, opened_long_ago) == [only_opened, opened_long_ago]
    neither = group("and", bought, group("and", opened, **{"not": True}))
    assert agreed(contacts, neither, bought_then_opened, opened_long_ago, only_opened) == [opened_long_ago]


def test_a_day_does_not_take_in_the_next_midnight(contacts: Contacts) -> None:
    instants = (
        "2026-11-23T22:59:59.999Z",
        "2026-11-23T23:00:00.000Z",
        "2026-11-24T22:59:59.999Z",
        "2026-11-24T23:00:00.000Z",
    )
    documents = [{"custom": {"date_1": instant}} for instant in instants]
    _, first, last, midnight = documents
    assert agreed(contacts, rule("custom.seen", "on", "2026-11-24"), *documents) == [first, last]
    assert agreed(contacts, rule("custom.seen", "between", ["2026-11-24", "2026-11-24"]), *documents) == [first, last]
    assert agreed(contacts, rule("custom.seen", "after", "2026-11-24"), *documents) == [midnight]
    assert agreed(contacts, rule("custom.seen", "inPeriod", "this_day"), *documents) == [first, last]
    day, next_day = {"custom": {"date_0": "2026-11-24"}}, {"custom": {"date_0": "2026-11-25"}}
    assert agreed(contacts, rule("custom.renewal", "on", "2026-11-24"), day, next_day) == [day]


@pytest.mark.parametrize("field", ["email", "first_name"])
@pytest.mark.parametrize("needle", ["*", "?", "a*b", "a?b", "\\", "a\\b", "100%", "_", "a.b", ".*", "a|b", "[ab]"])
def test_a_pattern_is_no_pattern(contacts: Contacts, field: str, needle: str) -> None:
    literal, others = {field: f"x{needle}y"}, [{field: "xaby"}, {field: "xaXby"}, {field: "xay"}, {field: "xbbby"}]
    for operator, value in (
        ("contains", needle),
        ("beginsWith", f"x{needle}"),
        ("endsWith", f"{needle}y"),
        ("=", f"x{needle}y"),
    ):
        assert agreed(contacts, rule(field, operator, value), literal, *others) == [literal], operator


def test_results_are_not_cut_at_ten_thousand(contacts: Contacts) -> None:
    ids = contacts.add(*({"city": "Pergamon"} for _ in range(10_001)))
    clause = compile(condition(rule("city", "=", "pergamon")), MOMENT)
    assert contacts.count(clause) == 10_001
    assert contacts.matched(clause) == set(ids)


def test_the_negation_of_a_compound_rule_does_not_match_everyone(contacts: Contacts) -> None:
    """What others ask of nested documents, packed values answer: its negation leaves out who did it."""
    often: dict[str, Any] = {"events": [event(PURCHASE, rank, PRESENT - rank) for rank in (1, 2, 3)]}
    once: dict[str, Any] = {"events": [event(PURCHASE, 1, PRESENT - 9)]}
    window = {"last": {"n": 1, "unit": "day"}}
    for tree in (
        rule("engagement.purchase", "happened", {"times": {"at_most": 2}, "window": window}),
        group(
            "and",
            rule("engagement.purchase", "happened", {"times": {"at_least": 3}, "window": window}),
            **{"not": True},
        ),
    ):
        assert agreed(contacts, tree, often, once, NOTHING) == [once, NOTHING]
    assert agreed(contacts, rule("engagement.purchase", "didNotHappen", {"window": window}), often, once, NOTHING) == [
        NOTHING
    ]
