"""Texts, choices, ids, numbers, booleans and sets."""

from __future__ import annotations

import pytest

from tests.integration.sql_voice.world import NAMES, World, rule

TEXT = [
    ("email", "=", "anna.berg@example.COM", "anna"),
    ("email", "=", "anna.berg", ""),
    ("email", "in", ["BERT@example.org", "x"], "bert"),
    ("email", "in", "bert@example.org, anna.berg@example.com", "anna bert"),
    ("email", "contains", "BERG@", "anna"),
    ("email", "beginsWith", "b", "bert"),
    ("email", "endsWith", ".COM", "anna"),
    ("email", "endsWith", "bert@example.org", "bert"),
    # needles are literal
    ("phone", "contains", "100%_1", "anna"),
    ("phone", "contains", "100%1", ""),
    ("phone", "contains", "_", "anna"),
    ("job_title", "endsWith", "*?\\|", "anna"),
    ("job_title", "contains", ".", ""),
    # lower case knows no language and no place in a word; accents stay
    ("job_title", "=", "οδοσ", "cleo"),
    ("job_title", "=", "οδος", ""),
    ("full_name", "endsWith", " IPEK", "cleo"),
    ("city", "=", "köln", "anna bert"),
    ("city", "=", "koln", ""),
    # full_name falls back to the other two, or to the one there is
    ("full_name", "=", "anna berg", "anna"),
    ("full_name", "=", "bert", "bert"),
    ("full_name", "=", "emil", "emil"),
    ("full_name", "contains", "zed", ""),
    ("city", "notNull", None, "anna bert cleo"),
    ("custom.note", "contains", "tea", "anna"),
    ("custom.note", "notNull", None, "anna"),
    ("company.name", "beginsWith", "ACME", "anna bert"),
    ("company.domain", "notNull", "", "anna bert"),
    ("external_id", "=", "T1", "t1"),
]
CHOICE = [
    ("country", "=", "DE", "anna bert"),
    ("country", "in", ["de", "FR"], "anna bert cleo"),
    ("country", "notNull", None, "anna bert cleo emil"),
    ("custom.plan", "=", "GOLD", "anna bert"),
    ("custom.plan", "notNull", None, "anna bert cleo"),
    ("company.country", "=", "de", "anna bert"),
    ("company.custom.tier", "in", ["a"], "anna bert"),
    ("owner", "=", "@olga", "anna cleo"),
    ("owner", "in", ["@otto", "@olga"], "anna bert cleo"),
    ("team", "notNull", None, "anna cleo"),
]
NUMBER = [
    ("custom.score", "=", 10, "anna"),
    ("custom.score", "=", -0.0, "emil"),
    ("custom.score", "<", 0, "cleo"),
    ("custom.score", "<=", 10, "anna cleo emil"),
    ("custom.score", ">", 10, "bert"),
    ("custom.score", ">=", 10, "anna bert"),
    ("custom.score", "between", [-3, 10], "anna cleo emil"),
    ("custom.score", "between", "0, 10.5", "anna bert emil"),
    ("custom.score", "in", [10.5, -3], "bert cleo"),
    ("custom.score", "notNull", None, "anna bert cleo emil"),
    ("company.size", ">=", 250, "anna bert"),
    ("company.custom.revenue", "=", 1.5, "emil"),
    ("contact_id", "in", ["@anna", "@t1"], "anna t1"),
    ("custom.vip", "=", True, "anna"),
    ("custom.vip", "=", False, "bert"),
    ("custom.vip", "notNull", None, "anna bert"),
]
SETS = [
    ("tags", "containsAny", ["@new", "@old"], "anna cleo"),
    ("tags", "containsAll", ["@new", "@vip"], "anna cleo"),
    ("tags", "equals", ["@vip", "@new", "@vip"], "anna"),
    ("tags", "notNull", None, "anna bert cleo"),
    ("channels", "containsAny", ["@email"], "anna cleo"),
    ("channels", "equals", ["@email"], "cleo"),
    ("channels", "notNull", None, "anna cleo"),
    ("unsubscribed", "containsAny", ["@email", "@whatsapp"], "anna bert"),
    ("custom.colours", "containsAny", ["blue", "black"], "anna cleo"),
    ("custom.colours", "containsAll", ["RED", "blue"], "anna cleo"),
    ("custom.colours", "equals", ["red", "BLUE"], "anna"),
    ("custom.colours", "notNull", None, "anna bert cleo"),
]
TWINS = {
    "=": "!=",
    "in": "notIn",
    "contains": "doesNotContain",
    "beginsWith": "doesNotBeginWith",
    "endsWith": "doesNotEndWith",
    "between": "notBetween",
    "containsAny": "containsNone",
    "containsAll": "doesNotContainAll",
    "notNull": "null",
}
ALL = [*TEXT, *CHOICE, *NUMBER, *SETS]


@pytest.mark.parametrize(("field", "operator", "value", "expected"), ALL)
def test_a_positive_operator(world: World, field: str, operator: str, value: object, expected: str) -> None:
    assert world.ask(rule(field, operator, value)) == set(expected.split())


@pytest.mark.parametrize(("field", "operator", "value", "positive"), [case for case in ALL if case[1] in TWINS])
def test_a_negative_operator_is_true_of_all_others(
    world: World, field: str, operator: str, value: object, positive: str
) -> None:
    assert world.ask(rule(field, TWINS[operator], value)) == NAMES - set(positive.split())


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("city", "!=", "KÖLN", "cleo"),
        ("email", "notIn", ["bert@example.org"], "anna"),
        ("email", "doesNotContain", "berg", "bert"),
        ("email", "doesNotBeginWith", "anna", "bert"),
        ("email", "doesNotEndWith", ".org", "anna"),
        ("country", "!=", "de", "cleo emil"),
        ("owner", "!=", "@olga", "bert"),
        ("custom.score", "notBetween", [0, 10], "bert cleo"),
        ("custom.vip", "!=", True, "bert"),
        ("tags", "containsNone", ["@new"], "bert"),
        ("tags", "doesNotContainAll", ["@new", "@old"], "anna bert"),
        ("custom.colours", "containsNone", ["blue"], "bert"),
    ],
)
def test_a_negative_operator_can_leave_out_who_has_no_value(
    world: World, field: str, operator: str, value: object, expected: str
) -> None:
    assert world.ask(rule(field, operator, value, includeMissing=False)) == set(expected.split())
    assert world.ask(rule(field, operator, value, includeMissing=True)) == world.ask(rule(field, operator, value))
