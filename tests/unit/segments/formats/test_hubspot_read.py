"""HubSpot's filters, by whom they mean among the contacts of a shop."""

from __future__ import annotations

from typing import Any

import pytest

from segments import parse
from segments.formats import Account, Fidelity, hubspot
from tests.unit.segments.formats.shop import ALL, SHOP, STATED, UNSTATED, fidelities, members, places

JSON = dict[str, Any]


def prop(name: str, kind: str, operator: str, **rest: object) -> JSON:
    """A PROPERTY filter."""
    return {
        "filterType": "PROPERTY",
        "property": name,
        "operation": {"operationType": kind, "operator": operator, **rest},
    }


def branch(kind: str, *parts: JSON) -> JSON:
    """A branch of filters and branches."""
    return {
        "filterBranchType": kind,
        "filterBranchOperator": kind,
        "filters": [part for part in parts if "filterType" in part],
        "filterBranches": [part for part in parts if "filterType" not in part],
    }


def contacts(*parts: JSON) -> JSON:
    """A list of the contacts that meet all of the parts."""
    return {"objectTypeId": "0-1", "filterBranch": branch("OR", branch("AND", *parts))}


def at(year: int, month: int, day: int, *clock: int, zone: str = "Europe/Berlin") -> JSON:
    """A date on a clock."""
    hour, minute, second, milli = (*clock, 0, 0, 0, 0)[:4]
    return {
        "timeType": "DATE",
        "timezoneSource": "CUSTOM",
        "zoneId": zone,
        "year": year,
        "month": month,
        "day": day,
        "hour": hour,
        "minute": minute,
        "second": second,
        "millisecond": milli,
    }


def indexed(reference: str, days: int = 0, zone: str = "Europe/Berlin") -> JSON:
    """Some days from today or now."""
    return {
        "timeType": "INDEXED",
        "timezoneSource": "CUSTOM",
        "zoneId": zone,
        "indexReference": {"referenceType": reference},
        "offset": {"days": days},
    }


def point(name: str, operator: str, when: JSON, **rest: object) -> JSON:
    """A TIME_POINT filter."""
    parts = {"endpointBehavior": "EXCLUSIVE", "propertyParser": "VALUE", "type": "TIME_POINT"} | rest
    return prop(name, "TIME_POINT", operator, timePoint=when, **parts)


def ranged(name: str, low: JSON, high: JSON, operator: str = "IS_BETWEEN", **rest: object) -> JSON:
    """A TIME_RANGED filter."""
    parts = {
        "lowerBoundTimePoint": low,
        "upperBoundTimePoint": high,
        "lowerBoundEndpointBehavior": "INCLUSIVE",
        "upperBoundEndpointBehavior": "INCLUSIVE",
        "type": "TIME_RANGED",
    }
    return prop(name, "TIME_RANGED", operator, **parts, **rest)


def event(*filters: JSON, operator: str = "HAS_COMPLETED", **rest: object) -> JSON:
    """A UNIFIED_EVENTS branch about purchases."""
    return {
        "filterBranchType": "UNIFIED_EVENTS",
        "filterBranchOperator": "AND",
        "eventTypeId": "e-purchase",
        "operator": operator,
        "filters": list(filters),
        "filterBranches": [],
        **rest,
    }


def times(**bounds: int) -> JSON:
    return {"coalescingRefineBy": {"type": "NUM_OCCURRENCES", **bounds}}


END = (23, 59, 59, 999)
KNOWN = {"includeObjectsWithNoValueSet": True}

