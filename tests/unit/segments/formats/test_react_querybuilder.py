"""react-querybuilder's queries: what builders do out of habit, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments import parse
from segments.formats import Account, Fidelity, react_querybuilder
from tests.unit.segments.formats.shop import BERLIN, SHOP, fidelities, members, places
from tests.unit.segments.formats.test_hubspot_write import EXACT as RULES

JSON = dict[str, Any]


def rule(field: str, operator: str, value: object = "", **more: object) -> JSON:
    return {"id": "r", "field": field, "operator": operator, "value": value, "valueSource": "value"} | more


def query(*rules: object, **more: object) -> JSON:
    return {"id": "g", "combinator": "and", "not": False, "rules": list(rules)} | more


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (query(rule("country", "in", "DE, AT")), "ada dee"),
        (query(rule("country", "in", ["DE", "AT"])), "ada dee"),
        (query(rule("country", "in", "DE"), combinator="AND"), "ada dee"),
        (query(rule("custom.score", "between", "0,5")), "bob"),
        (query(rule("custom.score", "between", ["0", "5"])), "bob"),
        (query(rule("custom.score", ">", " 4 ")), "ada bob"),
        (query(rule("custom.score", "in", "5, -1")), "bob dee"),
        (query(rule("custom.active", "=", "true")), "ada"),
        (query(rule("custom.active", "=", False)), "bob"),
        (query(rule("email", "null", "left behind")), "cy dee"),
        (query(rule("email", "notNull", "left, behind")), "ada bob"),
        (query(rule("custom.note", "contains", "100%")), "ada"),
        (query(rule("custom.renewal", "<", "2026-11-24")), "bob"),
        (query(rule("created_at", ">", "2026-11-23T23:29:59Z")), "ada"),
        (query(query(rule("country", "=", "DE"), **{"not": True}), rule("email", "notNull")), "bob"),
        (query(rule("country", "=", "DE"), rule("country", "=", "FR", muted=True)), "ada dee"),
        (rule("country", "=", "FR"), "bob"),
    ],
)
def test_means_the_same_contacts(document: JSON, expected: str) -> None:
    imported = react_querybuilder.read(document, SHOP, exact=True)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"exact"})
    assert parse(imported.tree, SHOP).tree == imported.tree
    assert "rules" in imported.tree


def test_a_builders_bookkeeping_is_kept() -> None:
    imported = react_querybuilder.read(query(rule("country", "=", "DE", path=[0], meta={"x": 1})), SHOP)
    assert imported.tree is not None
    assert imported.tree["rules"][0] | {"value": "DE"} == rule("country", "=", "DE", path=[0], meta={"x": 1})


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (">", "2026-11-24T00:29", "ada"),
        (">", "2026-11-24T00:30", ""),
        ("between", "2026-11-24T00:00,2026-11-24T00:30", "ada"),
        ("between", ["2026-10-25T07:00", "2026-10-25T07:00:30"], "bob"),
    ],
)
def test_a_time_without_an_offset_is_one_of_the_account_or_the_organisation(
    operator: str, value: object, expected: str
) -> None:
    document = query(rule("created_at", operator, value))
    imported = react_querybuilder.read(document, SHOP)
    assert imported.tree is not None, imported.findings
    assert members(imported.tree) == expected
    assert places(imported.findings, Fidelity.APPROXIMATED) == ["#/rules/0"]
    assert react_querybuilder.read(document, SHOP, exact=True).tree is None
    assert react_querybuilder.read(document, SHOP, Account(time_zone=BERLIN), exact=True).exact


@pytest.mark.parametrize(
    ("document", "place", "why"),
    [
        (
            {"rules": [rule("country", "=", "DE"), "or", rule("country", "=", "FR")]},
            "#/rules/1",
            "make each run of rules a group",
        ),
        (query(rule("~", "=")), "#/rules/0", "not finished"),
        (query(rule("country", "~")), "#/rules/0", "not finished"),
        (query(rule("country", "=", "city", valueSource="field")), "#/rules/0/valueSource", "two fields"),
        (query(rule("country", "=", "DE", match={"mode": "all"})), "#/rules/0/match", "not known"),
        (query(rule("country", "=", "DE", lhs={})), "#/rules/0/lhs", "not known"),
        (query(rule("shoe_size", "=", "5")), "#/rules/0/field", "no field 'shoe_size'"),
        (query(rule("custom.score", "=", "many")), "#/rules/0/value", "expected a number"),
        (query(rule("created_at", "=", "2026-13-45T00:00")), "#/rules/0/value", "expected a day"),
        (query(rule("country", "in", "")), "#/rules/0/value", "the list is empty"),
        (query(), "#/rules", "the group is empty"),
        (query(rule("email", "notNull"), combinator="xor"), "#/combinator", "and, or and not"),
        ("SELECT", "#", "make each run of rules a group"),
        (None, "#", "expected a group"),
    ],
)
def test_refuses_with_the_place_and_the_remedy(document: object, place: str, why: str) -> None:
    imported = react_querybuilder.read(document, SHOP)
    assert imported.tree is None
    found = {finding.pointer: finding for finding in imported.findings}
    assert found[place].fidelity is Fidelity.REFUSED
    assert why in found[place].detail


def test_every_refusal_is_told_once() -> None:
    imported = react_querybuilder.read(query(rule("~", "~"), rule("country", "=", "")), SHOP)
    assert places(imported.findings, Fidelity.REFUSED) == ["#/rules/0", "#/rules/1/value"]


def test_fields_are_mapped() -> None:
    imported = react_querybuilder.read(query(rule("land", "=", "FR")), SHOP, Account(fields={"land": "country"}))
    assert imported.tree is not None
    assert members(imported.tree) == "bob"


def test_groups_nested_too_deep_are_refused() -> None:
    document = query(rule("country", "=", "FR"))
    for _ in range(500):
        document = query(document)
    imported = react_querybuilder.read(document, SHOP)
    assert imported.tree is None
    assert "flatten" in imported.findings[0].detail


# -- writing


_TREES = st.recursive(
    st.sampled_from([*RULES, {"field": "segment", "operator": "notIn", "value": ["Buyers"]}]),
    lambda inner: st.builds(
        lambda combinator, negated, rules: {"combinator": combinator, "not": negated, "rules": rules},
        st.sampled_from(["and", "or"]),
        st.booleans(),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(_TREES, st.booleans())
def test_written_and_read_back_it_means_the_same(tree: JSON, joined: bool) -> None:
    exported = react_querybuilder.write(tree, SHOP, joined=joined)
    assert exported.document is not None
    assert exported.exact
    assert _keys(exported.document) <= {"combinator", "not", "rules", "field", "operator", "value"}
    imported = react_querybuilder.read(exported.document, SHOP, exact=True)
    assert imported.tree is not None, imported.findings
    assert members(imported.tree) == members(tree)


def _keys(node: JSON) -> set[str]:
    return set(node).union(*(_keys(rule) for rule in node.get("rules", ())))


def test_options_are_written_by_name_and_lists_in_either_style() -> None:
    tree = query(rule("tags", "containsAny", [1, 2]), rule("custom.note", "in", ["a,b", "c"]), rule("owner", "=", 1))
    document = react_querybuilder.write(tree, SHOP).document
    assert document is not None
    assert [one["value"] for one in document["rules"]] == [["VIP", "Churned"], ["a,b", "c"], "Grace"]
    document = react_querybuilder.write(tree, SHOP, joined=True).document
    assert document is not None
    assert [one["value"] for one in document["rules"]] == ["VIP,Churned", "a\\,b,c", "Grace"]


@pytest.mark.parametrize(
    ("items", "written"),
    [
        (["a", "b,"], "a,b\\,"),
        (["a\\", "b"], ["a\\", "b"]),
        ([" a", "b"], [" a", "b"]),
    ],
)
def test_lists_that_joining_would_change_stay_arrays(items: list[str], written: object) -> None:
    document = react_querybuilder.write(query(rule("custom.note", "in", items)), SHOP, joined=True).document
    assert document is not None
    assert document["rules"][0]["value"] == written
    assert parse(document, SHOP).tree["rules"][0]["value"] == items


def test_a_segment_that_contacts_are_not_in_is_a_negated_group() -> None:
    document = react_querybuilder.write(query(rule("segment", "notIn", [1])), SHOP).document
    assert document is not None
    inside = {"field": "segment", "operator": "in", "value": ["Buyers"]}
    assert document["rules"] == [{"combinator": "and", "not": True, "rules": [inside]}]


@pytest.mark.parametrize(
    ("negative", "known"),
    [
        (("country", "!=", "Germany"), ("country", "notNull", "")),
        (("engagement.purchase", "didNotHappen", {}), ("engagement.purchase", "happened", {})),
    ],
)
def test_a_negative_rule_on_known_values_asks_for_a_value_first(
    negative: tuple[str, str, object], known: tuple[str, str, object]
) -> None:
    document = react_querybuilder.write(query(rule(*negative) | {"includeMissing": False}), SHOP).document
    assert document is not None
    rules = [dict(zip(("field", "operator", "value"), parts, strict=True)) for parts in (known, negative)]
    assert document["rules"] == [{"combinator": "and", "rules": rules}]


def test_a_tree_that_is_not_understood_is_refused_with_its_problems() -> None:
    exported = react_querybuilder.write(query(), SHOP)
    assert exported.document is None
    assert places(exported.findings, Fidelity.REFUSED) == ["#/rules"]
