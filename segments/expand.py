"""Puts the definitions of referenced segments in the place of the references."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.errors import ConditionError, Problem
from segments.limits import Limits

# The definition of a segment; None where there is no such segment any more.
Lookup = Callable[[int], Condition | None]


def expand(condition: Condition, lookup: Lookup, limits: Limits = Limits()) -> Condition:  # noqa: B008 (frozen)
    """The condition without references.

    Raises:
        ConditionError: a referenced segment is gone, refers back to itself, or references are nested too deep.
    """
    return _expand(condition, lookup, limits, ())


def _expand(condition: Condition, lookup: Lookup, limits: Limits, trail: tuple[InSegment, ...]) -> Condition:
    match condition:
        case And(parts):
            return And(tuple(_expand(part, lookup, limits, trail) for part in parts))
        case Or(parts):
            return Or(tuple(_expand(part, lookup, limits, trail) for part in parts))
        case Not(part):
            return Not(_expand(part, lookup, limits, trail))
        case Criterion():
            return condition
        case InSegment():
            return _expand(_definition(condition, lookup, limits, trail), lookup, limits, (*trail, condition))
        case _:
            assert_never(condition)


def _definition(reference: InSegment, lookup: Lookup, limits: Limits, trail: tuple[InSegment, ...]) -> Condition:
    place = trail[0].pointer if trail else reference.pointer
    path = " -> ".join(step.name for step in (*trail, reference))
    if any(step.segment_id == reference.segment_id for step in trail):
        raise ConditionError([Problem(place, "cycle", f"the segment refers to itself: {path}")])
    if len(trail) >= limits.references:
        detail = f"segments refer to one another more than {limits.references} deep: {path}"
        raise ConditionError([Problem(place, "too_deep", detail)])
    found = lookup(reference.segment_id)
    if found is None:
        raise ConditionError([Problem(place, "unknown_option", f"the segment {reference.name} was deleted: {path}")])
    return found