EXACT = [
    # texts: any of the values; records without a value do not pass unless it is said
    (prop("firstname", "MULTISTRING", "IS_EQUAL_TO", values=["Ada", "BOB"]), "ada bob"),
    (prop("firstname", "MULTISTRING", "IS_NOT_EQUAL_TO", values=["Ada"]), "bob dee"),
    (prop("firstname", "MULTISTRING", "IS_NOT_EQUAL_TO", values=["Ada"], **KNOWN), "bob cy dee"),
    (prop("firstname", "MULTISTRING", "IS_EQUAL_TO", values=["Ada"], **KNOWN), "ada cy"),
    (prop("city", "MULTISTRING", "CONTAINS", values=["ar", "nau"]), "bob dee"),
    (prop("city", "MULTISTRING", "DOES_NOT_CONTAIN", values=["ar", "nau"]), "ada"),
    (prop("city", "MULTISTRING", "DOES_NOT_CONTAIN", values=["ar"], **KNOWN), "ada cy dee"),
    (prop("city", "MULTISTRING", "STARTS_WITH", values=["ber"]), "ada dee"),
    (prop("email", "STRING", "ENDS_WITH", value=".test"), "bob"),
    (prop("company", "STRING", "IS_EQUAL_TO", value="acme"), "ada"),
    (prop("phone", "STRING", "CONTAINS", value=4930), "ada"),
    # enumerations
    (prop("lifecyclestage", "ENUMERATION", "IS_ANY_OF", values=["customer", "lead"]), "ada bob"),
    (prop("lifecyclestage", "ENUMERATION", "IS_NONE_OF", values=["customer"]), "bob"),
    (prop("lifecyclestage", "ENUMERATION", "IS_NONE_OF", values=["customer"], **KNOWN), "bob cy dee"),
    (prop("plan", "ENUMERATION", "IS_EXACTLY", values=["Gold"]), "ada"),
    (prop("plan", "ENUMERATION", "DOES_NOT_CONTAIN_ALL", values=["Gold"]), "bob"),
    (prop("hobbies", "ENUMERATION", "IS_ANY_OF", values=["Go", "Golf"]), "ada"),
    (prop("hobbies", "ENUMERATION", "IS_NONE_OF", values=["Go"]), "bob"),
    (prop("hobbies", "ENUMERATION", "CONTAINS_ALL", values=["Chess", "Go"]), "ada"),
    (prop("hobbies", "ENUMERATION", "DOES_NOT_CONTAIN_ALL", values=["Chess", "Go"], **KNOWN), "bob cy dee"),
    (prop("hobbies", "ENUMERATION", "IS_EXACTLY", values=["Chess"]), "bob"),
    (prop("hobbies", "ENUMERATION", "IS_NOT_EXACTLY", values=["Chess"]), "ada"),
    (prop("hobbies", "ENUMERATION", "IS_NOT_EXACTLY", values=["Chess"], **KNOWN), "ada cy dee"),
    (prop("hubspot_owner_id", "ENUMERATION", "IS_ANY_OF", values=["901"]), "ada"),
    # numbers and booleans
    (prop("score", "NUMBER", "IS_GREATER_THAN_OR_EQUAL_TO", value=5), "ada bob"),
    (prop("score", "NUMBER", "IS_GREATER_THAN", value="5"), "ada"),
    (prop("score", "NUMBER", "IS_LESS_THAN", value=5), "dee"),
    (prop("score", "NUMBER", "IS_LESS_THAN_OR_EQUAL_TO", value=5, **KNOWN), "bob cy dee"),
    (prop("score", "NUMBER", "IS_EQUAL_TO", value=5), "bob"),
    (prop("score", "NUMBER", "IS_NOT_EQUAL_TO", value=5), "ada dee"),
    (prop("active", "BOOL", "IS_EQUAL_TO", value=True), "ada"),
    (prop("active", "BOOL", "IS_NOT_EQUAL_TO", value="true", **KNOWN), "bob cy dee"),
    (prop("email", "ALL_PROPERTY", "IS_KNOWN"), "ada bob"),
    (prop("email", "ALL_PROPERTY", "IS_UNKNOWN"), "cy dee"),
    # days: renewal is today (ada), yesterday (bob), in a week (dee)
    (point("renewal", "IS_BEFORE", at(2026, 11, 24)), "bob"),
    (point("renewal", "IS_BEFORE", at(2026, 11, 24), endpointBehavior="INCLUSIVE"), "ada bob"),
    (point("renewal", "IS_BEFORE", at(2026, 11, 24, 12)), "ada bob"),
    (point("renewal", "IS_AFTER", at(2026, 11, 23, *END)), "ada dee"),
    (point("renewal", "IS_AFTER", at(2026, 11, 24)), "dee"),
    (point("renewal", "IS_AFTER", at(2026, 11, 24), endpointBehavior="INCLUSIVE"), "ada dee"),
    (point("renewal", "IS_AFTER", at(2026, 11, 24, 12), endpointBehavior="INCLUSIVE"), "dee"),
    (point("renewal", "IS_AFTER", at(2026, 11, 24, 12), endpointBehavior=None), "dee"),
    (ranged("renewal", indexed("TODAY", -9), indexed("TODAY", -2)), ""),
    (point("renewal", "IS_BEFORE", indexed("TODAY")), "bob"),
    (point("renewal", "IS_BEFORE", indexed("TODAY", -1)), ""),
    (point("renewal", "IS_BEFORE", indexed("TODAY", 8)), "ada bob dee"),
    (point("renewal", "IS_BEFORE", indexed("NOW")), "ada bob"),
    (point("renewal", "IS_AFTER", indexed("TODAY", -1)), "ada dee"),
    (point("renewal", "IS_AFTER", indexed("TODAY", 7), **KNOWN), "cy"),
    (point("renewal", "IS_AFTER", indexed("NOW")), "dee"),
    (ranged("renewal", indexed("TODAY", -1), indexed("NOW")), "ada bob"),
    (ranged("renewal", indexed("NOW"), indexed("TODAY", 7)), "dee"),
    (ranged("renewal", indexed("TODAY", -1), indexed("NOW"), "IS_NOT_BETWEEN"), "dee"),
    (ranged("renewal", indexed("TODAY", 1), indexed("TODAY", 6)), ""),
    (ranged("renewal", indexed("TODAY", -9), indexed("TODAY", -1)), "bob"),
    (ranged("renewal", at(2026, 11, 23), at(2026, 11, 24, *END)), "ada bob"),
    (ranged("renewal", at(2026, 11, 23), at(2026, 11, 24, *END), "IS_NOT_BETWEEN", **KNOWN), "cy dee"),
    # instants: ada was created half past midnight today, in Berlin
    (point("createdate", "IS_AFTER", at(2026, 11, 23, *END)), "ada"),
    (point("createdate", "IS_AFTER", at(2026, 11, 23, *END, zone="UTC")), ""),
    (point("createdate", "IS_BEFORE", at(2026, 10, 25, 6, zone="UTC")), "dee"),
    (point("createdate", "IS_BEFORE", at(2026, 10, 25, 6, zone="UTC"), endpointBehavior="INCLUSIVE"), "bob dee"),
    (ranged("createdate", at(2026, 10, 25), at(2026, 11, 23, *END)), "bob"),
    (ranged("createdate", indexed("NOW", -30), indexed("NOW")), "ada"),
    (ranged("createdate", indexed("NOW", -31), indexed("NOW")), "ada bob"),
    (point("createdate", "IS_BEFORE", indexed("NOW", -30)), "bob dee"),
    (point("createdate", "IS_AFTER", indexed("NOW", -30)), "ada"),
    (ranged("seen", indexed("NOW"), indexed("NOW", 3)), "dee"),
    # lists
    ({"filterType": "IN_LIST", "operator": "IN_LIST", "listId": "41"}, "ada bob"),
    ({"filterType": "IN_LIST", "operator": "NOT_IN_LIST", "listId": "42"}, "bob cy"),
    # events: ada bought on 2 January, 1 and 20 November 2026, bob on 1 June 2025
    (event(), "ada bob"),
    (event(operator="HAS_NOT_COMPLETED"), "cy dee"),
    (event(**times(minOccurrences=2)), "ada"),
    (event(**times(minOccurrences=1, maxOccurrences=2)), "bob"),
    (event(operator="HAS_NOT_COMPLETED", **times(minOccurrences=2)), "bob cy dee"),
    (event(prop("hs_timestamp", "ALL_PROPERTY", "IS_KNOWN")), "ada bob"),
    (event(point("hs_timestamp", "IS_AFTER", at(2026, 1, 1))), "ada"),
    (event(point("hs_timestamp", "IS_BEFORE", at(2026, 1, 2, 12, zone="UTC"))), "bob"),
    (
        event(point("hs_timestamp", "IS_BEFORE", at(2026, 1, 2, 12, zone="UTC"), endpointBehavior="INCLUSIVE")),
        "ada bob",
    ),
    (event(point("hs_timestamp", "IS_AFTER", at(2026, 11, 20, 12, zone="UTC"))), ""),
    (event(point("hs_timestamp", "IS_AFTER", at(2026, 11, 20, 12, zone="UTC"), endpointBehavior="INCLUSIVE")), "ada"),
    (event(ranged("hs_timestamp", at(2025, 1, 1), at(2025, 12, 31, *END))), "bob"),
    (event(ranged("hs_timestamp", indexed("NOW", -30), indexed("NOW")), **times(minOccurrences=2)), "ada"),
    (event(pruningRefineBy={"type": "ABSOLUTE_COMPARATIVE", "comparison": "AFTER", "timestamp": 1767225600000}), "ada"),
    (
        event(pruningRefineBy={"type": "ABSOLUTE_COMPARATIVE", "comparison": "BEFORE", "timestamp": 1767225600000}),
        "bob",
    ),
    (
        {
            "filterType": "UNIFIED_EVENTS",
            "eventTypeId": "e-purchase",
            "filterLines": [],
            "pruningRefineBy": {
                "type": "ABSOLUTE_RANGED",
                "rangeType": "BETWEEN",
                "lowerTimestamp": 1767225600000,
                "upperTimestamp": 1798761600000,
            },
        },
        "ada",
    ),
    (event(pruningRefineBy={"type": "ALL_HISTORY"}), "ada bob"),
    # branches
    (branch("OR", prop("country", "ENUMERATION", "IS_ANY_OF", values=["FR"]), event()), "ada bob"),
    (branch("NOT_ANY", prop("country", "ENUMERATION", "IS_ANY_OF", values=["FR"]), event()), "cy dee"),
    (branch("NOT_ALL", prop("country", "ENUMERATION", "IS_ANY_OF", values=["DE"]), event()), "bob cy dee"),
]


