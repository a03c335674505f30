"""The condition language: parse -> expand -> compile | evaluate | describe. Pure: time and tenant are arguments."""

from segments.compile import closed_windows, compile  # noqa: A004 (the field's word)
from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.describe import describe
from segments.errors import ConditionError, Problem
from segments.evaluate import evaluate
from segments.expand import expand, in_list
from segments.limits import Limits
from segments.moment import Moment
from segments.operators import ClosedWindow, Ranks, operators_of
from segments.parse import Parsed, parse

__all__ = [
    "And",
    "ClosedWindow",
    "Condition",
    "ConditionError",
    "Criterion",
    "InSegment",
    "Limits",
    "Moment",
    "Not",
    "Or",
    "Parsed",
    "Problem",
    "Ranks",
    "closed_windows",
    "compile",
    "describe",
    "evaluate",
    "expand",
    "in_list",
    "operators_of",
    "parse",
]
