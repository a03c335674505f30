"""Klaviyo's conditions, by whom they mean among the contacts of a shop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from segments import parse
from segments.formats import Fidelity, klaviyo
from tests.unit.segments.formats.shop import SHOP, STATED, UNSTATED, fidelities, members, places

JSON = dict[str, Any]
UTC_SHOP = replace(SHOP, time_zone=ZoneInfo("UTC"))


def prop(name: str, kind: str, operator: str, value: object = None, **rest: object) -> JSON:
    """A condition on a property."""
    asked = {"type": kind, "operator": operator} | ({} if value is None else {"value": value}) | rest
    return {"type": "profile-property", "property": name, "filter": asked}


def own(name: str, kind: str, operator: str, value: object = None, **rest: object) -> JSON:
    """A condition on a property of the account's own."""
    return prop(f"properties['{name}']", kind, operator, value, **rest)


def metric(operator: str, value: float, measurement: str = "count", /, **timeframe: object) -> JSON:
    """A condition on purchases."""
    return {
        "type": "profile-metric",
        "metric_id": "e-purchase",
        "measurement": measurement,
        "measurement_filter": {"type": "numeric", "operator": operator, "value": value},
        "timeframe_filter": {"type": "date"} | (timeframe or {"operator": "alltime"}),
    }


def last(quantity: int, unit: str = "day") -> JSON:
    return {"operator": "in-the-last", "quantity": quantity, "unit": unit}


def member(group_id: str, is_member: bool) -> JSON:
    return {"type": "profile-group-membership", "is_member": is_member, "group_ids": [group_id]}


def segment(*groups: list[JSON]) -> JSON:
    """A segment: all of the groups, some condition of each."""
    return {"definition": {"condition_groups": [{"conditions": group} for group in groups]}}


EXACT = [
    ([[prop("first_name", "string", "equals", "Ada")]], "ada"),
    ([[prop("first_name", "string", "not-equals", "Ada")]], "bob dee"),
    ([[prop("first_name", "string", "in", ["Ada", "Dee"])]], "ada dee"),
    ([[prop("first_name", "string", "not-in", ["Ada", "Dee"])]], "bob"),
    ([[prop("location['city']", "string", "contains", "ar")]], "bob"),
    ([[prop("location['city']", "string", "not-contains", "ar")]], "ada dee"),
    ([[prop("location['city']", "string", "starts-with", "ber")]], "ada dee"),
    ([[prop("location['city']", "string", "not-starts-with", "ber")]], "bob"),
    ([[prop("email", "string", "ends-with", ".com")]], "ada"),
    ([[prop("email", "string", "not-ends-with", ".com")]], "bob"),
    ([[prop("location['country']", "string", "equals", "DE")]], "ada dee"),
    ([[prop("organization", "string", "equals", "Acme")]], "ada"),
    ([[own("score", "numeric", "greater-than", 4.5)]], "ada bob"),
    ([[own("score", "numeric", "less-than-or-equal", 5)]], "bob dee"),
    ([[own("score", "numeric", "equals", 5)]], "bob"),
    ([[own("active", "boolean", "equals", False)]], "bob"),
    ([[own("hobbies", "list", "contains", "Go")]], "ada"),
    ([[own("seen", "date", "before", date="2026-10-25T06:00:00+00:00")]], ""),
    ([[own("seen", "date", "before", date="2026-10-25T06:00:01+00:00")]], "bob"),
    ([[own("seen", "date", "in-the-last", quantity=3, unit="hour")]], "ada"),
    ([[own("seen", "date", "in-the-next", quantity=1, unit="week")]], "dee"),
    ([[own("seen", "date", "at-least", quantity=30, unit="day")]], "bob"),
    ([[member("41", is_member=True)]], "ada bob"),
    ([[member("42", is_member=False)]], "bob cy"),
    # ada bought 3 times for 100 in all, bob once for 100
    ([[metric("greater-than", 0)]], "ada bob"),
    ([[metric("equals", 0)]], "cy dee"),
    ([[metric("greater-than-or-equal", 2)]], "ada"),
    ([[metric("less-than", 2)]], "bob cy dee"),
    ([[metric("less-than-or-equal", 1)]], "bob cy dee"),
    ([[metric("not-equals", 1)]], "ada cy dee"),
    ([[metric("greater-than-or-equal", 2, **last(30))]], "ada"),
    ([[metric("equals", 0, **last(30))]], "bob cy dee"),
    ([[metric("greater-than", 0, operator="before", date="2026-01-01T00:00:00Z")]], "bob"),
    ([[metric("equals", 2, operator="between", start=0, end=4, unit="week")]], "ada"),
    ([[metric("greater-than-or-equal", 1, operator="at-least", quantity=52, unit="week")]], "bob"),
    ([[metric("equals", 0, operator="at-least", quantity=52, unit="week")]], "ada cy dee"),
    ([[metric("greater-than-or-equal", 100, "sum")]], "ada bob"),
    ([[metric("greater-than", 100, "sum")]], ""),
    ([[metric("less-than", 100, "sum", **last(60))]], "ada bob cy dee"),
    ([[metric("less-than-or-equal", 99.99, "sum")]], "cy dee"),
    ([[metric("equals", 75.5, "sum", **last(60))]], "ada"),
    ([[metric("not-equals", 75.5, "sum", **last(60))]], "bob cy dee"),
    ([[metric("equals", 0, "sum", **last(60))]], "bob cy dee"),
    ([[metric("not-equals", 0, "sum", **last(60))]], "ada"),
    # groups are joined by AND, conditions by OR
    ([[own("score", "numeric", "equals", 5), own("score", "numeric", "equals", 10)], [metric("equals", 1)]], "bob"),
]


