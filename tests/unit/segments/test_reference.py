"""docs/language.md is what the operators say of themselves, and every example on it is true."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

import segments
from mappings.types import Trait
from segments import compile, expand, in_list, parse, reference  # noqa: A004 (the field's word)
from segments.operators import OPERATORS
from segments.reference import ENTRIES, PAGE, Entry, render
from segments.reference.page import _CODES, complements, condition, truth_on
from segments.reference.shop import MOMENT, SHOP

WRITTEN = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", WRITTEN, flags=re.DOTALL)
ASKED = [entry for entry in ENTRIES if entry.trait is not Trait.REFERENCE]


def name(entry: Entry) -> str:
    return f"{entry.field} {entry.operator}"


def test_the_page_is_current() -> None:
    """Else run: python -m segments.reference"""
    assert render() == WRITTEN


def test_the_program_writes_the_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reference, "PAGE", tmp_path / "language.md")
    runpy.run_module("segments.reference", run_name="__main__")
    assert (tmp_path / "language.md").read_text(encoding="utf-8") == render()


def test_the_page_has_an_example_of_every_entry() -> None:
    assert len(EXAMPLES) == len(ENTRIES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_asked(example: str) -> None:
    tree: dict[str, Any] = json.loads(example)
    asked = expand(parse(tree, SHOP).condition, lambda number: in_list(number, "Anybody"))
    assert compile(asked, MOMENT)


@pytest.mark.parametrize("entry", ASKED, ids=name)
def test_the_example_finds_whom_its_entry_says(entry: Entry) -> None:
    asked = condition(entry, entry.operator)
    assert [truth_on(entry, asked, value) for value in entry.yes] == [True] * len(entry.yes)
    assert [truth_on(entry, asked, value) for value in entry.no] == [False] * len(entry.no)
    assert entry.yes, "an example that finds nobody shows nothing"
    for complement in complements(entry):
        denied = condition(entry, complement)
        assert [truth_on(entry, denied, value) for value in (*entry.yes, *entry.no)] == [
            not truth_on(entry, asked, value) for value in (*entry.yes, *entry.no)
        ]


@pytest.mark.parametrize("entry", ASKED, ids=name)
def test_only_negative_operators_and_none_at_all_hold_on_a_missing_value(entry: Entry) -> None:
    negative = entry.operator == "didNotHappen" or entry.field == "engagement.purchase.count"
    assert truth_on(entry, condition(entry, entry.operator), None) is negative
    assert [truth_on(entry, condition(entry, other), None) for other in complements(entry)] == [not negative] * len(
        complements(entry)
    )


def test_every_operator_has_an_entry() -> None:
    told = {(entry.trait, operator) for entry in ENTRIES for operator in (entry.operator, *complements(entry))}
    assert told == {(trait, operator.name) for trait, operators in OPERATORS.items() for operator in operators}


def test_every_code_of_a_refusal_is_explained() -> None:
    """Codes stand first in Refused(...), and behind the place in refuse(...) and Problem(...)."""
    folder = Path(segments.__file__).parent
    sources = [path for path in folder.rglob("*.py") if path.relative_to(folder).parts[0] not in ("formats", "lint")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    first = re.findall(r'Refused\(\s*"([a-z_]+)"', text)
    second = re.findall(r'(?:refuse|Problem)\(\s*[^,()]+, "([a-z_]+)"', text)
    assert {*first, *second} == set(_CODES)
