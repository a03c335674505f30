"""The standard fields, read from contacts.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from mappings.types import TYPES, FieldType

_ALIASES = {"contact": "c", "company": "k"}


@dataclass(frozen=True, slots=True)
class Standard:
    """A property that every organisation's contacts (or their companies) have.

    `column` is SQL over c (contacts) or k (companies); `aliases` are other names that imports accept for `key`.
    """

    object: str
    key: str
    label: str
    type: FieldType
    column: str
    aliases: tuple[str, ...]
    searchable: bool

    @property
    def name(self) -> str:
        """The name in conditions and the path in documents: country, company.country."""
        return self.key if self.object == "contact" else f"company.{self.key}"

    @property
    def grams(self) -> str | None:
        """The path of the field's trigrams in documents."""
        return f"grams.{self.name.replace('.', '_')}" if self.searchable else None


def _read() -> tuple[Standard, ...]:
    text = Path(__file__).with_name("contacts.toml").read_text(encoding="utf-8")
    return tuple(
        Standard(
            object=owner,
            key=key,
            label=entry["label"],
            type=TYPES[entry["type"]],
            column=entry.get("column", f"{_ALIASES[owner]}.{key}"),
            aliases=tuple(entry.get("aliases", ())),
            searchable=entry.get("searchable", False),
        )
        for owner, entries in tomllib.loads(text).items()
        for key, entry in entries.items()
    )


STANDARD: tuple[Standard, ...] = _read()
