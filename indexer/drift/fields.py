"""A document field by field: what it should hold against what the index says it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import orjson

from mappings.index import PACKED
from mappings.standard import STANDARD

GRAMS = tuple(one.grams for one in STANDARD if one.grams)
AMOUNTS = "amounts"
_COMPARED = {"org_id", "contact_id", "version"}
_BEYOND = 1 << 62  # every end of a range
_MOST_SPANS = 64  # two clauses each; Elasticsearch takes some thousand


@dataclass(frozen=True, slots=True)
class Parts:
    """A freshly built document, by how the index can be asked about it.

    `shown` is in its source; `packed` are numbers, ascending; of `grams` and `amounts` it can be asked whether it has
    just these.
    """

    shown: Mapping[str, Any]
    packed: Mapping[str, tuple[int, ...]]
    grams: Mapping[str, str]
    amounts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, source: Mapping[str, Any]) -> Parts:
        written = dict(orjson.loads(orjson.dumps(source)))
        return cls(
            packed={name: tuple(sorted(written.pop(name, ()))) for name in PACKED},
            amounts=tuple(sorted({(one["gte"], one["lte"]) for one in written.pop(AMOUNTS, ())})),
            grams={f"grams.{key}": value for key, value in written.pop("grams", {}).items()},
            shown=dict(shown(written)),
        )


def shown(written: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Values by path: company.name. What a comparison without the documents finds is left out."""
    for name, value in written.items():
        if isinstance(value, Mapping):
            yield from shown(value, f"{prefix}{name}.")
        elif name not in _COMPARED or prefix:
            yield f"{prefix}{name}", value


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """The names under which the two do not have the same."""
    return tuple(sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)))


def questions(parts: Parts) -> dict[str, dict[str, Any]]:
    """Queries, by the field that they are about: a document meets each if it holds there what it should."""
    return {name: _just_grams(name, parts.grams.get(name)) for name in GRAMS} | {AMOUNTS: _just_amounts(parts.amounts)}


def _just_grams(name: str, grams: str | None) -> dict[str, Any]:
    """From its begin mark to its end mark the field has these grams in a row; or nothing."""
    return _nothing(name) if grams is None else {"match_phrase": {name: grams}}


def _just_amounts(spans: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """The field has these ranges and none that answers another question; of very many, that is asked about some.

    Both ends of the ranges only grow, as sums only grow, so they make stairs: a range that begins after one of them and
    ends before the next says of a time that more was spent since. Any other range holds one of them, and adds nothing.
    """
    if not spans:
        return _nothing(AMOUNTS)
    steps = list(pairwise([(-_BEYOND, -_BEYOND), *spans, (_BEYOND, _BEYOND)]))
    asked = steps[:: -(-len(steps) // _MOST_SPANS)]
    there = [_within(*upper) for _, upper in asked if upper[0] < _BEYOND]
    return {"bool": {"filter": there, "must_not": [_within(lower[0] + 1, upper[1] - 1) for lower, upper in asked]}}


def _within(gte: int, lte: int) -> dict[str, Any]:
    return {"range": {AMOUNTS: {"gte": gte, "lte": lte, "relation": "within"}}}


def _nothing(name: str) -> dict[str, Any]:
    return {"bool": {"must_not": {"exists": {"field": name}}}}