@pytest.mark.parametrize(("groups", "expected"), EXACT)
def test_means_the_same_contacts(groups: list[list[JSON]], expected: str) -> None:
    imported = klaviyo.read(segment(*groups), SHOP, STATED)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"exact"})
    assert parse(imported.tree, SHOP).tree == imported.tree


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        # renewal is today (ada), yesterday (bob), in a week (dee); a day is its midnight
        ({"operator": "in-the-last", "quantity": 1, "unit": "day"}, "ada"),
        ({"operator": "in-the-last", "quantity": 1, "unit": "week"}, "ada bob"),
        ({"operator": "in-the-next", "quantity": 7, "unit": "day"}, "dee"),
        ({"operator": "in-the-next", "quantity": 6, "unit": "day"}, ""),
        ({"operator": "at-least", "quantity": 1, "unit": "day"}, "bob"),
        ({"operator": "before", "date": "2026-11-24T00:00:00Z"}, "bob"),
    ],
)
def test_days_are_midnights_of_utc(asked: JSON, expected: str) -> None:
    condition = {"type": "profile-property", "property": "properties['renewal']", "filter": {"type": "date"} | asked}
    imported = klaviyo.read(segment([condition]), UTC_SHOP, STATED)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), imported.exact) == (expected, True)
    elsewhere = klaviyo.read(segment([condition]), SHOP, STATED)
    assert elsewhere.exact is (asked["operator"] == "before")


