"""Condition x document -> bool: explains membership, and is what the index is checked against."""

from __future__ import annotations

from typing import assert_never

from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.errors import Refused
from segments.moment import Moment
from segments.operators.access import Document, has


def evaluate(condition: Condition, document: Document, moment: Moment) -> bool:
    """Whether the condition holds on the document (as the indexer builds it).

    Raises:
        ConditionError: a rule cannot be answered exactly by what the document keeps.
    """
    match condition:
        case And(parts):
            return all(evaluate(part, document, moment) for part in parts)
        case Or(parts):
            return any(evaluate(part, document, moment) for part in parts)
        case Not(part):
            return not evaluate(part, document, moment)
        case Criterion():
            return _rule(condition, document, moment)
        case InSegment():
            raise TypeError("references are expanded before a condition is evaluated")
        case _:
            assert_never(condition)


def _rule(rule: Criterion, document: Document, moment: Moment) -> bool:
    if not (rule.include_missing or has(rule.field, document)):
        return False
    try:
        return rule.operator.holds(rule.field, rule.value, document, moment)
    except Refused as refused:
        raise refused.at_rule(rule.pointer) from None
