"""Sets: several values at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from mappings.text import cut, fold
from mappings.types.base import FieldType, Trait, is_missing
from mappings.types.texts import clean, folded_keyword

SIZE = "_count"


class _Set(FieldType):
    """Several values; documents keep their number beside them, which tells "exactly these" from "these and more"."""

    trait = Trait.SET
    companion_suffixes = (SIZE,)

    def companions(self, indexed: Any, zone: ZoneInfo) -> dict[str, int]:
        return {SIZE: len(indexed)}


class MultiChoice(_Set):
    """Some of a list of texts."""

    name = "multi-choice"
    slot = "keyword"

    def load(self, raw: object) -> list[str] | None:
        if is_missing(raw):
            return None
        if not isinstance(raw, list):
            raise ValueError(f"expected a list of texts, not {type(raw).__name__}")
        return _distinct(text for text in map(clean, raw) if text is not None) or None

    def index(self, stored: list[str]) -> list[str]:
        return _distinct(map(cut, stored))

    def mapping(self) -> dict[str, Any]:
        return folded_keyword()


def _distinct(texts: Iterable[str]) -> list[str]:
    """Texts that differ only in case are one value, as they are to every operator; the first spelling stays."""
    kept: dict[str, str] = {}
    for text in texts:
        kept.setdefault(fold(text), text)
    return list(kept.values())


class IdSet(_Set):
    """Tags, channels and lists, by id: renaming one touches no document."""

    name = "set"

    def load(self, raw: object) -> list[int] | None:
        if is_missing(raw):
            return None
        if not isinstance(raw, list) or not all(type(item) is int for item in raw):
            raise ValueError("expected a list of ids")
        return list(dict.fromkeys(raw))

    def mapping(self) -> dict[str, Any]:
        return {"type": "keyword"}
