"""Condition x document -> bool: explains membership, and is what the index is checked against."""

from __future__ import annotations

from typing import assert_never

from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.moment import Moment
from segments.operators.access import Document, has


def evaluate(condition: Condition, document: Document, moment: Moment) -> bool:
    """Whether the condition holds on the document (as the indexer builds it)."""
    match condition:
        case And(parts):
            return all(evaluate(part, document, moment) for part in parts)
        case Or(parts):
            return any(evaluate(part, document, moment) for part in parts)
        case Not(part):
            return not evaluate(part, document, moment)
        case Criterion(field, operator, value, include_missing):
            wanted = include_missing or has(field, document)
            return wanted and operator.holds(field, value, document, moment)
        case InSegment():
            raise TypeError("references are expanded before a condition is evaluated")
        case _:
            assert_never(condition)
