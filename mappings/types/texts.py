"""Text, and choices from a list of texts: both are keywords that compare after `fold`."""

from __future__ import annotations

from typing import Any

from mappings.text import cut
from mappings.types.base import FieldType, Trait, is_missing


def folded_keyword() -> dict[str, Any]:
    """A keyword that compares in lower case; what it was written like stays in the document."""
    return {"type": "keyword", "normalizer": "lowercase"}


def clean(raw: object) -> str | None:
    """`raw` as text that PostgreSQL and Elasticsearch can hold; None where it is missing.

    Raises:
        ValueError: not a text, or one with a NUL or half of a surrogate pair.
    """
    if is_missing(raw):
        return None
    if not isinstance(raw, str):
        raise ValueError(f"expected a text, not {type(raw).__name__}")
    if "\x00" in raw:
        raise ValueError("a text cannot hold the character U+0000")
    if not raw.isascii() and any("\ud800" <= character <= "\udfff" for character in raw):
        raise ValueError("the text holds half of a surrogate pair: it is not Unicode")
    return raw


class Text(FieldType):
    """Free text, compared without regard to case."""

    name = "text"
    trait = Trait.TEXT
    slot = "keyword"

    def load(self, raw: object) -> str | None:
        return clean(raw)

    def index(self, stored: str) -> str:
        return cut(stored)

    def mapping(self) -> dict[str, Any]:
        return folded_keyword()


class Choice(Text):
    """One of a list of texts. The list may be open: then any text is accepted."""

    name = "choice"
    trait = Trait.CHOICE
