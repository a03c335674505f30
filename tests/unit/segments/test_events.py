"""Conditions on one event: what a declared behaviour narrows its event type by."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.fields import Named
from segments import ConditionError
from segments.events import EventCondition, parse_event_condition
from tests.unit.segments.organisation import group, rule

CHANNELS = (Named(4, "email"), Named(5, "whatsapp"))


def narrowing(*rules: object, combinator: str = "and", **more: object) -> EventCondition:
    return parse_event_condition(group(combinator, *rules, **more), CHANNELS)


def holds(asked: EventCondition, amount: int | None = None, channel: int | None = None, **properties: object) -> bool:
    return asked.holds(amount=amount, channel=channel, properties=properties)


def test_all_rules_speak_of_the_same_event() -> None:
    asked = narrowing(rule("properties.category", "=", "Shoes"), rule("properties.discount", ">", 0))
    assert holds(asked, category="SHOES", discount=0.5)
    assert not holds(asked, category="shoes", discount=0)
    assert not holds(asked, category="hats", discount=1)
    assert not holds(asked)


@pytest.mark.parametrize(
    ("operator", "value", "minor", "truth"),
    [
        (">=", 500, 50_000, True),
        (">=", 500, 49_999, False),
        ("=", 19.99, 1999, True),
        ("=", 0.07, 7, True),
        ("between", [1, 2], 200, True),
        ("<", 0, -1, True),
        ("<", 0, None, False),
        ("null", None, None, True),
        ("null", None, 0, False),
    ],
)
def test_amounts_are_compared_to_the_cent(operator: str, value: object, minor: int | None, truth: bool) -> None:
    assert holds(narrowing(rule("amount", operator, value)), amount=minor) is truth


def test_channels_are_named_or_numbered_and_kept_by_number() -> None:
    asked = narrowing(rule("channel", "in", ["WhatsApp", 4]))
    assert [holds(asked, channel=channel) for channel in (4, 5, 6, None)] == [True, True, False, False]
    assert asked.tree == group("and", rule("channel", "in", [5, 4]))
    assert parse_event_condition(asked.tree, CHANNELS) == asked


@pytest.mark.parametrize(
    ("one", "value", "truth"),
    [
        (rule("properties.p", "=", "a"), "A", True),
        (rule("properties.p", "=", "5"), 5, False),
        (rule("properties.p", "=", 5), 5.0, True),
        (rule("properties.p", "=", 5), "5", False),
        (rule("properties.p", "=", 5), True, False),
        (rule("properties.p", "=", True), True, True),
        (rule("properties.p", "=", True), 1, False),
        (rule("properties.p", "=", False), False, True),
        (rule("properties.p", "!=", 5), "5", True),
        (rule("properties.p", "!=", 5, includeMissing=False), "5", False),
        (rule("properties.p", "in", [5, 7]), 7, True),
        (rule("properties.p", "in", "5,7"), "7", True),
        (rule("properties.p", "between", [5, 7]), 6.5, True),
        (rule("properties.p", "contains", "x.y"), "aX.Yb", True),
        (rule("properties.p", "contains", "x.y"), ["x.y"], False),
        # Only asked whether it is there: a value of any type is.
        (rule("properties.p", "notNull"), 5, True),
        (rule("properties.p", "notNull"), False, True),
        (rule("properties.p", "notNull"), "x", True),
        (rule("properties.p", "notNull"), ["x"], True),
        (rule("properties.p", "notNull"), {"x": 1}, True),
        (rule("properties.p", "notNull"), "", False),
        (rule("properties.p", "notNull"), [], False),
        (rule("properties.p", "notNull"), None, False),
        (rule("properties.p", "null"), None, True),
    ],
    ids=str,
)
def test_a_property_takes_the_type_of_what_it_is_compared_with(one: dict[str, Any], value: object, truth: bool) -> None:
    assert holds(narrowing(one), p=value) is truth


@pytest.mark.parametrize("order", [1, -1])
def test_being_there_leaves_the_type_to_the_other_rule(order: int) -> None:
    rules = [rule("properties.p", "notNull"), rule("properties.p", ">", 5)][::order]
    asked = narrowing(*rules)
    assert [holds(asked, p=value) for value in (6, 5, "6", None)] == [True, False, False, False]


def test_a_key_may_hold_dots_and_be_nothing_else_by_it() -> None:
    asked = narrowing(rule("properties.a.b", "=", 1), rule("properties.a", "=", 2), combinator="or")
    assert holds(asked, **{"a.b": 1})
    assert not holds(asked, a={"b": 1})
    assert holds(asked, a=2)


def test_groups_nest_and_negate() -> None:
    inner = group("or", rule("amount", ">", 100), rule("channel", "=", "email"), **{"not": True})
    asked = narrowing(rule("properties.p", "=", 1), inner)
    assert holds(asked, amount=100_00, channel=5, p=1)
    assert not holds(asked, amount=100_01, channel=5, p=1)
    assert not holds(asked, amount=1, channel=4, p=1)


def test_a_muted_rule_gives_no_type() -> None:
    asked = narrowing(rule("properties.p", "=", "x", muted=True), rule("properties.p", "=", 5))
    assert holds(asked, p=5)


def nested(depth: int) -> dict[str, Any]:
    tree = rule("properties.p", "=", 1)
    for _ in range(depth):
        tree = group("and", tree)
    return tree


def deep_list(depth: int) -> list[Any]:
    value: list[Any] = [1]
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("tree", "faults"),
    [
        (rule("country", "=", "DE"), {("#/field", "unknown_field")}),
        (rule("properties.", "=", 1), {("#/field", "unknown_field")}),
        (rule("properties", "=", 1), {("#/field", "unknown_field")}),
        (rule("channel", "=", "fax"), {("#/value", "unknown_option")}),
        (rule("amount", "=", "5"), {("#/value", "wrong_type")}),
        (rule("properties.p", "<", "x"), {("#/operator", "unknown_operator")}),
        (rule("properties.p", "=", None), {("#/value", "wrong_type")}),
        (rule("properties.p", "in", [1, "x"]), {("#/value/1", "wrong_type")}),
        (rule("properties.p", "in", []), {("#/value", "empty_list")}),
        (rule("properties.p", "in", {"a": 1}), {("#/value", "wrong_type")}),
        (rule("properties.p", "in", deep_list(900)), {("#/value/0", "wrong_type")}),
        (
            group("and", rule("properties.p", "=", 1), rule("properties.p", "=", "x")),
            {("#/rules/1/value", "wrong_type")},
        ),
        (nested(900), {("#" + "/rules/0" * 12, "too_deep")}),
        ({"combinator": "and", "rules": 5}, {("#/rules", "wrong_type")}),
        ({"field": ["properties.p"], "operator": "="}, {("#/field", "unknown_field")}),
        ("x", {("#", "unsupported")}),
    ],
    ids=range(16),
)
def test_refused(tree: object, faults: set[tuple[str, str]]) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_event_condition(tree, CHANNELS)
    assert {(problem.pointer, problem.code) for problem in caught.value.problems} == faults
