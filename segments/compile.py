"""Condition -> Elasticsearch clause, for filter context: a score is never computed."""

from __future__ import annotations

from typing import assert_never

from segments.clauses import Clause, all_of, any_of, nesting, none_of
from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.errors import ConditionError, Problem, Refused
from segments.moment import Moment
from segments.operators import ClosedWindow, Ranks
from segments.operators.access import exists

# Elasticsearch takes 30 bools within one another (indices.query.bool.max_nested_depth), the innermost rule counted;
# one is the fence around an organisation.
MAX_NESTING = 28


def compile(condition: Condition, moment: Moment, ranks: Ranks | None = None) -> Clause:  # noqa: A001 (the field's word)
    """The clause that matches exactly the contacts on which the condition holds. Equal conditions give equal clauses.

    `ranks` has the highest rank at or after the end of every closed window that `closed_windows` names.

    Raises:
        ConditionError: a rule cannot be answered exactly by what the index keeps, or the whole is nested too deep.
    """
    clause = _clause(condition, moment, ranks or {})
    if nesting(clause) > MAX_NESTING:
        detail = "the tree, with the segments it refers to, is nested deeper than the index can be asked: flatten it"
        raise ConditionError([Problem("#", "too_deep", detail)])
    return clause


def _clause(condition: Condition, moment: Moment, ranks: Ranks) -> Clause:
    match condition:
        case And(parts):
            return all_of(_clause(part, moment, ranks) for part in parts)
        case Or(parts):
            return any_of(_clause(part, moment, ranks) for part in parts)
        case Not(part):
            # One must_not around the whole: a must_not for each part would mean something else.
            return none_of(_clause(part, moment, ranks))
        case Criterion():
            return _rule(condition, moment, ranks)
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
