"""Trees as HubSpot's filters: said there, and read back, they mean the same contacts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments.formats import Account, Fidelity, hubspot
from tests.unit.segments.formats.shop import SHOP, STATED, UNSTATED, fidelities, members, places

JSON = dict[str, Any]
ACCOUNT = Account(
    fields={"tag_list": "tags", "hs_channels": "channels"},
    events=STATED.events,
    values=STATED.values,
    time_zone=STATED.time_zone,
    text_alike=True,
)


def rule(field: str, operator: str, value: object = None, **more: object) -> JSON:
    return {"field": field, "operator": operator, "value": value} | more


EXACT = [
    rule("first_name", "=", "Ada"),
    rule("first_name", "!=", "Ada"),
    rule("first_name", "!=", "Ada", includeMissing=False),
    rule("city", "in", ["Berlin", "Paris"]),
    rule("city", "notIn", ["Berlin", "Paris"], includeMissing=False),
    rule("email", "contains", "shop"),
    rule("email", "doesNotContain", "shop"),
    rule("city", "beginsWith", "ber"),
    rule("city", "endsWith", "lin"),
    rule("email", "null"),
    rule("email", "notNull"),
    rule("country", "=", "DE"),
    rule("country", "!=", "DE"),
    rule("country", "notIn", ["DE", "AT"], includeMissing=False),
    rule("owner", "=", "Grace"),
    rule("custom.plan", "in", ["Gold", "Silver"]),
    rule("custom.hobbies", "containsAny", ["Go", "Golf"]),
    rule("custom.hobbies", "containsAll", ["Go", "Chess"]),
    rule("custom.hobbies", "containsNone", ["Go"]),
    rule("custom.hobbies", "containsNone", ["Go"], includeMissing=False),
    rule("custom.hobbies", "doesNotContainAll", ["Go", "Chess"]),
    rule("custom.hobbies", "equals", ["Chess"]),
    rule("tags", "containsAny", ["VIP"]),
    rule("custom.active", "=", True),
    rule("custom.active", "!=", True),
    *(rule("custom.score", operator, 5) for operator in ("=", "!=", "<", "<=", ">", ">=")),
    rule("custom.score", "in", [5, 10]),
    rule("custom.score", "notIn", [5, 10]),
    rule("custom.score", "between", [0, 5]),
    rule("custom.score", "notBetween", [0, 5]),
    rule("custom.score", "notBetween", [0, 5], includeMissing=False),
    *(rule("custom.renewal", operator, "2026-11-24") for operator in ("on", "notOn", "before", "after")),
    *(rule("created_at", operator, "2026-11-24") for operator in ("on", "notOn", "onOrBefore", "onOrAfter")),
    rule("created_at", "between", ["2026-10-25", "2026-11-23"]),
    rule("created_at", "notBetween", ["2026-10-25", "2026-11-23"], includeMissing=False),
    rule("custom.renewal", "withinLast", {"n": 1, "unit": "day"}),
    rule("custom.renewal", "notWithinLast", {"n": 1, "unit": "week"}),
    rule("custom.renewal", "moreThanAgo", {"n": 1, "unit": "day"}),
    rule("segment", "in", ["Buyers"]),
    rule("segment", "notIn", ["Buyers", "Germans"]),
    rule("engagement.purchase", "happened"),
    rule("engagement.purchase", "didNotHappen"),
    rule("engagement.purchase", "happened", {"times": {"at_least": 2}, "window": {"after": "2026-01-02"}}),
    rule("engagement.purchase", "happened", {"times": {"at_most": 1}, "window": {"before": "2026-11-20T12:00:00Z"}}),
    rule(
        "engagement.purchase",
        "happened",
        {"times": {"between": [1, 2]}, "window": {"from": "2026-01-01", "to": "2026-11-20"}},
    ),
    rule("engagement.purchase", "happened", {"times": {"exactly": 0}}),
    rule("engagement.purchase", "didNotHappen", {"window": {"after": "2026-01-01"}}),
    rule("engagement.purchase", "didNotHappen", {"window": {"after": "2026-01-01"}}, includeMissing=False),
]


@pytest.mark.parametrize("one", EXACT)
@pytest.mark.parametrize("negated", [False, True])
def test_read_back_it_means_the_same_contacts(one: JSON, negated: bool) -> None:
    tree = {"combinator": "and", "not": negated, "rules": [one]}
    exported = hubspot.write(tree, SHOP, ACCOUNT)
    if negated and one["operator"] in ("beginsWith", "endsWith"):
        assert places(exported.findings, Fidelity.REFUSED) == ["#/rules/0"]
        return
    assert exported.document is not None, exported.findings
    assert exported.exact
    imported = hubspot.read(exported.document, SHOP, ACCOUNT)
    assert imported.tree is not None, imported.findings
    assert fidelities(imported.findings) <= {"exact", "approximated"}
    assert members(imported.tree) == members(tree)


_RULES = st.sampled_from([one for one in EXACT if one["operator"] not in ("beginsWith", "endsWith")])
_TREES = st.recursive(
    _RULES,
    lambda inner: st.builds(
        lambda combinator, negated, rules: {"combinator": combinator, "not": negated, "rules": rules},
        st.sampled_from(["and", "or"]),
        st.booleans(),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(_TREES)
def test_groups_become_a_choice_of_conjunctions_that_means_the_same(tree: JSON) -> None:
    exported = hubspot.write(tree, SHOP, ACCOUNT)
    if exported.document is None:
        assert [finding.pointer for finding in exported.findings if finding.fidelity is Fidelity.REFUSED] == ["#"]
        return
    root = exported.document
    assert root["filterBranchType"] == "OR"
    assert root["filters"] == []
    assert {branch["filterBranchType"] for branch in root["filterBranches"]} == {"AND"}
    imported = hubspot.read(root, SHOP, ACCOUNT)
    assert imported.tree is not None, imported.findings
    assert members(imported.tree) == members(tree)


def test_a_rule_as_hubspot_documents_it() -> None:
    tree = {
        "combinator": "and",
        "rules": [rule("first_name", "doesNotContain", "x"), rule("segment", "in", ["Buyers"])],
    }
    exported = hubspot.write(tree, SHOP, ACCOUNT)
    assert exported.document == {
        "filterBranchType": "OR",
        "filterBranchOperator": "OR",
        "filters": [],
        "filterBranches": [
            {
                "filterBranchType": "AND",
                "filterBranchOperator": "AND",
                "filters": [
                    {
                        "filterType": "PROPERTY",
                        "property": "firstname",
                        "operation": {
                            "operationType": "MULTISTRING",
                            "operator": "DOES_NOT_CONTAIN",
                            "includeObjectsWithNoValueSet": True,
                            "values": ["x"],
                        },
                    },
                    {"filterType": "IN_LIST", "operator": "IN_LIST", "listId": "41"},
                ],
                "filterBranches": [],
            }
        ],
    }


@pytest.mark.parametrize(
    ("one", "narrower"),
    [
        (rule("created_at", "withinLast", {"n": 30, "unit": "day"}), "ada"),
        (
            rule("created_at", "notWithinLast", {"n": 30, "unit": "day"}),
            "cy dee",
        ),  # bob came 30 days ago, before this hour
        (rule("created_at", "moreThanAgo", {"n": 30, "unit": "day"}), "dee"),
        (rule("first_name", "=", "Ada"), "ada"),
        (rule("engagement.purchase", "happened", {"window": {"last": {"n": 30, "unit": "day"}}}), "ada"),
        (rule("engagement.purchase", "didNotHappen", {"window": {"last": {"n": 3, "unit": "day"}}}), "bob cy dee"),
    ],
)
def test_says_where_it_could_only_come_near(one: JSON, narrower: str) -> None:
    exported = hubspot.write(one, SHOP, UNSTATED)
    assert exported.document is not None
    assert fidelities(exported.findings) == {"approximated"}
    imported = hubspot.read(exported.document, SHOP, UNSTATED)
    assert imported.tree is not None
    meant = set(members(one).split())
    assert set(members(imported.tree).split()) <= meant
    assert members(imported.tree) == narrower
    assert hubspot.write(one, SHOP, UNSTATED, exact=True).document is None


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (rule("city", "doesNotBeginWith", "B"), "no operator for the opposite of beginsWith"),
        (rule("custom.seen", "inPeriod", "this_week"), "no operator for inPeriod"),
        (rule("custom.seen", "before", "2026-11-24T08:00:00Z"), "use a day in place"),
        (rule("custom.seen", "withinLast", {"n": 2, "unit": "month"}), "say 2 months in days"),
        (rule("custom.seen", "withinNext", {"n": 2, "unit": "day"}), "no operator for withinNext"),
        (rule("birth_date", "anniversaryOn", "2026-11-24"), "no operator for anniversaryOn"),
        (rule("custom.renewal", "on", "9999-12-31"), "end of the calendar"),
        (rule("tags", "containsAny", ["VIP"]), "map one to it under fields"),
        (rule("engagement.purchase.count", ">", 3), "keeps no"),
        (rule("engagement.purchase", "amounted", {"at_least": 3}), "no operator for amounted"),
        (rule("engagement.email_opened", "happened"), "map an eventTypeId to it under events"),
        (
            rule(
                "engagement.purchase",
                "happened",
                {"times": {"exactly": 2}, "window": {"last": {"n": 3, "unit": "day"}}},
            ),
            "say a date in place",
        ),
        (rule("segment", "in", ["Germans"]), "map a list to it under values"),
    ],
)
def test_refuses_with_the_place_and_the_remedy(one: JSON, why: str) -> None:
    account = Account(events={"e-purchase": "purchase"})
    exported = hubspot.write({"combinator": "and", "rules": [one]}, SHOP, account)
    assert exported.document is None
    [finding] = exported.findings
    assert (finding.pointer, finding.fidelity) == ("#/rules/0", Fidelity.REFUSED)
    assert why in finding.detail


def test_a_tree_that_is_not_understood_is_refused_with_its_problems() -> None:
    exported = hubspot.write({"combinator": "and", "rules": []}, SHOP)
    assert exported.document is None
    assert places(exported.findings, Fidelity.REFUSED) == ["#/rules"]


def test_more_filters_than_a_list_takes_are_refused() -> None:
    pair = {"combinator": "or", "rules": [rule("country", "=", "DE"), rule("country", "=", "FR")]}
    exported = hubspot.write({"combinator": "and", "rules": [pair] * 8}, SHOP)
    assert exported.document is None
    assert exported.findings[-1].pointer == "#"
    assert "250 are allowed" in exported.findings[-1].detail


def test_muted_rules_are_left_out_and_reported() -> None:
    tree = {"combinator": "and", "rules": [rule("country", "=", "DE"), rule("country", "=", "FR") | {"muted": True}]}
    exported = hubspot.write(tree, SHOP)
    assert exported.document is not None
    assert places(exported.findings, Fidelity.EXACT) == ["#/rules/1", "#/rules/0"]
    assert "muted" in exported.findings[0].detail
