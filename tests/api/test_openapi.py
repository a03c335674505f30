"""The OpenAPI document is valid, complete and shown without asking anybody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/v1/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.json is not None
    return dict(answer.json)


def operations(document: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_every_operation_has_a_summary_an_answer_and_problems(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        assert operation["summary"], name
        assert any(status.startswith("2") for status in operation["responses"]), name
        assert "default" in operation["responses"], name
    problem = document["components"]["responses"]["DEFAULT_ERROR"]
    assert list(problem["content"]) == ["application/problem+json"]


def test_every_operation_says_whom_it_lets_in(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        public = name in ("get /healthz", "get /readyz")
        assert bool(operation["security"]) is not public, name
        assert ({"metrics": []} in operation["security"]) is (name == "get /metrics")
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_schema_says_what_is_required(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("required") or name in ("SegmentChange", "AccountOf"), name


def test_the_document_is_shown_by_assets_of_the_application(client: FlaskClient) -> None:
    page = client.get("/docs/")
    assert page.status_code == 200
    assert "/v1/openapi.json" in page.text
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(sources) >= 4
    for source in sources:
        assert source.startswith("/docs/")
        with client.get(source) as asset:
            assert asset.status_code == 200
            assert not re.search(rb"@import|url\(\s*['\"]?https?:", asset.data)
