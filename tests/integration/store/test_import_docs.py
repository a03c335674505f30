"""docs/import.md: its example is imported, its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
from sqlalchemy import Connection, text

from runtime.settings import ROOT
from store import catalogue, contacts
from store.imports import kinds
from store.items.contacts import CHANNEL_STATES, KEYS
from store.items.values import MOST_TEXT
from store.organisations import Organisation
from store.texts import LONGEST

DOCS = Path(ROOT / "docs" / "import.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return DOCS.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def first_column(part: str) -> set[str]:
    return {name for row in re.findall(r"^\| (`.*?) \|", part, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}


def test_the_example_is_a_contact_with_everything(db: Connection, organisation: Organisation) -> None:
    example = orjson.loads(re.findall(r"```json\n(.*?)```", DOCS, re.DOTALL)[0])
    for of, key, kind in (
        ("contact", "plan", "choice"),
        ("contact", "score", "number"),
        ("contact", "interests", "multi-choice"),
        ("contact", "beta_tester", "boolean"),
        ("company", "tier", "text"),
    ):
        catalogue.create_field(db, organisation.id, of, key, None, kind)
    (outcome,) = contacts.write(db, organisation.id, [example])
    assert (outcome.status, outcome.problems) == ("created", ())
    amounts = text("SELECT amount FROM events WHERE contact_id = :id ORDER BY amount")
    assert db.execute(amounts, {"id": outcome.id}).scalars().all() == [4990, None]
    assert example.keys() == set(KEYS) - {"updated_at"}


def test_every_key_is_described() -> None:
    assert first_column(section("JSON lines")) == set(KEYS)
    assert first_column(section("Events")) == {"type", "at", "id", "amount", "currency", "channel"}
    assert all(f"`{state}`" in section("JSON lines") for state in CHANNEL_STATES)


def test_limits_are_those_of_the_code() -> None:
    assert f"{LONGEST} characters" in DOCS
    assert f"{MOST_TEXT:,}" in DOCS
    assert f"texts of at most {kinds.LONGEST_CHOICE} characters, at most {kinds.MOST_CHOICES} different ones" in DOCS
