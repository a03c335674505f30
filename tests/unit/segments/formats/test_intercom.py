"""Intercom's searches, by whom they mean among the contacts of a shop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from segments import parse
from segments.formats import Fidelity, intercom
from tests.unit.segments.formats.shop import SHOP, STATED, UNSTATED, fidelities, members, places

JSON = dict[str, Any]

TODAY = 1795477200  # 24 November 2026, 0:40 in Berlin: the day counts, not the hour
AFTERNOON = 1795532400  # the same day, 10:00 in New York
NEW_YORK = replace(STATED, time_zone=ZoneInfo("America/New_York"))


def one(field: str, operator: str, value: object) -> JSON:
    return {"field": field, "operator": operator, "value": value}


def joined(operator: str, *parts: JSON) -> JSON:
    return {"operator": operator, "value": list(parts)}


EXACT = [
    (one("name", "=", None), "ada bob cy dee"),
    (one("email", "!=", None), "ada bob"),
    (one("email", "=", "ADA@example.com"), "ada"),
    (one("email", "IN", ["ada@example.com", "bob@shop.test"]), "ada bob"),
    (one("email", "~", "shop"), "bob"),
    (one("email", "^", "ada"), "ada"),
    (one("email", "$", ".test"), "bob"),
    (one("location.country", "=", "DE"), "ada dee"),
    (one("owner_id", "=", 901), "ada"),
    (one("custom_attributes.plan", "IN", ["Gold", "Silver"]), "ada bob"),
    (one("custom_attributes.active", "=", "true"), "ada"),
    (one("custom_attributes.score", ">", 4), "ada bob"),
    (one("custom_attributes.score", "<=", "5"), "bob dee"),
    (one("custom_attributes.score", "IN", [5, -1]), "bob dee"),
    (one("tag_id", "=", "71"), "ada dee"),
    (one("tag_id", "!=", "71"), "bob cy"),
    (one("segment_id", "=", "41"), "ada bob"),
    (one("segment_id", "!=", "42"), "bob cy"),
    (one("unsubscribed_from_emails", "=", True), "bob"),
    (one("unsubscribed_from_emails", "!=", "true"), "ada cy dee"),
    (one("unsubscribed_from_emails", "=", False), "ada cy dee"),
    # dates are days of the workspace: ada was created today in Berlin
    (one("created_at", "=", TODAY), "ada"),
    (one("created_at", ">", TODAY), ""),
    (one("created_at", ">", TODAY - 86_400), "ada"),
    (one("created_at", "<", str(TODAY)), "bob dee"),
    (one("custom_attributes.renewal", "=", TODAY), "ada"),
    (one("custom_attributes.renewal", "<", TODAY), "bob"),
    (one("custom_attributes.renewal", ">", TODAY), "dee"),
    (one("last_email_opened_at", ">", TODAY - 2 * 86_400), "ada"),
    (
        joined("AND", one("tag_id", "=", "71"), joined("OR", one("email", "!=", None), one("tag_id", "=", "72"))),
        "ada dee",
    ),
]


@pytest.mark.parametrize(("query", "expected"), EXACT)
def test_means_the_same_contacts(query: JSON, expected: str) -> None:
    imported = intercom.read({"query": query, "pagination": {"per_page": 5}}, SHOP, STATED)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"exact"})
    assert parse(imported.tree, SHOP).tree == imported.tree


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (one("created_at", "=", AFTERNOON), ""),
        (one("created_at", "=", AFTERNOON - 86_400), "ada"),
        (one("created_at", ">", AFTERNOON - 86_400), ""),
        (one("created_at", "<", AFTERNOON - 86_400), "bob dee"),
    ],
)
def test_days_are_those_of_the_workspace(query: JSON, expected: str) -> None:
    imported = intercom.read(query, SHOP, NEW_YORK)
    assert imported.tree is not None
    assert (members(imported.tree), imported.exact) == (expected, True)


@pytest.mark.parametrize(
    ("query", "expected", "why"),
    [
        (one("email", "=", "ADA@example.com"), "ada", "upper and lower case"),
        (one("email", "!=", "ada@example.com"), "bob", "without a value"),
        (one("email", "NIN", ["ada@example.com"]), "bob", "without a value"),
        (one("email", "!~", "ada"), "bob", "without a value"),
        (one("custom_attributes.score", "!=", 5), "ada dee", "without a value"),
        (one("created_at", "=", TODAY), "ada", "time zone of the other account"),
    ],
)
def test_says_where_it_could_only_come_near(query: JSON, expected: str, why: str) -> None:
    imported = intercom.read(query, SHOP, UNSTATED)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"approximated"})
    assert why in imported.findings[0].detail
    assert intercom.read(query, SHOP, UNSTATED, exact=True).tree is None


@pytest.mark.parametrize(
    ("query", "place", "why"),
    [
        (None, "#", "expected {operator"),
        (joined("AND"), "#", "expected {operator"),
        (joined("XOR", one("email", "=", "x")), "#", "expected {operator"),
        (joined("OR", one("role", "=", "lead")), "#/value/0", "map it to one under fields"),
        (one("id", "=", "5f"), "#", "map it to one under fields"),
        ({"field": 7, "operator": "=", "value": "x"}, "#", "name of a property"),
        ({"field": "email", "operator": "="}, "#", "value is missing"),
        (one("email", "~", None), "#/operator", "only = and != take null"),
        (one("email", "~", ""), "#/value", "expected a text"),
        (one("email", "==", "x"), "#/operator", "'=='"),
        (one("email", "IN", "x"), "#/value", "expected a list"),
        (one("email", ">", 5), "#", "has no operator '>'"),
        (one("tag_id", "=", "99"), "#", "map it to one under values"),
        (one("created_at", "!=", TODAY), "#/operator", "by =, > and < only"),
        (one("created_at", "=", "yesterday"), "#/value", "expected a number"),
        (one("created_at", "=", 10**30), "#/value", "seconds since 1970"),
        (one("unsubscribed_from_emails", ">", True), "#/operator", "boolean"),
        (one("unsubscribed_from_emails", "=", "perhaps"), "#/value", "true or false"),
    ],
)
def test_refuses_with_the_place_and_the_remedy(query: object, place: str, why: str) -> None:
    imported = intercom.read(query, SHOP, STATED)
    assert imported.tree is None
    [finding] = imported.findings
    assert (finding.pointer, finding.fidelity) == (place, Fidelity.REFUSED)
    assert why in finding.detail


def test_filters_nested_too_deep_are_refused() -> None:
    query = one("email", "!=", None)
    for _ in range(2000):
        query = joined("AND", query)
    imported = intercom.read(query, SHOP, STATED)
    assert imported.tree is None
    assert len(places(imported.findings, Fidelity.REFUSED)) == 1
