"""What the documentation says of the API is true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Tenant
from tests.api.test_tenants import endpoints

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


def trees() -> list[Any]:
    return [json.loads(block) for block in BLOCK.findall((DOCS / "segments.md").read_text(encoding="utf-8"))]


EXAMPLES = ("Active Customers", "Newsletter Subscribers", "WhatsApp Contacts")


@pytest.fixture(scope="module")
def examples(shop: Tenant) -> dict[str, str]:
    """The members of the three example segments, which are kept."""
    members = {}
    for name, tree in zip(EXAMPLES, trees(), strict=False):
        assert shop.post("/segments", {"name": name, "tree": tree}).status_code == 201
        answer = shop.post("/segments/preview", {"tree": tree}).json
        assert answer is not None
        members[name] = " ".join(sorted(one["external_id"] for one in answer["sample"]))
    return members


def test_the_three_example_segments_mean_what_is_said(examples: dict[str, str]) -> None:
    assert examples == dict(zip(EXAMPLES, ("C-1 C-5", "C-1 C-5", "C-5"), strict=True))


@pytest.mark.usefixtures("examples")  # one tree refers to them
@pytest.mark.parametrize("tree", trees(), ids=str)
def test_every_tree_in_the_documentation_is_understood(shop: Tenant, tree: Any) -> None:
    answer = shop.post("/segments/preview", {"tree": tree})
    assert answer.status_code == 200, answer.text


def test_the_table_of_endpoints_is_complete(app: Flask) -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| [\w -]*\| `(\w+ /v1[^`]+)` \| (\w+) \|", text, re.MULTILINE))
    assert rows == endpoints(app)