@pytest.mark.parametrize(
    ("condition", "expected", "why"),
    [
        (prop("first_name", "string", "equals", "ADA"), "ada", "upper and lower case"),
        (own("score", "numeric", "not-equals", 5), "ada dee", "without the property"),
        (own("hobbies", "list", "not-contains", "Go"), "bob", "without the property"),
        (prop("email", "existence", "is-set"), "ada bob", "set to nothing"),
        (prop("email", "existence", "not-set"), "cy dee", "set to nothing"),
        (own("seen", "date", "after", date="2026-10-25T06:00:00Z"), "ada dee", "instant itself"),
        (
            own("seen", "date", "between-static", start="2026-10-25T06:00:00Z", end="2026-11-26T12:00:00Z"),
            "ada",
            "instant",
        ),
        (prop("birthday", "date", "anniversary"), "ada", "29 February"),
        (prop("birthday", "date", "anniversary-next", quantity=1, unit="week"), "ada", "29 February"),
        (metric("greater-than", 0, operator="after", date="2026-11-20T12:00:00Z"), "", "instant itself"),
        (
            metric("equals", 1, operator="between-static", start="2026-01-02T12:00:00Z", end="2026-11-20T12:00:00Z"),
            "ada",
            "instant",
        ),
        (
            {
                "type": "profile-marketing-consent",
                "consent": {
                    "channel": "email",
                    "can_receive_marketing": True,
                    "consent_status": {"subscription": "subscribed"},
                },
            },
            "ada",
            "states of consent",
        ),
        (
            {
                "type": "profile-marketing-consent",
                "consent": {
                    "channel": "email",
                    "can_receive_marketing": False,
                    "consent_status": {"subscription": "unsubscribed", "filters": None},
                },
            },
            "bob",
            "states of consent",
        ),
    ],
)
def test_says_where_it_could_only_come_near(condition: JSON, expected: str, why: str) -> None:
    imported = klaviyo.read(segment([condition]), SHOP, UNSTATED)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"approximated"})
    assert why in imported.findings[0].detail
    assert klaviyo.read(segment([condition]), SHOP, UNSTATED, exact=True).tree is None


_AT = "#/definition/condition_groups/0/conditions/0"


