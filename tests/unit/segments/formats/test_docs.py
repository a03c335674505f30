"""What the documentation says of foreign formats is true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from segments import Limits
from segments.formats import FORMATS
from segments.schema import unsaid
from tests.unit.segments.formats.shop import SHOP, STATED, fidelities

TEXT = (Path(__file__).parents[4] / "docs" / "formats.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```json (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_BLOCKS = [(name, json.loads(text)) for name, text in _BLOCK.findall(TEXT)]
EXAMPLES = [(name, document, tree) for (name, document), (_, tree) in zip(_BLOCKS[::2], _BLOCKS[1::2], strict=True)]


@pytest.mark.parametrize(("name", "document", "tree"), EXAMPLES, ids=[name for name, *_ in EXAMPLES])
def test_every_example_is_read_as_it_says(name: str, document: object, tree: Any) -> None:
    imported = FORMATS[name].read(document, SHOP, STATED)
    assert imported.tree == tree
    assert fidelities(imported.findings) == {"exact"}


def test_every_format_is_documented() -> None:
    assert re.findall(r"^\| `([\w-]+)` \| .* \| (yes|no) \|$", TEXT, re.MULTILINE) == [
        (name, "yes" if format_.write else "no") for name, format_ in FORMATS.items()
    ]
    assert {name for name, _, _ in EXAMPLES} == set(FORMATS) - {"react-querybuilder"}


def test_the_rules_that_the_schema_cannot_say_are_documented() -> None:
    assert re.findall(r"^- (.*)$", TEXT.partition("# The JSON Schema of trees")[2], re.MULTILINE) == list(
        unsaid(Limits())
    )
