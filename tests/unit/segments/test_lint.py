"""What the linter says of rules together: where, and where it keeps quiet. That it is true: test_lint_sound.py."""

from __future__ import annotations

import pytest

from tests.unit.segments.organisation import group, rule
from tests.unit.segments.telling import (
    CHURNED,
    DE,
    FR,
    LEADS,
    NOT_DE,
    ULM,
    VIP,
    Told,
    both,
    either,
    happened,
    last,
    not_happened,
    told,
)

CONTRADICTIONS = [
    (DE, FR),
    (DE, NOT_DE),
    (DE, rule("country", "null")),
    (rule("country", "in", ["DE", "FR"]), rule("country", "in", ["US", "IT"])),
    (rule("country", "notNull"), rule("country", "null")),
    (rule("custom.score", "<", 5), rule("custom.score", ">", 5)),
    (rule("custom.score", "between", [1, 2]), rule("custom.score", "in", [0, 3])),
    (rule("custom.score", "=", 5), rule("custom.score", "null")),
    (rule("engagement.purchase.count", ">", 1), rule("engagement.purchase.count", "<", 2)),
    (rule("custom.renewal", "before", "2026-01-01"), rule("custom.renewal", "onOrAfter", "2026-01-01")),
    (rule("custom.renewal", "withinLast", {"n": 3, "unit": "day"}), rule("custom.renewal", "inPeriod", "next_month")),
    (rule("custom.seen", "on", "2026-11-24"), rule("custom.seen", "moreThanAgo", {"n": 2, "unit": "day"})),
    (rule("birth_date", "anniversaryOn", "2024-02-29"), rule("birth_date", "anniversaryOn", "2024-03-01")),
    (rule("birth_date", "anniversaryOn", "2024-02-29"), rule("birth_date", "null")),
    (rule("custom.active", "=", True), rule("custom.active", "=", False)),
    (rule("custom.active", "!=", True, includeMissing=False), rule("custom.active", "!=", False, includeMissing=False)),
    (rule("email", "beginsWith", "ab"), rule("email", "beginsWith", "b")),
    (rule("email", "endsWith", "@x.org"), rule("email", "doesNotContain", "x.o")),
    (rule("email", "=", "anna@x.org"), rule("email", "doesNotEndWith", "x.org")),
    (rule("tags", "containsAll", ["VIP", "Churned"]), rule("tags", "containsNone", ["Churned"])),
    (rule("tags", "equals", ["VIP"]), CHURNED),
    (VIP, rule("tags", "null")),
    (happened(), not_happened()),
    (happened({"at_least": 3}, last(1, "month")), not_happened(last(1, "year"))),
    (happened({"exactly": 2}, last(1, "month")), happened({"at_most": 1})),
    (rule("engagement.purchase", "amounted", {"at_least": 100, "window": last(1, "week")}),
     rule("engagement.purchase", "amounted", {"less_than": 50})),
    (LEADS, rule("segment", "notIn", ["Leads"])),
]  # fmt: skip

COMPATIBLE = [
    (DE, ULM),
    (NOT_DE, rule("country", "!=", "FR")),
    (NOT_DE, rule("country", "null")),
    (rule("custom.score", "<=", 5), rule("custom.score", ">=", 5)),
    (rule("custom.seen", "onOrAfter", "2026-11-24"), rule("custom.seen", "withinLast", {"n": 1, "unit": "hour"})),
    (rule("birth_date", "anniversaryOn", "2024-02-29"), rule("birth_date", "before", "2000-01-01")),
    (rule("email", "beginsWith", "ab"), rule("email", "endsWith", "ba")),
    (VIP, rule("tags", "doesNotContainAll", ["VIP", "Churned"])),
    (rule("tags", "containsAny", ["VIP", "Churned"]), rule("tags", "doesNotContainAll", ["VIP", "Churned"])),
    (happened({"at_least": 3}, last(1, "year")), not_happened(last(1, "month"))),
    (happened(None, {"from": "2026-01-01", "to": "2026-02-01"}),
     not_happened({"from": "2026-01-15", "to": "2026-03-01"})),
    (happened(), rule("engagement.email_opened", "didNotHappen")),
    (rule("engagement.purchase", "amounted", {"at_least": 100}), happened({"at_most": 1}, last(1, "week"))),
    (LEADS, rule("segment", "in", [1])),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), CONTRADICTIONS, ids=str)
