"""What HubSpot's filters say that cannot be said here: refused with its place and a remedy."""

from __future__ import annotations

import pytest

from segments.formats import Fidelity, hubspot
from tests.unit.segments.formats.hubspot_lists import (
    JSON,
    KNOWN,
    at,
    branch,
    contacts,
    event,
    indexed,
    point,
    prop,
    ranged,
    times,
)
from tests.unit.segments.formats.shop import SHOP, STATED, places

_FILTER = "#/filterBranch/filterBranches/0/filters/0"
_BRANCH = "#/filterBranch/filterBranches/0/filterBranches/0"


@pytest.mark.parametrize(
    ("part", "place", "why"),
    [
        (prop("shoe_size", "NUMBER", "IS_EQUAL_TO", value=42), f"{_FILTER}/property", "map it to one under fields"),
        (prop("score", "NUMBER", "HAS_EVER_BEEN_EQUAL_TO", value=4), f"{_FILTER}/operation/operator", "earlier values"),
        (prop("score", "NUMBER", "IS_ROUND", value=4), f"{_FILTER}/operation/operator", "no operator 'IS_ROUND'"),
        (prop("score", "NUMBER", "IS_EQUAL_TO", value="x"), f"{_FILTER}/operation/value", "expected a number"),
        (prop("score", "NUMBER", "IS_EQUAL_TO"), f"{_FILTER}/operation", "value is missing"),
        (prop("score", "NUMBER", "IS_EQUAL_TO", value=1, highValue=2), f"{_FILTER}/operation/highValue", "not known"),
        (prop("score", "ROMAN", "IS_EQUAL_TO", value=1), f"{_FILTER}/operation/operationType", "not understood"),
        (prop("score", "NUMBER_RANGED", "IS_BETWEEN", lowerBound=2, upperBound=1), _FILTER, "exchange them"),
        (
            prop("score", "NUMBER_RANGED", "IS_ROUND", lowerBound=1, upperBound=2),
            f"{_FILTER}/operation/operator",
            "IS_ROUND",
        ),
        (prop("active", "BOOL", "IS_ROUND", value=True), f"{_FILTER}/operation/operator", "IS_ROUND"),
        (prop("active", "BOOL", "IS_EQUAL_TO", value="maybe"), f"{_FILTER}/operation/value", "true or false"),
        (prop("email", "ALL_PROPERTY", "IS_KNOWN", **KNOWN), f"{_FILTER}/operation/operator", "IS_KNOWN"),
        (
            prop("plan", "ENUMERATION", "IS_ANY_OF", values=["Tin"]),
            f"{_FILTER}/operation",
            "map it to one under values",
        ),
        (prop("plan", "ENUMERATION", "IS_ANY_OF", values=[]), f"{_FILTER}/operation/values", "at least one"),
        (prop("plan", "ENUMERATION", "IS_ROUND", values=["Gold"]), f"{_FILTER}/operation/operator", "IS_ROUND"),
        (prop("plan", "MULTISTRING", "CONTAINS", values=["Go"]), _FILTER, "no operator 'contains'"),
        (prop("email", "MULTISTRING", "CONTAINS", values=[]), f"{_FILTER}/operation/values", "at least one"),
        (prop("email", "MULTISTRING", "CONTAINS", values=[None]), f"{_FILTER}/operation/values/0", "expected a text"),
        (
            prop("email", "MULTISTRING", "CONTAINS_EXACTLY", values=["x"]),
            f"{_FILTER}/operation/operator",
            "CONTAINS_EXACTLY",
        ),
        (
            {"filterType": "PROPERTY", "property": "email", "operation": "IS_KNOWN"},
            f"{_FILTER}/operation",
            "expected an operation",
        ),
        (point("email", "IS_AFTER", at(2026, 1, 1)), f"{_FILTER}/operation", "is no date"),
        (point("renewal", "IS_AFTER", at(2026, 2, 30)), f"{_FILTER}/operation/timePoint", "no such date"),
        (
            point("renewal", "IS_AFTER", at(2026, 2, 3, zone="Atlantis")),
            f"{_FILTER}/operation/timePoint/zoneId",
            "time zone",
        ),
        (
            point("renewal", "IS_AFTER", at(2026, 2, 3), propertyParser="UPDATED_AT"),
            f"{_FILTER}/operation/propertyParser",
            "last changed",
        ),
        (
            point("renewal", "IS_AFTER", at(2026, 2, 3), endpointBehavior="FUZZY"),
            f"{_FILTER}/operation/endpointBehavior",
            "INCLUSIVE",
        ),
        (point("renewal", "IS_NEAR", at(2026, 2, 3)), f"{_FILTER}/operation/operator", "IS_BEFORE"),
        (
            point("renewal", "IS_AFTER", {"timeType": "PROPERTY_REFERENCED", "property": "createdate"}),
            f"{_FILTER}/operation/timePoint",
            "two properties",
        ),
        (point("renewal", "IS_AFTER", {"timeType": "SOON"}), f"{_FILTER}/operation/timePoint/timeType", "SOON"),
        (
            point("renewal", "IS_AFTER", indexed("WEEK")),
            f"{_FILTER}/operation/timePoint/indexReference",
            "TODAY or NOW",
        ),
        (point("createdate", "IS_AFTER", indexed("TODAY")), f"{_FILTER}/operation", "days ago only"),
        (ranged("createdate", indexed("TODAY", -9), indexed("TODAY", -1)), f"{_FILTER}/operation", "end or begin now"),
        (ranged("createdate", indexed("NOW"), indexed("TODAY", 1)), f"{_FILTER}/operation", "end or begin now"),
        (ranged("createdate", at(2026, 1, 1), indexed("NOW")), f"{_FILTER}/operation", "both the same way"),
        (ranged("createdate", at(2026, 1, 2), at(2026, 1, 1)), f"{_FILTER}/operation", "exchange them"),
        ({"filterType": "IN_LIST", "operator": "IN_LIST", "listId": "7"}, _FILTER, "map it to one under values"),
        ({"filterType": "IN_LIST", "operator": "NEAR_LIST", "listId": "41"}, f"{_FILTER}/operator", "NEAR_LIST"),
        (
            {
                "filterType": "IN_LIST",
                "operator": "IN_LIST",
                "listId": "41",
                "metadata": {"id": "5", "inListType": "IMPORT"},
            },
            f"{_FILTER}/metadata",
            "imports and workflows",
        ),
        ({"filterType": "FORM_SUBMISSION", "formId": "f", "operator": "FILLED_OUT"}, _FILTER, "declare a behaviour"),
        (event(eventTypeId="e-unknown"), f"{_BRANCH}", "map it to one under events"),
        (
            event(prop("amount", "NUMBER", "IS_GREATER_THAN", value=5)),
            f"{_BRANCH}/filters/0/property",
            "declare a behaviour",
        ),
        (event(prop("hs_timestamp", "NUMBER", "IS_GREATER_THAN", value=5)), f"{_BRANCH}/filters/0", "gives no window"),
        (event(point("hs_timestamp", "IS_BEFORE", indexed("TODAY", -3))), f"{_BRANCH}/filters/0", "ends at a date"),
        (
            event(point("hs_timestamp", "IS_AFTER", indexed("TODAY", -3)), **times(minOccurrences=1, maxOccurrences=2)),
            f"{_BRANCH}/filters/0",
            "cannot be said of this count",
        ),
        (
            event(
                point("hs_timestamp", "IS_AFTER", at(2026, 1, 1)), point("hs_timestamp", "IS_BEFORE", at(2026, 2, 1))
            ),
            _BRANCH,
            "more than one window",
        ),
        (event(filterBranches=[branch("AND")]), f"{_BRANCH}/filterBranches", "narrowed by branches"),
        (
            event(coalescingRefineBy={"type": "SET_OCCURRENCES", "setType": "ALL"}),
            f"{_BRANCH}/coalescingRefineBy/setType",
            "not known",
        ),
        (event(pruningRefineBy={"type": "RELATIVE_RANGED"}), f"{_BRANCH}/pruningRefineBy", "not understood"),
        (
            event(pruningRefineBy={"type": "ABSOLUTE_COMPARATIVE", "comparison": "AFTER", "timestamp": 10**18}),
            f"{_BRANCH}/pruningRefineBy",
            "milliseconds since 1970",
        ),
        (branch("AND"), _BRANCH, "the branch is empty"),
        (branch("XOR", prop("email", "ALL_PROPERTY", "IS_KNOWN")), _BRANCH, "no branch 'XOR'"),
        ({"filterBranchType": "ASSOCIATION", "filters": []}, _BRANCH, "associated objects"),
        (branch("AND") | {"mood": "good"}, f"{_BRANCH}/mood", "not known"),
    ],
)
def test_refuses_with_the_place_and_the_remedy(part: JSON, place: str, why: str) -> None:
    imported = hubspot.read(contacts(part), SHOP, STATED)
    assert imported.tree is None
    [finding] = imported.findings
    assert (finding.pointer, finding.fidelity) == (place, Fidelity.REFUSED)
    assert why in finding.detail


