"""Chatwoot's filters, by whom they mean among the contacts of a shop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from segments import parse
from segments.formats import Account, Fidelity, chatwoot
from tests.unit.segments.formats.shop import SHOP, STATED, fidelities, members, places

JSON = dict[str, Any]
# Labels are texts in Chatwoot, and nothing else of it has to be stated.
ACCOUNT = Account(values={"tags": {"vip": "VIP", "churned": "Churned"}})


def one(key: str, operator: str, values: object = None, then: str | None = None, **rest: object) -> JSON:
    """A condition, and what joins it to the next."""
    return {"attribute_key": key, "filter_operator": operator, "values": values, "query_operator": then} | rest


EXACT = [
    ([one("email", "equal_to", ["ADA@example.com"])], "ada"),
    ([one("city", "contains", ["ar", "nau"])], "bob dee"),
    ([one("city", "contains", " ar ")], "bob"),
    ([one("phone_number", "equal_to", ["4930111"])], "ada"),
    ([one("country_code", "equal_to", ["de"])], "ada dee"),
    ([one("country_code", "not_equal_to", ["de"])], "bob"),
    ([one("company", "contains", ["acm"])], "ada"),
    ([one("labels", "equal_to", ["vip"])], "ada dee"),
    ([one("labels", "not_equal_to", ["vip"])], "bob cy"),
    ([one("labels", "is_present")], "ada bob dee"),
    ([one("labels", "is_not_present")], "cy"),
    # days of UTC: ada was created at half past eleven in the night of the 23rd
    ([one("created_at", "is_greater_than", ["2026-11-22"])], "ada"),
    ([one("created_at", "is_greater_than", ["2026-11-23"])], ""),
    ([one("created_at", "is_less_than", ["2026-10-26"])], "bob dee"),
    ([one("seen", "equal_to", ["2026-10-25"], custom_attribute_type="")], "bob"),
    ([one("renewal", "equal_to", ["2026-11-24"])], "ada"),
    ([one("renewal", "is_greater_than", ["2026-11-24"])], "dee"),
    ([one("renewal", "is_less_than", ["2026-11-24"])], "bob"),
    ([one("score", "equal_to", ["5"])], "bob"),
    ([one("score", "is_greater_than", [4])], "ada bob"),
    ([one("score", "is_less_than", ["5"])], "dee"),
    ([one("score", "is_present")], "ada bob dee"),
    ([one("active", "equal_to", ["true"])], "ada"),
    ([one("plan", "equal_to", ["gold"])], "ada"),
    # AND binds closer than OR
    (
        [
            one("labels", "is_not_present", None, "or"),
            one("labels", "equal_to", ["vip"], "and"),
            one("city", "contains", ["li"]),
        ],
        "ada cy",
    ),
    (
        [
            one("city", "contains", ["li"], "AND"),
            one("labels", "equal_to", ["vip"], "OR"),
            one("labels", "is_not_present"),
        ],
        "ada cy",
    ),
    # "not equal" of a custom attribute appends "or it has none" to the whole line
    ([one("score", "not_equal_to", [5])], "ada cy dee"),
    ([one("city", "contains", ["ber"], "and"), one("score", "not_equal_to", [-1])], "ada cy"),
    ([one("renewal", "not_equal_to", ["2026-11-24"])], "bob cy dee"),
]


@pytest.mark.parametrize(("payload", "expected"), EXACT)
@pytest.mark.parametrize("steps", [(), ("payload",), ("query", "payload")])
def test_means_the_same_contacts(payload: list[JSON], expected: str, steps: tuple[str, ...]) -> None:
    document: object = payload
    for step in reversed(steps):
        document = {step: document}
    imported = chatwoot.read(document, SHOP, ACCOUNT)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"exact"})
    assert parse(imported.tree, SHOP).tree == imported.tree


@pytest.mark.parametrize(
    ("condition", "expected", "why"),
    [
        (one("email", "not_equal_to", ["ada@example.com"]), "bob", "empty text"),
        (one("city", "does_not_contain", ["ar", "nau"]), "ada", "empty text"),
        (one("note", "is_present"), "ada bob", "empty text"),
        (one("phone_number", "starts_with", ["+49"]), "ada", "some versions"),
        (one("created_at", "days_before", ["29"]), "bob dee", "midnight, UTC"),
        (one("created_at", "days_before", ["30"]), "dee", "midnight, UTC"),
        (one("renewal", "days_before", ["1"]), "", "midnight in UTC"),
    ],
)
def test_says_where_it_could_only_come_near(condition: JSON, expected: str, why: str) -> None:
    imported = chatwoot.read([condition], SHOP, ACCOUNT)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"approximated"})
    assert why in imported.findings[0].detail
    assert chatwoot.read([condition], SHOP, ACCOUNT, exact=True).tree is None


def test_days_before_is_exact_where_days_begin_alike() -> None:
    imported = chatwoot.read([one("renewal", "days_before", [1])], replace(SHOP, time_zone=ZoneInfo("UTC")), ACCOUNT)
    assert imported.exact


@pytest.mark.parametrize(
    ("payload", "place", "why"),
    [
        (None, "#", "at least one condition"),
        ({"payload": []}, "#/payload", "at least one condition"),
        (["everybody"], "#/0", "expected an object"),
        ([one("email", "equal_to", ["x"], mood="good")], "#/0/mood", "not known"),
        ([one("email", "equal_to", ["x"], "and")], "#/0/query_operator", "leave query_operator out"),
        ([one("last_activity_at", "days_before", [3])], "#/0", "map it to one under fields"),
        ([one("blocked", "equal_to", [True])], "#/0", "map it to one under fields"),
        ([one("email", "equal_to", [])], "#/0/values", "expected a value"),
        ([one("email", "equal_to", None)], "#/0/values", "expected a value"),
        ([one("email", "equal_to", ["x", "y"])], "#/0/values", "first of these values only"),
        ([one("email", "near", ["x"])], "#/0/filter_operator", "'near'"),
        ([one("phone_number", "equal_to", ["+49"])], "#/0/values", "leave it out"),
        ([one("city", "contains", ["50%"])], "#/0/values", "stand for other characters"),
        ([one("city", "contains", [" "])], "#/0/values", "stand for other characters"),
        ([one("plan", "equal_to", ["tin"])], "#/0", "map it to one under values"),
        ([one("labels", "contains", ["vip"])], "#/0/filter_operator", "'contains'"),
        ([one("labels", "equal_to", ["unknown"])], "#/0", "map it to one under values"),
        ([one("email", "is_less_than", ["5"])], "#/0/filter_operator", "no number and no date"),
        ([one("email", "days_before", ["5"])], "#/0/filter_operator", "is no date"),
        ([one("created_at", "is_less_than", ["soon"])], "#/0/values", "expected a day"),
        ([one("created_at", "days_before", ["0"])], "#/0/values", "whole number"),
        ([one("created_at", "is_greater_than", ["9999-12-31"])], "#/0", "end of the calendar"),
    ],
)
def test_refuses_with_the_place_and_the_remedy(payload: object, place: str, why: str) -> None:
    imported = chatwoot.read(payload, SHOP, STATED)
    assert imported.tree is None
    [finding] = imported.findings
    assert (finding.pointer, finding.fidelity) == (place, Fidelity.REFUSED)
    assert why in finding.detail


@pytest.mark.parametrize(
    ("first", "place", "why"),
    [
        (one("city", "contains", ["ar"]), "#/0/query_operator", "AND, OR"),
        (one("city", "contains", ["ar"], "xor"), "#/0/query_operator", "AND, OR"),
        (one("score", "not_equal_to", [5], "and"), "#/0", "make it the last"),
    ],
)
def test_refuses_what_chatwoot_itself_fails_on(first: JSON, place: str, why: str) -> None:
    imported = chatwoot.read([first, one("labels", "is_present")], SHOP, ACCOUNT)
    assert imported.tree is None
    [refused] = [finding for finding in imported.findings if finding.fidelity is Fidelity.REFUSED]
    assert refused.pointer == place
    assert why in refused.detail
    assert places(imported.findings, Fidelity.EXACT) == ["#/1"]
