"""HubSpot's filters, by whom they mean among the contacts of a shop."""

from __future__ import annotations

import pytest

from segments import parse
from segments.formats import Account, hubspot
from tests.unit.segments.formats.hubspot_lists import (
    END,
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
from tests.unit.segments.formats.shop import ALL, SHOP, STATED, UNSTATED, fidelities, members

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


def test_a_mapping_of_the_caller_goes_before_every_other() -> None:
    account = Account(fields={"firstname": "custom.note"}, text_alike=True)
    imported = hubspot.read(contacts(prop("firstname", "STRING", "IS_EQUAL_TO", value="silk")), SHOP, account)
    assert imported.tree is not None
    assert members(imported.tree) == "bob"
    nowhere = Account(fields={"firstname": "custom.nothing"})
    imported = hubspot.read(contacts(prop("firstname", "ALL_PROPERTY", "IS_KNOWN")), SHOP, nowhere)
    assert "mapped to 'custom.nothing'" in imported.findings[0].detail


def test_the_whole_base_of_contacts_is_reached_by_a_choice() -> None:
    known, unknown = (prop("email", "ALL_PROPERTY", operator) for operator in ("IS_KNOWN", "IS_UNKNOWN"))
    imported = hubspot.read(branch("OR", branch("AND", known), branch("AND", unknown)), SHOP, STATED)
    assert imported.tree is not None
    assert members(imported.tree) == ALL