def test_one_refusal_refuses_the_list_and_everything_is_reported() -> None:
    parts = [
        prop("email", "ALL_PROPERTY", "IS_KNOWN"),
        prop("shoe_size", "ALL_PROPERTY", "IS_KNOWN"),
        prop("hat_size", "ALL_PROPERTY", "IS_KNOWN"),
    ]
    imported = hubspot.read(contacts(*parts), SHOP, STATED)
    assert imported.tree is None
    assert places(imported.findings, Fidelity.EXACT) == [_FILTER]
    assert places(imported.findings, Fidelity.REFUSED) == [
        "#/filterBranch/filterBranches/0/filters/1/property",
        "#/filterBranch/filterBranches/0/filters/2/property",
    ]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (None, "#"),
        ([], "#"),
        ({}, "#"),
        ({"filterBranch": None}, "#/filterBranch"),
        (branch("OR", {"filterBranchType": "AND", "filters": "all"}), "#/filterBranches/0"),
        ({"filterBranchType": "AND", "filters": ["all"]}, "#/filters/0"),
        (contacts(prop("email", "ALL_PROPERTY", "IS_KNOWN")) | {"objectTypeId": "0-2"}, "#/objectTypeId"),
    ],
)
def test_refuses_what_is_no_list_of_contacts(document: object, place: str) -> None:
    imported = hubspot.read(document, SHOP, STATED)
    assert imported.tree is None
    assert place in places(imported.findings, Fidelity.REFUSED)


def test_branches_nested_too_deep_are_refused() -> None:
    part = branch("AND", prop("email", "ALL_PROPERTY", "IS_KNOWN"))
    for _ in range(2000):
        part = branch("AND", part)
    imported = hubspot.read(part, SHOP, STATED)
    assert imported.tree is None
    assert "flatten" in imported.findings[0].detail


def test_more_than_a_tree_may_have_is_refused() -> None:
    imported = hubspot.read(contacts(*[prop("email", "ALL_PROPERTY", "IS_KNOWN")] * 301), SHOP, STATED)
    assert imported.tree is None
    assert places(imported.findings, Fidelity.REFUSED) == ["#"]
