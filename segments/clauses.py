"""The few Elasticsearch clauses that conditions are made of, in the query's own words.

Children are sorted, so equal trees give byte-equal queries and the index's caches hit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
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
    occurrences = clause.get("bool", {}).values()
    inner = [nesting(child) for children in occurrences if isinstance(children, list) for child in children]
    return 1 + max(inner) if inner else 0


def _joined(occur: str, clauses: Iterable[Clause]) -> Clause:
    distinct = {_key(clause): clause for clause in clauses}
    ordered = [distinct[key] for key in sorted(distinct)]
    if len(ordered) < 2:
        return ordered[0] if ordered else {}
    minimum = {"minimum_should_match": 1} if occur == "should" else {}
    return {"bool": {occur: ordered} | minimum}


def _key(clause: Clause) -> str:
    return json.dumps(clause, sort_keys=True)
