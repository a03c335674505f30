"""Mautic's segments, by whom they mean among the contacts of a shop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from segments import parse
from segments.formats import Fidelity, mautic
from tests.unit.segments.formats.shop import BERLIN, SHOP, STATED, UNSTATED, fidelities, members, places

JSON = dict[str, Any]


def one(field: str, operator: str, wanted: object = None, kind: str = "text", **rest: object) -> JSON:
    """A filter as Mautic keeps it."""
    return {
        "glue": "and",
        "field": field,
        "object": "lead",
        "type": kind,
        "operator": operator,
        "properties": {"filter": wanted},
        "display": None,
    } | rest


def either(field: str, operator: str, wanted: object = None, kind: str = "text", **rest: object) -> JSON:
    """A filter that begins a new run."""
    return one(field, operator, wanted, kind, **rest) | {"glue": "or"}


def day(operator: str, wanted: str) -> JSON:
    return one("renewal", operator, wanted, "date")


def instant(operator: str, wanted: str) -> JSON:
    return one("date_added", operator, wanted, "datetime")


EXACT = [
    # negative operators take in contacts without a value
    ([one("firstname", "=", "Ada")], "ada"),
    ([one("firstname", "!=", "Ada")], "bob cy dee"),
    ([one("firstname", "in", "Ada|Dee")], "ada dee"),
    ([one("firstname", "!in", ["Ada", "Dee"])], "bob cy"),
    ([one("email", "empty")], "cy dee"),
    ([one("email", "!empty")], "ada bob"),
    ([one("city", "like", "ER")], "ada dee"),
    ([one("city", "!like", "ER")], "bob cy"),
    ([one("city", "like", "ber%")], "ada dee"),
    ([one("city", "!like", "ber%")], "bob cy"),
    ([one("city", "like", "%lin")], "ada"),
    ([one("city", "!like", "%lin")], "bob cy dee"),
    ([one("city", "like", "%ari%")], "bob"),
    ([one("city", "contains", "ari")], "bob"),
    ([one("city", "startsWith", "ber")], "ada dee"),
    ([one("city", "endsWith", "lin")], "ada"),
    ([one("country", "=", ["DE", "AT"], "country")], "ada dee"),
    ([one("country", "!in", ["FR"], "country")], "ada cy dee"),
    ([one("score", "gt", "4", "number")], "ada bob"),
    ([one("score", "lte", 5, "number")], "bob dee"),
    ([one("score", "=", "5", "number")], "bob"),
    ([one("active", "=", "1", "boolean")], "ada"),
    ([one("active", "!=", 1, "boolean")], "bob cy dee"),
    ([one("plan", "in", ["Gold", "Silver"], "select")], "ada bob"),
    ([one("owner_id", "=", "901", "lookup_id")], "ada"),
    # several values of a multiselect are all asked for
    ([one("hobbies", "in", ["Chess", "Go"], "multiselect")], "ada"),
    ([one("hobbies", "!in", ["Go", "Golf"], "multiselect")], "bob cy dee"),
    ([one("tags", "in", [71], "tags")], "ada dee"),
    ([one("tags", "!in", ["71"], "tags")], "bob cy"),
    ([one("tags", "empty", None, "tags")], "cy"),
    ([one("tags", "!empty", None, "tags")], "ada bob dee"),
    ([one("leadlist", "in", ["41"], "leadlist")], "ada bob"),
    ([one("leadlist", "!in", ["42"], "leadlist")], "bob cy"),
    ([one("dnc_unsubscribed", "=", "1", "boolean")], "bob"),
    ([one("dnc_unsubscribed", "=", 0, "boolean")], "ada cy dee"),
    # days: renewal is today (ada), yesterday (bob), in a week (dee)
    ([day("=", "2026-11-24")], "ada"),
    ([day("!=", "2026-11-24")], "bob cy dee"),
    ([day("gt", "2026-11-23")], "ada dee"),
    ([day("gte", "2026-11-24")], "ada dee"),
    ([day("lt", "2026-11-24")], "bob"),
    ([day("lte", "2026-11-24")], "ada bob"),
    ([day("=", "today")], "ada"),
    ([day("!=", "yesterday")], "ada cy dee"),
    ([day("=", "this week")], "ada bob"),
    ([day("=", "next week")], "dee"),
    ([day("gt", "today")], "dee"),
    ([day("gte", "today")], "ada dee"),
    ([day("lt", "tomorrow")], "ada bob"),
    ([day("lte", "yesterday")], "bob"),
    ([day("=", "-1 day")], "bob"),
    ([day("!=", "1 day ago")], "ada cy dee"),
    ([day("gt", "-1 day")], "ada dee"),
    ([day("gte", "-1 days")], "ada bob dee"),
    ([day("lt", "+1 week")], "ada bob"),
    ([day("lte", "+1 week")], "ada bob dee"),
    # instants of Berlin
    ([instant("=", "2026-11-24 00:30")], "ada"),
    ([instant("gt", "2026-11-24 00:30")], ""),
    ([instant("gte", "2026-11-24 00:30:00")], "ada"),
    ([instant("lt", "2026-11-24")], "bob dee"),
    ([instant("=", "today")], "ada"),
    ([instant("!=", "today")], "bob cy dee"),
    ([instant("=", "-1 day")], ""),
    ([instant("=", "last month")], "bob"),
    # "or" begins a new run, "and" goes on with it
    ([one("email", "!empty"), either("tags", "in", [71]), one("tags", "in", [72])], "ada bob dee"),
    ([either("email", "empty"), one("tags", "!empty", None)], "dee"),
]


@pytest.mark.parametrize(("filters", "expected"), EXACT)
def test_means_the_same_contacts(filters: list[JSON], expected: str) -> None:
    imported = mautic.read({"name": "Segment", "filters": filters}, SHOP, STATED)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"exact"})
    assert parse(imported.tree, SHOP).tree == imported.tree


def test_the_older_place_of_a_value_is_read_too() -> None:
    older = {"glue": "and", "field": "country", "object": "lead", "type": "country", "operator": "=", "filter": "FR"}
    imported = mautic.read([older], SHOP, STATED)
    assert imported.tree is not None
    assert members(imported.tree) == "bob"


@pytest.mark.parametrize(
    ("filters", "expected", "why"),
    [
        ([one("firstname", "=", "ADA")], "ada", "accents"),
        ([one("companyname", "!empty", None, object="company")], "ada", "several companies"),
        ([day("=", "today")], "ada", "time zone of the other account"),
        ([instant("gt", "2026-11-24 00:00")], "ada", "time zone of the other account"),
        ([instant("gt", "-30 days")], "ada", "midnight"),
        ([instant("lt", "-29 days")], "bob dee", "midnight"),
        ([day("gte", "-1 month")], "ada bob dee", "31st"),
        ([day("lt", "-1 year")], "", "31st"),
        ([one("birth_date", "=", "birthday", "date")], "ada", "29 February"),
        ([one("birth_date", "=", "anniversary +7 days", "date")], "bob", "29 February"),
        ([one("birth_date", "=", "birthday +1 week", "date")], "bob", "29 February"),
        ([one("lead_email_read_count", "gte", "2", "number")], "ada", "recorded itself"),
        ([one("lead_email_read_count", "=", "0", "number")], "bob cy dee", "recorded itself"),
    ],
)
def test_says_where_it_could_only_come_near(filters: list[JSON], expected: str, why: str) -> None:
    imported = mautic.read(filters, SHOP, UNSTATED)
    assert imported.tree is not None, imported.findings
    assert (members(imported.tree), fidelities(imported.findings)) == (expected, {"approximated"})
    assert why in imported.findings[0].detail
    assert mautic.read(filters, SHOP, UNSTATED, exact=True).tree is None


def test_a_week_that_begins_elsewhere_is_reported() -> None:
    sunday = replace(SHOP, week_start=7)
    imported = mautic.read([day("=", "this week")], sunday, STATED)
    assert places(imported.findings, Fidelity.APPROXIMATED) == ["#/0"]
    assert "Monday" in imported.findings[0].detail
    assert STATED.time_zone == BERLIN


_VALUE = "#/0/properties/filter"


@pytest.mark.parametrize(
    ("part", "place", "why"),
    [
        ("everybody", "#/0", "expected an object"),
        ({"field": "email"}, "#/0", "is missing"),
        (one("email", "=", "x", mood="good"), "#/0/mood", "not known"),
        (one("email", "=", "x", glue="xor"), "#/0/glue", "and, or"),
        (one("email", "=", ""), _VALUE, "no value"),
        (one("email", "regexp", "a.*"), "#/0/operator", "'regexp'"),
        (one("email", "gt", "5"), "#/0/operator", "'gt'"),
        (one("title", "=", "Mr"), "#/0", "map it to one under fields"),
        (one("points", "gt", 5, "number"), "#/0", "map it to one under fields"),
        (one("city", "=", "x", object="behaviors"), "#/0/object", "by behaviours"),
        (one("city", "like", "B_n"), _VALUE, "stand for other characters"),
        (one("city", "like", "B%n"), _VALUE, "stand for other characters"),
        (one("city", "contains", "50%"), _VALUE, "stand for other characters"),
        (one("city", "like", "%"), _VALUE, "stand for other characters"),
        (one("score", "gt", "many", "number"), _VALUE, "expected a number"),
        (one("plan", "=", "Tin", "select"), "#/0", "map it to one under values"),
        (one("tags", "in", ["9"], "tags"), "#/0", "map it to one under values"),
        (one("tags", "like", ["71"], "tags"), "#/0/operator", "'like'"),
        (one("leadlist", "empty", None, "leadlist"), "#/0/operator", "'empty'"),
        (one("dnc_unsubscribed_sms", "empty", "1", "boolean"), "#/0/operator", "=, !="),
        (one("dnc_bounced", "=", "1", "boolean"), "#/0", "map it to one under fields"),
        (one("hit_url_count", "gt", 5, "number"), "#/0", "map it to one under events"),
        (one("lead_email_read_count", "in", 5, "number"), "#/0/operator", "'in'"),
        (day("like", "2026-11"), "#/0/operator", "no operator 'like'"),
        (day("=", "someday"), _VALUE, "'someday'"),
        (day("=", "2026-11-24T00:00:00+01:00"), _VALUE, "without an offset"),
        (day("gt", "this week"), _VALUE, "'this week'"),
        (day("gt", "-1 month"), _VALUE, "say days"),
        (day("lt", "+1 month"), _VALUE, "say days"),
        (instant("gte", "-1 month"), _VALUE, "say days"),
        (instant("gt", "today"), _VALUE, "time of day"),
        (instant("=", "-5 days"), _VALUE, "time of day"),
        (one("birth_date", "=", "birthday -1 day", "date"), _VALUE, "today and later"),
    ],
)
def test_refuses_with_the_place_and_the_remedy(part: Any, place: str, why: str) -> None:
    imported = mautic.read([part], SHOP, STATED)
    assert imported.tree is None
    [finding] = imported.findings
    assert (finding.pointer, finding.fidelity) == (place, Fidelity.REFUSED)
    assert why in finding.detail


@pytest.mark.parametrize(("document", "place"), [(None, "#"), ([], "#"), ({"filters": {}}, "#/filters")])
def test_refuses_what_is_no_segment(document: object, place: str) -> None:
    imported = mautic.read(document, SHOP, STATED)
    assert imported.tree is None
    assert places(imported.findings, Fidelity.REFUSED) == [place]