@pytest.mark.parametrize(
    ("condition", "place", "why"),
    [
        ({"type": "profile-region", "in_region": True, "region": "european_union"}, _AT, "'profile-region'"),
        ({"kind": "profile-property"}, _AT, "None"),
        ("everybody", _AT, "None"),
        (prop("shoe_size", "numeric", "equals", 4), f"{_AT}/property", "map it to one under fields"),
        ({"type": "profile-property", "property": 4, "filter": {}}, f"{_AT}/property", "name of a property"),
        ({"type": "profile-property", "property": "email", "filter": "set"}, f"{_AT}/filter", "expected a filter"),
        (prop("email", "string", "regex", "a.*"), f"{_AT}/filter/operator", "'regex'"),
        (prop("email", "string", "phone-country-code-in", ["DE"]), f"{_AT}/filter/operator", "phone-country-code-in"),
        (prop("email", "string", "equals"), f"{_AT}/filter", "value is missing"),
        (own("score", "numeric", "between", 5), f"{_AT}/filter/operator", "'between'"),
        (own("active", "boolean", "not-equals", True), f"{_AT}/filter/operator", "equals"),
        (own("hobbies", "list", "length-equals", 2), f"{_AT}/filter/operator", "length-equals"),
        (own("plan", "string", "equals", "Tin"), f"{_AT}/filter", "map it to one under values"),
        (own("score", "date", "before", date="2026-01-01T00:00:00Z"), f"{_AT}/filter", "is no date"),
        (own("seen", "date", "before", date="yesterday"), f"{_AT}/filter/date", "expected an instant"),
        (own("seen", "date", "calendar-month", 5), f"{_AT}/filter/operator", "calendar-month"),
        (own("seen", "date", "in-the-last", quantity=0, unit="day"), f"{_AT}/filter/quantity", "whole number"),
        (own("seen", "date", "in-the-last", quantity=1, unit="eon"), f"{_AT}/filter/unit", "expected one of day"),
        (own("renewal", "date", "in-the-last", quantity=5, unit="hour"), f"{_AT}/filter/unit", "in days"),
        (metric("equals", 0) | {"metric_id": "nothing"}, _AT, "map it to one under events"),
        (metric("equals", 1) | {"metric_filters": [{"property": "x"}]}, f"{_AT}/metric_filters", "declare a behaviour"),
        (metric("equals", 1) | {"timeframe_filter": None}, f"{_AT}/timeframe_filter", "expected a filter of dates"),
        (metric("equals", 1) | {"measurement": "median"}, f"{_AT}/measurement", "count, sum"),
        (metric("near", 1), f"{_AT}/measurement_filter/operator", "'near'"),
        (metric("near", 1, "sum"), f"{_AT}/measurement_filter/operator", "'near'"),
        (metric("equals", 1.5), f"{_AT}/measurement_filter/value", "whole number"),
        (metric("greater-than-or-equal", 0), f"{_AT}/measurement_filter/value", "from 1"),
        (metric("greater-than", 9.999, "sum"), f"{_AT}/measurement_filter/value", "two decimals"),
        (metric("greater-than-or-equal", 0, "sum"), _AT, "from 0.01"),
        (metric("equals", 1, operator="in-the-next", quantity=1, unit="day"), f"{_AT}/timeframe_filter", "in-the-next"),
        (
            metric("equals", 1, operator="between", start=5, end=9, unit="day"),
            f"{_AT}/timeframe_filter",
            "say it by dates",
        ),
        (metric("equals", 1, operator="at-least", quantity=9, unit="day"), f"{_AT}/timeframe_filter", "that long ago"),
        (metric("equals", 1, "sum", operator="before", date="2026-01-01T00:00:00Z"), _AT, "kept up to the present"),
        (member("9", is_member=True), _AT, "map it to one under values"),
        (member("41", is_member=True) | {"is_member": "yes"}, f"{_AT}/is_member", "true or false"),
        (member("41", is_member=True) | {"group_ids": ["41", "42"]}, f"{_AT}/group_ids", "of its own"),
        (member("41", is_member=True) | {"timeframe_filter": {}}, f"{_AT}/timeframe_filter", "since when"),
        (
            {"type": "profile-marketing-consent", "consent": {"channel": "email"}},
            f"{_AT}/consent",
            "can_receive_marketing is missing",
        ),
        (
            {
                "type": "profile-marketing-consent",
                "consent": {
                    "channel": "sms",
                    "can_receive_marketing": True,
                    "consent_status": {"subscription": "subscribed", "filters": [{"field": "method"}]},
                },
            },
            f"{_AT}/consent/consent_status/filters",
            "not kept",
        ),
        (
            {
                "type": "profile-marketing-consent",
                "consent": {
                    "channel": "sms",
                    "can_receive_marketing": False,
                    "consent_status": {"subscription": "never_subscribed"},
                },
            },
            f"{_AT}/consent",
            "reachable by a channel",
        ),
    ],
)
def test_refuses_with_the_place_and_the_remedy(condition: Any, place: str, why: str) -> None:
    imported = klaviyo.read(segment([condition]), SHOP, STATED)
    assert imported.tree is None
    [finding] = imported.findings
    assert (finding.pointer, finding.fidelity) == (place, Fidelity.REFUSED)
    assert why in finding.detail


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (None, "#"),
        ({"condition_groups": []}, "#/condition_groups"),
        ({"condition_groups": [{"conditions": []}]}, "#/condition_groups/0"),
        ({"condition_groups": [{"conditions": [member("41", is_member=True)], "not": True}]}, "#/condition_groups/0"),
        (
            {"data": {"attributes": {"definition": {"condition_groups": 5}}}},
            "#/data/attributes/definition/condition_groups",
        ),
    ],
)
def test_refuses_what_is_no_definition(document: object, place: str) -> None:
    imported = klaviyo.read(document, SHOP, STATED)
    assert imported.tree is None
    assert places(imported.findings, Fidelity.REFUSED) == [place]


def test_a_date_at_the_end_of_the_calendar_is_refused() -> None:
    condition = own("renewal", "date", "before", date="9999-12-31T23:59:59Z")
    imported = klaviyo.read(segment([condition]), SHOP, STATED)
    assert imported.tree is None
    assert "calendar" in imported.findings[0].detail
