"""Every operator on every type of field: its clause, its truth, its sentence, its saved form, what it refuses."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from segments import Criterion, Limits, compile, describe, evaluate, operators_of, parse  # noqa: A004
from tests.unit.segments.operators import dates, engagement, numbers, sets, texts
from tests.unit.segments.operators.cases import Case, Refusal
from tests.unit.segments.organisation import CATALOGUE, MOMENT, condition, faults, field_named, group, rule

CASES: list[Case] = [*texts.CASES, *numbers.CASES, *dates.CASES, *sets.CASES, *engagement.CASES]
NEGATED = [case for case in CASES if case.negative]
REFUSALS: list[Refusal] = [
    *texts.REFUSALS, *numbers.REFUSALS, *dates.REFUSALS, *sets.REFUSALS, *engagement.REFUSALS,
]  # fmt: skip

# Operators that are no field's complement stand in the tables themselves.
_WITHOUT_CASE = {("reference", "in"), ("reference", "notIn")}  # test_expand.py


@pytest.mark.parametrize("case", CASES, ids=str)
def test_clause(case: Case) -> None:
    assert compile(condition(case.tree), MOMENT) == case.clause


@pytest.mark.parametrize("case", CASES, ids=str)
def test_truth_on_documents(case: Case) -> None:
    asked = condition(case.tree)
    assert [evaluate(asked, document, MOMENT) for document, _ in case.documents()] == [
        truth for _, truth in case.documents()
    ]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_sentence(case: Case) -> None:
    assert describe(condition(case.tree)) == f"Contacts where {case.sentence}."


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_saved_tree_means_the_same(case: Case) -> None:
    parsed = parse(case.tree, CATALOGUE)
    assert parsed.tree == case.tree | {"value": case.kept_value}
    again = parse(parsed.tree, CATALOGUE)
    assert again.tree == parsed.tree
    assert compile(again.condition, MOMENT) == case.clause


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_schema_takes_what_the_operator_takes(case: Case) -> None:
    asked = condition(case.tree)
    assert isinstance(asked, Criterion)
    schema = asked.operator.shape.schema(asked.field, Limits())
    jsonschema.Draft202012Validator.check_schema(schema)
    missing_value_is_none = case.value in (None, "") and schema.get("type") == "object"
    jsonschema.validate({} if missing_value_is_none else case.value, schema)
    jsonschema.validate(case.kept_value, schema)


@pytest.mark.parametrize("case", NEGATED, ids=str)
def test_the_negative_operator_is_the_exact_complement(case: Case) -> None:
    assert case.negative
    name, sentence = case.negative
    asked = condition(rule(case.field, name, case.value))
    assert compile(asked, MOMENT) == {"bool": {"must_not": [case.clause]}}
    assert [evaluate(asked, document, MOMENT) for document, _ in case.documents()] == [
        not truth for _, truth in case.documents()
    ]
    assert describe(asked) == f"Contacts where {sentence}."


def test_not_that_it_did_not_happen_is_that_it_happened() -> None:
    week = {"window": {"last": {"n": 1, "unit": "week"}}}
    asked = condition(group("and", rule("engagement.purchase", "didNotHappen", week), **{"not": True}))
    assert describe(asked) == "Contacts where “Purchase” happened in the last week."


@pytest.mark.parametrize("case", [case for case in NEGATED if case.negative and case.negative[0] != "null"], ids=str)
def test_include_missing_false_keeps_contacts_with_a_value(case: Case) -> None:
    assert case.negative
    name, sentence = case.negative
    asked = condition(rule(case.field, name, case.value, includeMissing=False))
    known: Any = {"match_all": {}}
    if case.operator != "notNull" and not case.field.endswith(".count"):
        known = compile(condition(rule(case.field, "notNull")), MOMENT)
    clause = compile(asked, MOMENT)
    assert sorted(clause["bool"]["filter"], key=str) == sorted([known, {"bool": {"must_not": [case.clause]}}], key=str)
    counted = case.field.endswith(".count")
    assert evaluate(asked, {}, MOMENT) is (counted and not case.missing)
    known_documents = [document for value in (*case.holds, *case.fails) for document in [case._document(value)]]
    has = condition(rule(case.field, "notNull"))
    for document in known_documents:
        expected = evaluate(has, document, MOMENT) and not evaluate(condition(case.tree), document, MOMENT)
        assert evaluate(asked, document, MOMENT) is expected
    assert describe(asked) == f"Contacts where {sentence}{_known(case.field)}."


def _known(field: str) -> str:
    """What the sentence says of contacts with a value; of how often something happened everybody has one."""
    match field:
        case "engagement.purchase.count":
            return ""
        case "tags" | "custom.hobbies":
            return " (but are not empty)"
        case "unsubscribed":
            return " (but from another channel)"
        case _:
            return " (but has a value)"


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_refused_with_its_place(refusal: Refusal) -> None:
    tree = rule(refusal.field, refusal.operator, refusal.value)
    assert faults(tree) == {(f"#{refusal.at}", refusal.code)}


def test_every_operator_of_every_type_has_a_case() -> None:
    covered = {(field_named(case.field).type.name, case.operator) for case in CASES}
    covered |= {(field_named(case.field).type.name, case.negative[0]) for case in NEGATED if case.negative}
    expected = {(field.type.name, operator.name) for field in CATALOGUE for operator in operators_of(field)}
    assert expected - covered == _WITHOUT_CASE


def test_every_type_and_packing_has_a_case() -> None:
    asked = [field_named(case.field) for case in CASES]
    assert {(field.type.name, field.packing) for field in asked} == {
        (field.type.name, field.packing) for field in CATALOGUE if field.type.name != "reference"
    }
