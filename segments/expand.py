"""Puts the definitions of referenced segments in the place of the references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from mappings import types
from mappings.fields import Field, Option
from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.errors import ConditionError, Problem
from segments.limits import Limits
from segments.operators import CONTAINS_ANY

_LISTS = Field("lists", "Segments", "segments", types.ID_SET, "lists")


def in_list(segment_id: int, name: str) -> Criterion:
    """Membership of a static segment: the documents of its members carry its id."""
    return Criterion(_LISTS, CONTAINS_ANY, (Option(segment_id, name),))


# The definition of a segment; None where there is no such segment any more.
Lookup = Callable[[int], Condition | None]


def expand(condition: Condition, lookup: Lookup, limits: Limits = Limits()) -> Condition:  # noqa: B008 (frozen)
    """The condition without references.

    Raises:
        ConditionError: a referenced segment is gone, refers back to itself, or references are nested too deep or come
            to too many rules.
    """
    return _Expansion(lookup, limits).expanded(condition, ())


Trail = tuple[InSegment, ...]


@dataclass
class _Expansion:
    """One expansion: the way to a definition is its trail, and every problem stands where the trail begins."""

    lookup: Lookup
    limits: Limits
    rules: int = 0

    def expanded(self, condition: Condition, trail: Trail) -> Condition:
        match condition:
            case And(parts):
                return And(tuple(self.expanded(part, trail) for part in parts))
            case Or(parts):
                return Or(tuple(self.expanded(part, trail) for part in parts))
            case Not(part):
                return Not(self.expanded(part, trail))
            case Criterion():
                return self._rule(condition, trail)
            case InSegment():
                return self.expanded(self._definition(condition, trail), (*trail, condition))
            case _:
                assert_never(condition)

    def _rule(self, rule: Criterion, trail: Trail) -> Criterion:
        self.rules += 1
        if self.rules > self.limits.expanded:
            detail = f"with the segments it refers to, the tree has more than {self.limits.expanded} rules"
            raise ConditionError([Problem(trail[0].pointer if trail else rule.pointer, "too_many_rules", detail)])
        return replace(rule, pointer=trail[0].pointer) if trail else rule

    def _definition(self, reference: InSegment, trail: Trail) -> Condition:
        place = trail[0].pointer if trail else reference.pointer
        path = " -> ".join(step.name for step in (*trail, reference))
        if any(step.segment_id == reference.segment_id for step in trail):
            raise ConditionError([Problem(place, "cycle", f"the segment refers to itself: {path}")])
        if len(trail) >= self.limits.references:
            detail = f"segments refer to one another more than {self.limits.references} deep: {path}"
            raise ConditionError([Problem(place, "too_deep", detail)])
        found = self.lookup(reference.segment_id)
        if found is None:
            detail = f"the segment {reference.name} was deleted: {path}"
            raise ConditionError([Problem(place, "unknown_option", detail)])
        return found
