"""The few Elasticsearch clauses that conditions are made of, in the query's own words.

Children are sorted, so equal trees give byte-equal queries and the index's caches hit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Clause = dict[str, Any]

NOTHING: Clause = {"match_none": {}}


class _Bool(Clause):
    """A bool that knows the text it is sorted by, so that what stands around it need not write it again."""

    __slots__ = ("key",)

    def __init__(self, parts: dict[str, Any], key: str) -> None:
        self["bool"] = parts
        self.key = key


def all_of(clauses: Iterable[Clause]) -> Clause:
    """Every clause matches. There is at least one: an empty conjunction would match everybody."""
    return _joined("filter", clauses)


def any_of(clauses: Iterable[Clause]) -> Clause:
    """Some clause matches; of none, none does."""
    return _joined("should", clauses) or NOTHING


def none_of(clause: Clause) -> Clause:
    """The clause does not match: one must_not around the whole of it."""
    return _Bool({"must_not": [clause]}, f"{{'bool': {{'must_not': [{_key(clause)}]}}}}")


def levels(clause: Clause) -> list[list[Clause]]:
    """The clause, what it is made of, what that is made of, and so on: by how many bools stand around it."""
    found = [[clause]]
    while bools := [one["bool"] for one in found[-1] if "bool" in one]:
        found.append([child for parts in bools for part in parts.values() if isinstance(part, list) for child in part])
    return found


def _joined(occur: str, clauses: Iterable[Clause]) -> Clause:
    # Equal clauses have equal keys: the same code wrote them, in the same order.
    distinct = {_key(clause): clause for clause in clauses}
    keys = sorted(distinct)
    ordered = [distinct[key] for key in keys]
    if len(ordered) < 2:
        return ordered[0] if ordered else {}
    minimum = {"minimum_should_match": 1} if occur == "should" else {}
    return _Bool({occur: ordered} | minimum, f"{{'bool': {{'{occur}': [{', '.join(keys)}]}}}}")


def _key(clause: Clause) -> str:
    return clause.key if isinstance(clause, _Bool) else repr(clause)