def test_rules_that_can_never_hold_together(one: object, other: object) -> None:
    assert ("#/rules/1", "contradiction", ("#/rules/0",)) in told(both(one, other))
    assert ("#/rules/1", "contradiction", ("#/rules/0",)) in told(both(other, one))
    assert not [code for _, code, _ in told(either(one, other)) if code == "contradiction"]


@pytest.mark.parametrize(("one", "other"), CONTRADICTIONS, ids=str)
def test_the_opposites_of_such_rules_take_in_everybody(one: object, other: object) -> None:
    opposites = [group("and", rule, **{"not": True}) for rule in (one, other)]
    assert ("#/rules/1/rules/0", "tautology", ("#/rules/0/rules/0",)) in told(either(*opposites))


@pytest.mark.parametrize(("one", "other"), COMPATIBLE, ids=str)
def test_rules_that_can_hold_together(one: object, other: object) -> None:
    assert not {"contradiction", "tautology"} & {code for _, code, _ in told(both(one, other))}


TAUTOLOGIES = [
    (DE, NOT_DE),
    (rule("country", "null"), rule("country", "notNull")),
    (rule("custom.score", "notBetween", [3, 5]), rule("custom.score", "between", [1, 9])),
    (rule("engagement.purchase.count", "<", 3), rule("engagement.purchase.count", ">=", 3)),
    (rule("tags", "containsNone", ["VIP"]), rule("tags", "containsAny", ["VIP", "Churned"])),
    (rule("email", "doesNotContain", "anna"), rule("email", "contains", "nn")),
    (happened(None, last(1, "year")), not_happened(last(1, "month"))),
    (LEADS, rule("segment", "notIn", ["Leads"])),
]


@pytest.mark.parametrize(("one", "other"), TAUTOLOGIES, ids=str)
def test_rules_of_which_everybody_meets_one(one: object, other: object) -> None:
    assert ("#/rules/1", "tautology", ("#/rules/0",)) in told(either(one, other))
    assert not [code for _, code, _ in told(both(one, other)) if code == "tautology"]


def test_less_than_5_or_5_and_more_leaves_out_those_without_a_number() -> None:
    assert told(either(rule("custom.score", "<", 5), rule("custom.score", ">=", 5))) == []


# The first implies the second.
IMPLICATIONS = [
    (rule("custom.score", ">", 10), rule("custom.score", ">", 5)),
    (rule("custom.score", "=", 7), rule("custom.score", "notNull")),
    (rule("country", "in", ["DE"]), rule("country", "in", ["DE", "FR"])),
    (DE, rule("country", "!=", "FR")),
    (rule("custom.renewal", "on", "2026-11-24"), rule("custom.renewal", "inPeriod", "this_month")),
    (rule("custom.seen", "withinLast", {"n": 1, "unit": "day"}), rule("custom.seen", "after", "2026-11-01")),
    (rule("birth_date", "anniversaryWithinNext", {"n": 1, "unit": "week"}),
     rule("birth_date", "anniversaryWithinNext", {"n": 1, "unit": "month"})),
    (rule("email", "beginsWith", "anna"), rule("email", "contains", "nn")),
    (rule("email", "in", ["anna", "hanna"]), rule("email", "endsWith", "anna")),
    (rule("tags", "containsAll", ["VIP", "Churned"]), VIP),
    (rule("tags", "equals", ["VIP"]), rule("tags", "containsNone", ["Churned"])),
    (happened({"at_least": 3}, last(1, "month")), happened(None, last(1, "month"))),
    (happened({"at_least": 3}, last(1, "month")), happened({"at_least": 2}, last(1, "year"))),
    (not_happened(), not_happened(last(1, "year"))),
    (rule("engagement.purchase", "amounted", {"at_least": 100, "window": last(1, "week")}),
     rule("engagement.purchase", "amounted", {"at_least": 50})),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), IMPLICATIONS, ids=str)
