"""JSON -> Condition: what is understood, what is kept, and that nothing is dropped."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.fields import catalogue
from segments import And, ConditionError, Criterion, InSegment, Limits, Not, Or, parse
from tests.unit.segments.organisation import CATALOGUE, faults, group, rule

VIP = rule("tags", "containsAny", ["VIP"])
GERMAN = rule("country", "=", "DE")

# What is refused: the tree, and (pointer, code) of every fault.
REFUSED: list[tuple[object, set[tuple[str, str]]]] = [
    # -- nodes
    (None, {("#", "wrong_type")}),
    ([], {("#", "wrong_type")}),
    ([GERMAN], {("#", "wrong_type")}),
    (5, {("#", "wrong_type")}),
    ("and", {("#", "unsupported")}),
    ({}, {("#", "wrong_type")}),
    ({"value": 3}, {("#", "wrong_type")}),
    (group("and", None), {("#/rules/0", "wrong_type")}),
    # -- groups
    ({"rules": [GERMAN]}, {("#", "missing")}),
    ({"combinator": "and"}, {("#/rules", "wrong_type")}),
    ({"combinator": "and", "rules": {"0": GERMAN}}, {("#/rules", "wrong_type")}),
    ({"combinator": "and", "rules": None}, {("#/rules", "wrong_type")}),
    (group("and"), {("#/rules", "empty_group")}),
    (group("or", GERMAN, group("and")), {("#/rules/1/rules", "empty_group")}),
    (group("xor", GERMAN, VIP), {("#/combinator", "unknown_combinator")}),
    (group("XOR", GERMAN, VIP), {("#/combinator", "unknown_combinator")}),
    (group("nand", GERMAN), {("#/combinator", "unknown_combinator")}),
    ({"combinator": None, "rules": [GERMAN]}, {("#/combinator", "unknown_combinator")}),
    ({"combinator": ["and"], "rules": [GERMAN]}, {("#/combinator", "unknown_combinator")}),
    (group("and", GERMAN, **{"not": "true"}), {("#/not", "wrong_type")}),
    (group("and", GERMAN, **{"not": None}), {("#/not", "wrong_type")}),
    (group("and", GERMAN, nto=True), {("#/nto", "unknown_key")}),
    (group("and", GERMAN, **{"a/b~c": 1}), {("#/a~1b~0c", "unknown_key")}),
    (group("and", GERMAN, field="country"), {("#/field", "unknown_key")}),
    # Independent combinators: and/or in one list.
    ({"rules": [GERMAN, "and", VIP, "or", VIP]}, {("#", "missing"), ("#/rules/1", "unsupported"),
     ("#/rules/3", "unsupported")}),
    # -- rules
    ({"field": "country"}, {("#/operator", "unknown_operator")}),
    ({"operator": "="}, {("#/field", "unknown_field")}),
    (rule("contry", "=", "DE"), {("#/field", "unknown_field")}),
    (rule("custom.gone", "=", "DE"), {("#/field", "unknown_field")}),
    ({"field": None, "operator": "=", "value": 1}, {("#/field", "unknown_field")}),
    ({"field": ["country"], "operator": "=", "value": 1}, {("#/field", "unknown_field")}),
    (rule("country", "contains", "D"), {("#/operator", "unknown_operator")}),
    (rule("country", "==", "D"), {("#/operator", "unknown_operator")}),
    (rule("email", "<", "D"), {("#/operator", "unknown_operator")}),
    (rule("custom.score", "on", 1), {("#/operator", "unknown_operator")}),
    (rule("segment", "=", 1), {("#/operator", "unknown_operator")}),
    (rule("engagement.purchase", "=", 1), {("#/operator", "unknown_operator")}),
    ({"field": "country", "operator": ["="], "value": "D"}, {("#/operator", "unknown_operator")}),
    (GERMAN | {"valueSource": "field"}, {("#/valueSource", "unsupported")}),
    (GERMAN | {"valueSource": None}, {("#/valueSource", "unsupported")}),
    (GERMAN | {"valu": 1}, {("#/valu", "unknown_key")}),
    (GERMAN | {"combinator": "and"}, {
        ("#/field", "unknown_key"), ("#/operator", "unknown_key"), ("#/value", "unknown_key"),
         ("#/rules", "wrong_type")}),
    ({"field": "country", "operator": "="}, {("#/value", "wrong_type")}),
    (rule("engagement.large_purchase", "happened"), {("#/field", "unavailable")}),
    (rule("engagement.large_purchase.count", ">", 1), {("#/field", "unavailable")}),
    # -- includeMissing
    (GERMAN | {"includeMissing": False}, {("#/includeMissing", "unsupported")}),
    (GERMAN | {"includeMissing": True}, {("#/includeMissing", "unsupported")}),
    (rule("country", "!=", "DE", includeMissing="no"), {("#/includeMissing", "wrong_type")}),
    (rule("country", "!=", "DE", includeMissing=None), {("#/includeMissing", "wrong_type")}),
    (rule("country", "null", includeMissing=False), {("#/includeMissing", "unsupported")}),
    (rule("country", "notNull", includeMissing=False), {("#/includeMissing", "unsupported")}),
    (rule("segment", "notIn", [1], includeMissing=False), {("#/includeMissing", "unsupported")}),
    (rule("engagement.purchase", "happened", {"times": {"at_most": 1}}, includeMissing=False),
     {("#/includeMissing", "unsupported")}),
    # -- muted
    (GERMAN | {"muted": True}, {("#", "empty_group")}),
    (group("and", GERMAN | {"muted": True}, VIP | {"muted": True}), {("#", "empty_group")}),
    (group("and", group("or", GERMAN | {"muted": True})), {("#", "empty_group")}),
    (GERMAN | {"muted": "yes"}, {("#/muted", "wrong_type")}),
    (group("and", GERMAN, muted=1), {("#/muted", "wrong_type")}),
    (group("and", GERMAN, "or", muted=None), {("#/muted", "wrong_type"), ("#/rules/1", "unsupported")}),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "expected"), REFUSED, ids=lambda value: str(value)[:150])
def test_refused(tree: object, expected: set[tuple[str, str]]) -> None:
    assert faults(tree) == expected


def test_all_faults_come_at_once_in_the_order_of_the_tree() -> None:
    tree = group(
        "nor", rule("contry", "=", 1), group("and", rule("custom.score", "<", "5"), group("or")), {"rules": 3}, extra=1
    )
    with pytest.raises(ConditionError) as caught:
        parse(tree, CATALOGUE)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [
        ("#/extra", "unknown_key"),
        ("#/combinator", "unknown_combinator"),
        ("#/rules/0/field", "unknown_field"),
        ("#/rules/1/rules/0/value", "wrong_type"),
        ("#/rules/1/rules/1/rules", "empty_group"),
        ("#/rules/2", "missing"),
        ("#/rules/2/rules", "wrong_type"),
    ]
    assert str(caught.value).startswith(
        "#/extra: 'extra' is not known here; #/combinator: there is no combinator 'nor'; "
    )


@pytest.mark.parametrize(
    ("tree", "allowed", "detail"),
    [
        (rule("contry", "=", "x"), ("country",), "did you mean country?"),
        (rule("zzzzzzzz", "=", "x"), None, "there is no field 'zzzzzzzz'"),
        (rule("plan", "=", "Gold"), ("custom.plan",), "did you mean custom.plan?"),
        (rule("purchase", "happened"), ("engagement.purchase",), "did you mean engagement.purchase?"),
        (rule("country", "contains", "x"), ("=", "!=", "in", "notIn", "null", "notNull"),
         "country (choice) has no operator"),
        (rule("custom.plan", "=", "x"), ("Gold", "Silver", "a,b"), "Plan has no option 'x'"),
        (rule("owner", "=", "kim"), ("3", "4", "5"), "name the one that is meant by its id"),
        (rule("owner", "=", "Kim"), ("3", "4"), "several options 'Kim'"),
        (group("xor", GERMAN), ("and", "or"), "say it with and, or and not"),
        (rule("engagement.large_purchase", "happened"), None, "Large purchase is being filled: 40 %"),
        (rule("engagement.refund", "amounted", {"at_least": 1}), None, "ask for engagement.refund.total instead"),
        (rule("engagement.purchase", "happened", {"times": 5}),
         ("at_least", "more_than", "at_most", "less_than", "exactly", "between"),
         "expected an object"),
    ],
)  # fmt: skip
def test_a_fault_names_the_remedy(tree: object, allowed: tuple[str, ...] | None, detail: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(tree, CATALOGUE)
    [problem] = caught.value.problems
    assert detail in problem.detail
    if allowed is None:
        assert problem.allowed is None
    else:
        assert problem.allowed is not None
        assert set(allowed) <= set(problem.allowed)


def test_a_tree_becomes_objects() -> None:
    tree = group("or", GERMAN, group("AND", VIP, rule("segment", "notIn", [1, "Leads"]), **{"not": True}))
    parsed = parse(tree, CATALOGUE)
    match parsed.condition:
        case Or(
            (
                Criterion(field=country, pointer="#/rules/0"),
                Not(
                    And(
                        (Criterion(pointer="#/rules/1/rules/0"), Not(Or((InSegment(1, "Buyers", place), InSegment(2)))))
                    )
                ),
            )
        ):
            assert (country.name, place) == ("country", "#/rules/1/rules/1")
        case other:
            pytest.fail(f"{other}")


def test_a_reference_to_one_segment_is_no_group() -> None:
    assert parse(rule("segment", "in", [2]), CATALOGUE).condition == InSegment(2, "Leads")
    assert parse(rule("segment", "notIn", ["Leads"]), CATALOGUE).condition == Not(InSegment(2, "Leads"))


def test_the_saved_tree_keeps_what_a_builder_wrote_and_names_options_by_id() -> None:
    tree: dict[str, Any] = group(
        "AND",
        rule("tags", "containsAny", "vip,Churned", id="r-1", path=[0], meta={"colour": "red"}, disabled=True),
        rule("owner", "=", "Ada", valueSource="value"),
        rule("country", "!=", "DE", includeMissing=False),
        {"field": "no such field", "muted": True, "anything": ["goes", "here"]},
        group("or", rule("segment", "in", ["Leads"]), id="g-2", **{"not": False}),
        id="g-1",
        disabled=False,
        **{"not": True},
    )
    parsed = parse(tree, CATALOGUE)
    assert parsed.tree == group(
        "and",
        rule("tags", "containsAny", [1, 2], id="r-1", path=[0], meta={"colour": "red"}, disabled=True),
        rule("owner", "=", 1, valueSource="value"),
        rule("country", "!=", "DE", includeMissing=False),
        {"field": "no such field", "muted": True, "anything": ["goes", "here"]},
        group("or", rule("segment", "in", [2]), id="g-2", **{"not": False}),
        id="g-1",
        disabled=False,
        **{"not": True},
    )
    assert parsed.ignored == ("#/rules/3",)
    assert parse(parsed.tree, CATALOGUE) == parsed
    assert tree["rules"][0]["value"] == "vip,Churned", "the tree that was passed in is left alone"


def test_what_is_muted_is_left_out_and_listed() -> None:
    tree = group(
        "and", GERMAN, VIP | {"muted": True}, group("or", GERMAN | {"muted": True}), group("or", VIP, muted=True)
    )
    parsed = parse(tree, CATALOGUE)
    assert parsed.ignored == ("#/rules/1", "#/rules/2/rules/0", "#/rules/3")
    assert parsed.condition == And((parse(GERMAN, CATALOGUE).condition,))
    assert parsed.tree["rules"] == tree["rules"]


def test_muted_false_mutes_nothing() -> None:
    assert parse(group("and", GERMAN | {"muted": False}, muted=False), CATALOGUE).ignored == ()


def deep(depth: int) -> dict[str, Any]:
    tree = GERMAN
    for _ in range(depth):
        tree = group("and", tree)
    return tree


def test_depth_is_limited() -> None:
    assert faults(deep(12)) == set()
    assert faults(deep(13)) == {("#" + "/rules/0" * 12, "too_deep")}
    assert faults(deep(900)) == {("#" + "/rules/0" * 12, "too_deep")}
    parse(deep(13), CATALOGUE, Limits(depth=13))


def test_the_number_of_rules_is_limited_and_no_rule_beyond_it_is_read() -> None:
    assert faults(group("and", *[GERMAN] * 300)) == set()
    tree = group("and", *[GERMAN] * 300, *[rule("contry", "=", "DE")] * 50)
    assert faults(tree) == {("#", "too_many_rules")}
    with pytest.raises(ConditionError, match="the tree has 350 rules; at most 300 are allowed"):
        parse(tree, CATALOGUE)
    muted = [GERMAN | {"muted": True}] * 50
    assert faults(group("and", *[GERMAN] * 300, *muted)) == set()


def test_the_number_of_values_is_limited() -> None:
    assert faults(rule("email", "in", [str(n) for n in range(10_000)])) == set()
    assert faults(rule("email", "in", [str(n) for n in range(10_001)])) == {("#/value", "too_many_values")}
    assert faults(rule("email", "in", ",".join(map(str, range(10_001))))) == {("#/value", "too_many_values")}


def test_the_length_of_a_needle_is_limited_that_of_a_value_is_not() -> None:
    assert faults(rule("email", "contains", "😀" * 200)) == set()
    assert faults(rule("email", "contains", "😀" * 201)) == {("#/value", "too_long")}
    assert faults(rule("email", "=", "x" * 50_000)) == set()


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


NESTED_VALUES = [
    ("country", "="), ("custom.plan", "in"), ("custom.score", "between"), ("email", "contains"), ("custom.seen", "on"),
    ("tags", "equals"), ("engagement.purchase", "happened"), ("segment", "in"), ("email", "null"),
    ("custom.renewal", "withinLast"), ("custom.renewal", "inPeriod"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "operator"), NESTED_VALUES)
def test_values_nested_as_deep_as_json_allows_are_refused_like_others(field: str, operator: str) -> None:
    assert len(faults(rule(field, operator, nested(950)))) == 1


def test_names_nested_as_deep_as_json_allows_are_refused_like_others() -> None:
    assert len(faults({"field": nested(950), "operator": "="})) == 1
    assert len(faults({"field": "country", "operator": nested(950)})) == 1
    assert len(faults({"combinator": nested(950), "rules": [GERMAN]})) == 1


def test_long_names_are_shown_cut() -> None:
    with pytest.raises(ConditionError) as caught:
        parse(rule("x" * 100_000, "=", 1), CATALOGUE)
    assert len(str(caught.value)) < 300


def test_a_field_that_was_deleted_is_unknown() -> None:
    assert faults(rule("custom.plan", "=", "Gold")) == set()
    with pytest.raises(ConditionError) as caught:
        parse(rule("custom.plan", "=", "Gold"), catalogue())
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [("#/field", "unknown_field")]
