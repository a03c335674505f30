"""Condition -> Elasticsearch clause, for filter context: a score is never computed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import assert_never

from segments.clauses import Clause, all_of, any_of, levels, none_of
from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.errors import ConditionError, Problem, Refused
from segments.moment import Moment
from segments.operators import ClosedWindow, Ranks
from segments.operators.access import exists

# Elasticsearch takes 30 bools within one another (indices.query.bool.max_nested_depth), the innermost rule counted;
# two are the fence around an organisation and the part of it that a sample is taken from.
MAX_NESTING = 27
# It stops at 8,192 clauses with the smallest heap that this service is run on (512 MB), and at more with a larger one;
# a range is two of them, one over points and one over columns.
MAX_CLAUSES = 8_000
# A needle that trigrams cannot find is a pattern, whose automaton takes up to 5 KB of the server's heap for each byte:
# a few hundred of the longest end a server of 512 MB.
MAX_PATTERN_BYTES = 10_000


def compile(condition: Condition, moment: Moment, ranks: Ranks | None = None) -> Clause:  # noqa: A001 (the field's word)
    """The clause that matches exactly the contacts on which the condition holds. Equal conditions give equal clauses.

    `ranks` has the highest rank at or after the end of every closed window that `closed_windows` names.

    Raises:
        ConditionError: a rule cannot be answered exactly by what the index keeps, or the whole is more than it takes.
    """
    clause = _clause(condition, moment, ranks or {})
    problem = too_much(clause)
    if problem is not None:
        raise ConditionError([problem])
    return clause


def too_much(clause: Clause) -> Problem | None:
    """Why the index does not take the clause, or None if it does."""
    nested = levels(clause)
    if len(nested) - 1 > MAX_NESTING:
        detail = "the tree, with the segments it refers to, is nested deeper than the index can be asked: flatten it"
        return Problem("#", "too_deep", detail)
    parts = list(chain.from_iterable(nested))
    if size(parts) > MAX_CLAUSES:
        detail = f"the tree, with the segments it refers to, makes more than {MAX_CLAUSES:,} clauses: ask for less"
        return Problem("#", "too_complex", detail)
    patterns = (value["value"] for part in parts if "wildcard" in part for value in part["wildcard"].values())
    if sum(len(pattern.encode()) for pattern in patterns) > MAX_PATTERN_BYTES:
        detail = (
            f"the texts to be looked for come to more than {MAX_PATTERN_BYTES:,} bytes in fields without a search of "
            "their own: ask for fewer or shorter ones, for beginsWith, or in a searchable field"
        )
        return Problem("#", "too_complex", detail)
    return None


def size(parts: Iterable[Clause]) -> int:
    """How many clauses the server counts in these, at most."""
    return sum(2 if "range" in part else 1 for part in parts)


def _clause(condition: Condition, moment: Moment, ranks: Ranks) -> Clause:
    match condition:
        case Criterion():
            return _rule(condition, moment, ranks)
        case And(parts):
            return all_of([_clause(part, moment, ranks) for part in parts])
        case Or(parts):
            return any_of([_clause(part, moment, ranks) for part in parts])
        case Not(part):
            # One must_not around the whole: a must_not for each part would mean something else.
            return none_of(_clause(part, moment, ranks))
        case InSegment():
            raise TypeError("references are expanded before a condition is compiled")
        case _:
            assert_never(condition)


def _rule(rule: Criterion, moment: Moment, ranks: Ranks) -> Clause:
    try:
        clause = rule.operator.clause(rule.field, rule.value, moment, ranks)
    except Refused as refused:
        raise refused.at_rule(rule.pointer) from None
    return clause if rule.include_missing else all_of([exists(rule.field), clause])


def closed_windows(condition: Condition, moment: Moment) -> frozenset[ClosedWindow]:
    """The windows that end before the present, whose ranks `compile` must be told."""
    match condition:
        case And(parts) | Or(parts):
            return frozenset().union(*(closed_windows(part, moment) for part in parts))
        case Not(part):
            return closed_windows(part, moment)
        case Criterion(field, operator, value):
            return operator.closed_windows(field, value, moment)
        case InSegment():
            raise TypeError("references are expanded before a condition is compiled")
        case _:
            assert_never(condition)
