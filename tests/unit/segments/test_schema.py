"""The JSON Schema of trees against the parser, in both directions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from mappings import types
from segments import ConditionError, Limits, Problem, parse
from segments.operators.operands import operand
from segments.schema import tree_schema, unsaid
from tests.unit.segments.organisation import CATALOGUE, group, rule
from tests.unit.segments.trees import FIELDS, RULES, SCHEMA, TREES

JSON = dict[str, Any]

VALIDATOR = Draft202012Validator(SCHEMA)


def problems(tree: object) -> tuple[Problem, ...]:
    try:
        parse(tree, CATALOGUE)
    except ConditionError as error:
        return error.problems
    return ()


# What the schema cannot say, by the words of the parser.
EXCUSES = (
    ("too_deep", ""),
    ("too_many_rules", ""),
    ("too_many_values", ""),
    ("reversed_bounds", ""),
    ("unknown_option", "has no option"),
    ("ambiguous_option", ""),
    ("wrong_type", "day is out of range for month"),
    ("wrong_type", "year 0 is out of range"),
    ("wrong_type", "outside the calendar"),
    ("wrong_type", "not exact"),
    ("wrong_type", "finite"),
    ("wrong_type", "two decimals"),
)


def excused(problem: Problem) -> bool:
    return any(code == problem.code and words in problem.detail for code, words in EXCUSES)


@settings(max_examples=300, deadline=None)
@given(RULES)
def test_whatever_validates_is_accepted(tree: JSON) -> None:
    if VALIDATOR.is_valid(tree):
        assert [problem for problem in problems(tree) if not excused(problem)] == []


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_whatever_is_accepted_validates_and_the_rest_does_not(tree: object) -> None:
    found = problems(tree)
    if not found:
        assert VALIDATOR.is_valid(tree), [error.message for error in VALIDATOR.iter_errors(tree)]
    elif not all(map(excused, found)):
        assert not VALIDATOR.is_valid(tree), found


# -- single points


@pytest.mark.parametrize(
    "tree",
    [
        rule("country", "=", "DE"),
        group("AND", rule("country", "=", "DE"), rule("nothing", "?", muted=True)),
        group("or", group("and", rule("country", "null", muted=True)), rule("country", "null")),
        rule("engagement.purchase", "happened", ""),
        rule("engagement.purchase", "happened"),
        {"field": "country", "operator": "null"},
        rule("tags", "containsAny", "VIP,a\\,b"),
        rule("tags", "containsAny", [1.0]),
        rule("custom.renewal", "<=", "2026-11-24"),
    ],
)
def test_both_accept(tree: JSON) -> None:
    assert problems(tree) == ()
    assert VALIDATOR.is_valid(tree)


@pytest.mark.parametrize(
    "tree",
    [
        None,
        {},
        group("and"),
        group("and", rule("country", "=", "DE", muted=True)),
        group("and", group("and", rule("country", "=", "DE", muted=True))),
        rule("country", "=", "DE", muted=True),
        group("and", rule("country", "=", "DE"), "or", rule("country", "=", "FR")),
        {"rules": [rule("country", "=", "DE")]},
        rule("country", "=", "DE", includeMissing=False),
        rule("country", "null", None, includeMissing=False),
        rule("segment", "notIn", ["Leads"], includeMissing=True),
        rule("engagement.large_purchase", "happened"),
        rule("engagement.refund", "amounted", {"at_least": 5}),
        rule("engagement.purchase.last_at", "anniversaryOn", "2026-11-24"),
        rule("country", "in", "DE,,FR"),
        rule("country", "in", []),
        rule("country", "in", " "),
        rule("custom.score", "in", "1,many"),
        rule("custom.renewal", "withinLast", {"n": 3, "unit": "hour"}),
        {"field": "country", "operator": "="},
    ],
)
def test_both_refuse(tree: object) -> None:
    assert problems(tree) != ()
    assert not VALIDATOR.is_valid(tree)


@pytest.mark.parametrize(
    "tree",
    [
        rule("country", "in", ",".join(["DE"] * 10_001)),
        rule("custom.score", "between", [5, 1]),
        rule("engagement.purchase", "happened", {"window": {"from": "2026-02-01", "to": "2026-01-01"}}),
        rule("tags", "containsAny", ["Nobody"]),
        rule("owner", "=", "Kim"),
        rule("custom.renewal", "on", "2026-02-30"),
        rule("custom.seen", "before", "2026-02-30T00:00:00Z"),
        rule("custom.score", "=", 2**53 + 1),
        rule("custom.score", "in", "1e999"),
        rule("engagement.purchase", "amounted", {"at_least": 0.015}),
        group("and", *[rule("country", "null")] * 301),
    ],
)
def test_only_the_parser_refuses_what_is_unsaid(tree: JSON) -> None:
    assert problems(tree) != ()
    assert all(map(excused, problems(tree)))
    assert VALIDATOR.is_valid(tree)


def test_the_schema_is_one_and_says_what_it_leaves_out() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert all(rule in SCHEMA["$comment"] for rule in unsaid(Limits()))


@pytest.mark.parametrize(
    "tree",
    [rule("country", "in", ["DE", "FR", "US"]), rule("email", "contains", "a@b.de"), rule("email", "=", "a@b.de")],
)
def test_the_schema_has_the_limits_that_are_set(tree: JSON) -> None:
    limits = Limits(values=2, needle=5, rules=7)
    schema = tree_schema(CATALOGUE, limits)
    validator = Draft202012Validator(schema)
    assert VALIDATOR.is_valid(tree)
    try:
        parse(tree, CATALOGUE, limits)
    except ConditionError:
        assert not validator.is_valid(tree)
    else:
        assert validator.is_valid(tree)
    assert "at most 7 rules" in schema["$comment"]


def test_fields_that_are_asked_alike_are_said_once() -> None:
    kinds = [name for name in SCHEMA["$defs"] if name not in ("node", "live", "group", "rule")]
    assert len(kinds) < len(FIELDS) / 2
    named = [name for one in SCHEMA["$defs"]["rule"]["allOf"] for name in one["if"]["properties"]["field"]["enum"]]
    assert sorted(named) == sorted(field.name for field in FIELDS)


def test_every_type_with_values_has_an_item_for_joined_lists() -> None:
    valued = [field for field in FIELDS if field.type not in (types.BEHAVIOUR, types.BOOLEAN)]
    for field in valued:
        item = operand(field).item
        assert re.fullmatch(item, ",") is None
        assert re.fullmatch(item, " ") is None