def test_rules_that_follow_from_others(one: object, other: object) -> None:
    weaker_first, weaker_last = ("#/rules/0", "redundant", ("#/rules/1",)), ("#/rules/1", "redundant", ("#/rules/0",))
    assert weaker_last in told(both(one, other))
    assert weaker_first in told(both(other, one))
    assert weaker_first in told(either(one, other))
    assert weaker_last in told(either(other, one))


GROUPS: list[tuple[object, list[Told]]] = [
    (DE, []),
    (group("and", DE, ULM, VIP), []),
    # Said once: the second time it stands there it is too much, and each rule is too much only once.
    (group("and", DE, ULM, DE), [("#/rules/2", "redundant", ("#/rules/0",))]),
    (group("or", DE, rule("country", "in", ["de"])), [("#/rules/1", "redundant", ("#/rules/0",))]),
    (group("and", rule("custom.score", ">", 1), rule("custom.score", ">", 2), rule("custom.score", ">", 3)),
     [("#/rules/0", "redundant", ("#/rules/1",)), ("#/rules/1", "redundant", ("#/rules/2",))]),
    # Groups of the same kind within one another are one group, and nots are followed inwards.
    (group("and", DE, group("and", ULM, FR)), [("#/rules/1/rules/1", "contradiction", ("#/rules/0",))]),
    (group("and", DE, group("or", ULM, NOT_DE, **{"not": True})),
     [("#/rules/1/rules/1", "redundant", ("#/rules/0",))]),
    (group("and", DE, group("or", ULM, DE, **{"not": True})),
     [("#/rules/1/rules/1", "contradiction", ("#/rules/0",))]),
    (group("and", DE, FR, **{"not": True}), [("#/rules/1", "tautology", ("#/rules/0",))]),
    # What stands around a group bears on it.
    (group("and", DE, group("or", FR, ULM)), [("#/rules/1/rules/0", "contradiction", ("#/rules/0",))]),
    (group("and", DE, group("or", ULM, group("and", DE, VIP))),
     [("#/rules/1/rules/1/rules/0", "redundant", ("#/rules/0",))]),
    (group("and", DE, group("or", rule("country", "in", ["DE", "FR"]), ULM)),
     [("#/rules/1", "redundant_group", ("#/rules/1/rules/0", "#/rules/0"))]),
    (group("or", DE, group("and", ULM, DE)), [("#/rules/1", "redundant_group", ("#/rules/1/rules/1", "#/rules/0"))]),
    (group("or", DE, group("and", ULM, group("or", VIP, DE))),
     [("#/rules/1/rules/1/rules/1", "redundant", ("#/rules/0",))]),
    (group("or", DE, group("and", ULM, FR)), []),
    (group("and", group("or", group("or", DE, ULM), VIP), group("or", VIP, ULM, DE)),
     [("#/rules/1", "redundant_group", ("#/rules/0",))]),
    (group("and", group("or", DE, ULM), group("or", DE, VIP)), []),
    # A rule that nobody or everybody meets says so, and nothing else is made of it.
    (rule("engagement.purchase.count", "<", 0), [("#", "never_holds", ())]),
    (group("or", ULM, rule("engagement.purchase.count", ">=", 0), rule("engagement.purchase.count", "=", 1)),
     [("#/rules/1", "always_holds", ())]),
    (not_happened(includeMissing=False), [("#", "never_holds", ())]),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "expected"), GROUPS, ids=range(len(GROUPS)))
def test_groups(tree: object, expected: list[Told]) -> None:
    assert told(tree) == expected
