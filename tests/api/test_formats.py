"""Segments of other products, read and written over HTTP."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Tenant
from tests.api.shop import group, rule
from tests.api.test_errors import places, problem

DOCS = Path(__file__).parents[2] / "docs" / "formats.md"
_EXAMPLE = re.compile(r"^```json POST /v1(\S+)\n(.*?)^```\n+```json 200 OK\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = [(path, json.loads(body), json.loads(answer)) for path, body, answer in _EXAMPLE.findall(DOCS.read_text())]

CHATWOOT = [{"attribute_key": "city", "filter_operator": "equal_to", "values": ["Köln"], "query_operator": None}]
HUBSPOT_COUNTRY = {
    "filterType": "PROPERTY",
    "property": "country",
    "operation": {
        "operationType": "ENUMERATION",
        "operator": "IS_ANY_OF",
        "values": ["DE"],
        "includeObjectsWithNoValueSet": False,
    },
}
DOCUMENTS: dict[str, Any] = {
    "react-querybuilder": group("and", rule("country", "in", "DE,TR"), rule("city", "in", ["Köln", "Berlin"])),
    "hubspot": {"filterBranchType": "AND", "filters": [HUBSPOT_COUNTRY], "filterBranches": []},
    "klaviyo": {
        "condition_groups": [
            {"conditions": [{"type": "profile-group-membership", "is_member": True, "group_ids": ["42"]}]}
        ]
    },
    "intercom": {"query": {"field": "tag_id", "operator": "=", "value": "71"}},
    "mautic": [
        {
            "glue": "and",
            "field": "tags",
            "object": "lead",
            "type": "tags",
            "operator": "in",
            "properties": {"filter": ["71"]},
        }
    ],
    "chatwoot": {"payload": CHATWOOT},
}
MEMBERS = {"react-querybuilder": 2, "hubspot": 2, "klaviyo": 2, "intercom": 2, "mautic": 2, "chatwoot": 1}
ACCOUNT = {"values": {"tags": {"71": "VIP"}, "segment": {"42": "Germans"}}, "time_zone": "Europe/Berlin"}


@pytest.fixture(scope="module")
def germans(shop: Tenant) -> None:
    """A segment that a document refers to."""
    assert shop.post("/segments", {"name": "Germans", "tree": rule("country", "=", "DE")}).status_code == 201


def read(tenant: Tenant, name: str, document: Any, **options: Any) -> dict[str, Any]:
    answer = tenant.post(f"/formats/{name}/read", {"document": document} | options)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return dict(answer.json)


def test_every_format_is_offered(shop: Tenant) -> None:
    answer = shop.get("/formats").json
    assert answer is not None
    assert {one["name"]: one["writes"] for one in answer["formats"]} == {
        name: name in ("react-querybuilder", "hubspot") for name in DOCUMENTS
    }


@pytest.mark.usefixtures("germans")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_read_as_a_tree_that_can_be_asked(shop: Tenant, name: str) -> None:
    found = read(shop, name, DOCUMENTS[name], account=ACCOUNT)
    assert found["fidelity"] == "exact", found
    assert found["counts"] == {"exact": len(found["findings"]), "approximated": 0, "refused": 0}
    assert found["findings"]
    assert found["sentence"].startswith("Contacts where ")
    assert shop.count(found["tree"]) == MEMBERS[name]


def test_where_anything_is_refused_there_is_no_tree(shop: Tenant) -> None:
    document = group("and", rule("country", "=", "DE"), rule("plan_tier", "=", "Gold"), rule("~", "~", ""))
    found = read(shop, "react-querybuilder", document)
    assert (found["fidelity"], found["tree"], found["sentence"]) == ("refused", None, None)
    assert found["counts"]["refused"] == 2
    refused = {one["pointer"].removesuffix("/field") for one in found["findings"] if one["fidelity"] == "refused"}
    assert refused == {"#/document/rules/1", "#/document/rules/2"}


def test_what_is_in_doubt_is_approximated_or_with_exact_refused(shop: Tenant) -> None:
    text = HUBSPOT_COUNTRY | {
        "property": "city",
        "operation": {
            "operationType": "MULTISTRING",
            "operator": "IS_EQUAL_TO",
            "values": ["Berlin"],
            "includeObjectsWithNoValueSet": False,
        },
    }
    document = {"filterBranchType": "AND", "filters": [text, HUBSPOT_COUNTRY], "filterBranches": []}
    found = read(shop, "hubspot", document)
    assert (found["fidelity"], found["counts"]) == ("approximated", {"exact": 1, "approximated": 1, "refused": 0})
    assert [one["pointer"] for one in found["findings"]] == ["#/document/filters/0", "#/document/filters/1"]
    assert shop.count(found["tree"]) == 1
    assert read(shop, "hubspot", document, exact=True)["tree"] is None
    assert read(shop, "hubspot", document, account={"text_alike": True})["fidelity"] == "exact"


def test_a_tree_that_cannot_be_asked_is_refused(tenant: Tenant) -> None:
    tenant.post("/tags", {"name": "VIP"})
    tenant.post("/custom-fields", {"key": "plan", "type": "text"})
    tenant.post("/segments", {"name": "Broken", "tree": rule("custom.plan", "=", "Gold")})
    document = {"condition_groups": [{"conditions": [DOCUMENTS["klaviyo"]["condition_groups"][0]["conditions"][0]]}]}
    account = {"values": {"segment": {"42": "Broken"}}}
    assert read(tenant, "klaviyo", document, account=account)["fidelity"] == "exact"
    tenant.ask("DELETE", "/custom-fields/contact/plan?force=true")
    found = read(tenant, "klaviyo", document, account=account)
    assert (found["fidelity"], found["tree"], found["counts"]["refused"]) == ("refused", None, 1)
    assert "Broken cannot be evaluated" in found["findings"][-1]["detail"]


@pytest.mark.parametrize("name", ["react-querybuilder", "hubspot"])
def test_a_tree_is_written_and_read_again(shop: Tenant, name: str) -> None:
    tree = group("or", rule("country", "=", "DE"), group("and", rule("tags", "containsAny", ["VIP"])))
    account = {"fields": {"labels": "tags"}, "values": {"tags": {"71": "VIP"}}}
    answer = shop.post(f"/formats/{name}/write", {"tree": tree, "account": account})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["fidelity"] == "exact", answer.json
    assert {one["pointer"] for one in answer.json["findings"]} == {"#/tree/rules/0", "#/tree/rules/1/rules/0"}
    again = read(shop, name, answer.json["document"], account=account)
    assert shop.count(again["tree"]) == shop.count(tree) == 3


def test_what_cannot_be_written_leaves_no_document(shop: Tenant) -> None:
    tree = group("and", rule("country", "=", "DE"), rule("birth_date", "anniversaryOn", "2026-11-24"))
    answer = shop.post("/formats/hubspot/write", {"tree": tree}).json
    assert answer is not None
    assert (answer["fidelity"], answer["document"]) == ("refused", None)
    assert answer["counts"]["refused"] >= 1
    assert any(one["fidelity"] == "refused" and one["pointer"] == "#/tree/rules/1" for one in answer["findings"])


def test_only_known_formats_are_read_and_only_some_written(shop: Tenant) -> None:
    problem(shop.post("/formats/excel/read", {"document": {}}), 404)
    problem(shop.post("/formats/excel/write", {"tree": rule("country", "=", "DE")}), 404)
    refused = problem(shop.post("/formats/klaviyo/write", {"tree": rule("country", "=", "DE")}), 422)
    assert "hubspot" in refused["detail"]
    assert places(shop.post("/formats/hubspot/write", {"tree": rule("nothing", "=", "DE")})) == [
        ("#/tree/field", "unknown_field")
    ]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, ("#/document", "required")),
        ({"document": None}, ("#/document", "null")),
        ({"document": {}, "account": {"time_zone": "Mars"}}, ("#/account/time_zone", "invalid")),
        ({"document": {}, "account": {"fields": []}}, ("#/account/fields", "invalid")),
        ({"document": {}, "account": {"fields": {"a": 1}}}, ("#/account/fields/a", "invalid")),
        ({"document": {}, "account": {"values": {"tags": {"7": []}}}}, ("#/account/values/tags/7", "invalid")),
        ({"document": {}, "account": {"colour": "red"}}, ("#/account/colour", "unknown")),
    ],
)
def test_a_request_is_held_to_its_schema(shop: Tenant, body: dict[str, Any], fault: tuple[str, str]) -> None:
    assert places(shop.post("/formats/hubspot/read", body)) == [fault]


def test_there_are_examples() -> None:
    assert {path for path, _, _ in EXAMPLES} == {"/formats/hubspot/read", "/formats/hubspot/write"}


@pytest.mark.parametrize(("path", "body", "expected"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_of_the_documentation_is_answered_so(shop: Tenant, path: str, body: Any, expected: Any) -> None:
    answer = shop.post(path, body)
    assert answer.status_code == 200, answer.text
    assert answer.json == expected