@pytest.mark.parametrize(("part", "expected"), EXACT)
def test_means_the_same_contacts(part: JSON, expected: str) -> None:
    imported = hubspot.read(contacts(part), SHOP, STATED)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"exact"})
    assert imported.exact
    assert parse(imported.tree, SHOP).tree == imported.tree


@pytest.mark.parametrize(
    ("part", "expected", "why"),
    [
        (prop("firstname", "STRING", "IS_EQUAL_TO", value="ADA"), "ada", "upper and lower case"),
        (prop("score", "NUMBER_RANGED", "IS_BETWEEN", lowerBound=5, upperBound=10), "ada bob", "bounds belong"),
        (prop("score", "NUMBER_RANGED", "IS_NOT_BETWEEN", lowerBound=5, upperBound=10), "dee", "bounds belong"),
        # HubSpot's stretch begins at midnight, ours within it
        (ranged("createdate", indexed("TODAY", -30), indexed("NOW")), "ada", "midnight"),
        (ranged("createdate", indexed("TODAY", -30), indexed("NOW"), "IS_NOT_BETWEEN"), "dee", "midnight"),
        (ranged("seen", indexed("NOW"), indexed("TODAY", 3)), "", "midnight"),
        (point("createdate", "IS_BEFORE", indexed("TODAY", -29)), "bob dee", "midnight"),
        (point("createdate", "IS_AFTER", indexed("TODAY", -30)), "ada", "midnight"),
        (branch("NOT_ALL", point("createdate", "IS_AFTER", indexed("TODAY", -30))), "cy dee", "midnight"),
        (branch("NOT_ALL", point("createdate", "IS_BEFORE", indexed("TODAY", -30))), "ada cy", "midnight"),
        (point("renewal", "IS_BEFORE", indexed("TODAY", zone="US/Eastern")), "bob", "US/Eastern"),
        (event(**times(maxOccurrences=3)), "ada bob", "never did it"),
        (event(ranged("hs_timestamp", indexed("TODAY", -4), indexed("NOW"))), "ada", "midnight"),
        (
            event(ranged("hs_timestamp", indexed("TODAY", -4), indexed("NOW")), operator="HAS_NOT_COMPLETED"),
            "bob cy dee",
            "midnight",
        ),
        (
            event(
                pruningRefineBy={
                    "type": "RELATIVE_COMPARATIVE",
                    "comparison": "AFTER",
                    "timeOffset": {"amount": 30, "timeUnit": "DAYS", "offsetDirection": "PAST"},
                }
            ),
            "ada",
            "counted back from now",
        ),
    ],
)
def test_says_where_it_could_only_come_near(part: JSON, expected: str, why: str) -> None:
    imported = hubspot.read(contacts(part), SHOP, UNSTATED)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"approximated"})
    assert why in imported.findings[0].detail
    assert not imported.exact

    insisted = hubspot.read(contacts(part), SHOP, UNSTATED, exact=True)
    assert insisted.tree is None
    assert fidelities(insisted.findings) == {"refused"}
    assert why in insisted.findings[0].detail


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


def test_a_mapping_of_the_caller_goes_before_every_other() -> None:
    account = Account(fields={"firstname": "custom.note"}, text_alike=True)
    imported = hubspot.read(contacts(prop("firstname", "STRING", "IS_EQUAL_TO", value="silk")), SHOP, account)
    assert imported.tree is not None
    assert members(imported.tree) == "bob"
    nowhere = Account(fields={"firstname": "custom.nothing"})
    imported = hubspot.read(contacts(prop("firstname", "ALL_PROPERTY", "IS_KNOWN")), SHOP, nowhere)
    assert "mapped to 'custom.nothing'" in imported.findings[0].detail


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


def test_the_whole_base_of_contacts_is_reached_by_a_choice() -> None:
    known, unknown = (prop("email", "ALL_PROPERTY", operator) for operator in ("IS_KNOWN", "IS_UNKNOWN"))
    imported = hubspot.read(branch("OR", branch("AND", known), branch("AND", unknown)), SHOP, STATED)
    assert imported.tree is not None
    assert members(imported.tree) == ALL
