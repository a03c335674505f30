"""The few Elasticsearch clauses that conditions are made of, in the query's own words.

Children are sorted, so equal trees give byte-equal queries and the index's caches hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Clause = dict[str, Any]

NOTHING: Clause = {"match_none": {}}


def all_of(clauses: Iterable[Clause]) -> Clause:
    """Every clause matches. There is at least one: an empty conjunction would match everybody."""
    return _joined("filter", clauses)


def any_of(clauses: Iterable[Clause]) -> Clause:
    """Some clause matches; of none, none does."""
    return _joined("should", clauses) or NOTHING


def none_of(clause: Clause) -> Clause:
    """The clause does not match: one must_not around the whole of it."""
    return {"bool": {"must_not": [clause]}}


def nesting(clause: Clause) -> int:
    """How many bools stand within one another."""
    return 1 + max(map(nesting, _children(clause))) if "bool" in clause else 0


def clauses_within(clause: Clause) -> Iterator[Clause]:
    """The clause and all that it is made of."""
    yield clause
    if "bool" in clause:
        for child in _children(clause):
            yield from clauses_within(child)


def _children(clause: Clause) -> list[Clause]:
    return [child for part in clause["bool"].values() if isinstance(part, list) for child in part]


def _joined(occur: str, clauses: Iterable[Clause]) -> Clause:
    # Equal clauses are written equal: the same code wrote their keys, in the same order.
    distinct = {repr(clause): clause for clause in clauses}
    ordered = [distinct[key] for key in sorted(distinct)]
    if len(ordered) < 2:
        return ordered[0] if ordered else {}
    minimum = {"minimum_should_match": 1} if occur == "should" else {}
    return {"bool": {occur: ordered} | minimum}
