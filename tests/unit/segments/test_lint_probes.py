"""What only the contacts can tell; here they are documents, counted by the evaluator."""

from __future__ import annotations

from typing import Any

import pytest

from segments import Condition, evaluate
from segments.lint import probes
from segments.lint.probes import MOST_VALUES
from tests.unit.segments.organisation import MOMENT, NOW, PURCHASE, condition, group, history, rule

LONG_AGO = int(NOW.timestamp()) - 10_000_000
CONTACTS: list[dict[str, Any]] = [
    {"country": "DE", "tags": [1], "custom": {"keyword_0": "Hello", "double_0": 5}},
    {"country": "fr", "tags": [1, 3]} | history(PURCHASE, LONG_AGO),
    {"tags": []},
]


def told(tree: object, contacts: list[dict[str, Any]] | None = None) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Pointer, code, detail and related pointers of what the contacts give reason to say."""
    asked = condition(tree)
    everybody = CONTACTS if contacts is None else contacts
    members = [document for document in everybody if evaluate(asked, document, MOMENT)]
    found = []
    for probe in probes(asked, MOMENT):
        counted = members if probe.among_members else everybody
        warning = probe.told([_count(wanted, counted) for wanted in probe.conditions])
        if warning is not None:
            found.append((warning.pointer, warning.code.value, warning.detail, warning.related))
    return found


def _count(wanted: Condition, documents: list[dict[str, Any]]) -> int:
    return sum(evaluate(wanted, document, MOMENT) for document in documents)


RECENTLY = {"window": {"last": {"n": 1, "unit": "month"}}}
NOT_RECENTLY = rule("engagement.purchase", "didNotHappen", RECENTLY)
US, NOT_US = rule("country", "=", "US"), rule("country", "!=", "US")
NEW = "of these contacts never did it: "
TOTAL = "total amount of “Purchase”"
NOT_REACHABLE = "‘the contact is not reachable by email’"


@pytest.mark.parametrize(
    ("tree", "details"),
    [
        (rule("country", "!=", "DE"), ["1 of these contacts has no Country: ‘Country is not DE’ holds for them, too"]),
        (rule("custom.score", "notBetween", [1, 5]),
         ["2 of these contacts have no Score: ‘Score is not between 1 and 5’ holds for them, too"]),
        (rule("tags", "containsNone", ["a,b"]),
         ["1 of these contacts has no Tags: ‘Tags do not include “a,b”’ holds for them, too"]),
        (group("or", rule("country", "=", "fr"), **{"not": True}),
         ["1 of these contacts has no Country: ‘Country is not fr’ holds for them, too"]),
        (NOT_RECENTLY, [f"2 {NEW}‘“Purchase” did not happen in the last month’ holds for them, too"]),
        (rule("engagement.purchase.count", "<", 5),
         [f"2 {NEW}‘the number of times that “Purchase” happened is less than 5’ holds for them, too"]),
        (rule("engagement.purchase.total", "!=", 5),
         [f"3 of these contacts have no {TOTAL}: ‘the {TOTAL} is not 5’ holds for them, too"]),
        (rule("channels", "containsNone", ["email"]),
         [f"3 of these contacts are reachable by no channel: {NOT_REACHABLE} holds for them, too"]),
        (group("and", rule("channels", "containsNone", ["email"]), rule("country", "=", "DE")),
         [f"1 of these contacts is reachable by no channel: {NOT_REACHABLE} holds for them, too"]),
        # Nobody without a value is in, whatever the rule would allow.
        (rule("country", "!=", "DE", includeMissing=False), []),
        (group("and", rule("country", "!=", "DE"), rule("country", "notNull")), []),
        (group("and", rule("country", "!=", "DE"), rule("custom.note", "notNull")), []),
        (group("and", NOT_RECENTLY, rule("engagement.purchase", "happened")), []),
        # Whom it asks for is no oversight.
        (rule("country", "null"), []),
        (rule("engagement.purchase", "didNotHappen"), []),
        (rule("country", "=", "DE"), []),
    ],
    ids=str,
)  # fmt: skip
def test_how_many_have_no_value(tree: object, details: list[str]) -> None:
    assert [detail for _, code, detail, _ in told(tree) if code != "unused_value"] == details


def test_those_without_a_value_are_counted_once_for_all_rules_that_take_them_in() -> None:
    found = told(group("and", rule("country", "!=", "DE"), rule("country", "notIn", ["fr", "de"]), NOT_RECENTLY))
    assert [(pointer, code, related) for pointer, code, _, related in found] == [
        ("#/rules/0", "includes_missing", ("#/rules/1",)),
        ("#/rules/2", "includes_newcomers", ()),
    ]


@pytest.mark.parametrize(
    ("tree", "values"),
    [
        (US, "in Country no contact has US"),
        (rule("country", "=", "FR"), None),
        (rule("country", "in", ["FR", "US", "IT", "US"]), "in Country no contact has US or IT"),
        (rule("country", "notIn", ["US"]), "in Country no contact has US"),
        (rule("custom.note", "=", "hello"), None),
        (rule("custom.note", "=", "hallo"), "in Note no contact has “hallo”"),
        (rule("tags", "containsAny", ["VIP", "Churned"]), "in Tags no contact has Churned"),
        (rule("tags", "containsAll", ["VIP", "a,b"]), None),
        (rule("tags", "equals", ["Churned"]), "in Tags no contact has Churned"),
        (rule("tags", "containsNone", ["Churned"]), "in Tags no contact has Churned"),
        (rule("channels", "containsAny", ["email", "whatsapp"]), "no contact is reachable by email or whatsapp"),
        # Only values that are meant as a whole.
        (rule("custom.note", "contains", "hallo"), None),
        (rule("custom.score", "=", 7), None),
        (rule("custom.renewal", "on", "2026-11-24"), None),
        (rule("country", "null"), None),
    ],
    ids=str,
)
def test_values_that_nobody_has(tree: object, values: str | None) -> None:
    found = [detail for _, code, detail, _ in told(tree) if code == "unused_value"]
    assert (found[0].rpartition("’: ")[2] if found else None) == values


def test_of_segments_nothing_is_asked() -> None:
    assert probes(condition(rule("segment", "notIn", ["Leads"])), MOMENT) == ()


def test_not_more_than_so_many_values_are_looked_for() -> None:
    lists = [rule("country", "in", [f"{place}-{number}" for number in range(150)]) for place in range(3)]
    asked = probes(condition(group("or", *lists, US)), MOMENT)
    assert [len(probe.conditions) for probe in asked] == [150, MOST_VALUES - 150]
