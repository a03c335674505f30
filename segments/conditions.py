"""A condition, after parsing: nothing in it is looked up by name any more."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from mappings.fields import Field
from segments.operators.base import Operator


@dataclass(frozen=True, slots=True)
class And:
    """Holds where every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Holds where some part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where the part does not."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rule: a field, an operator that fits it, and a value that fits both.

    `include_missing` is False only on a negative rule that leaves out contacts without a value. `pointer` is the rule's
    place in the tree.
    """

    field: Field
    operator: Operator[Any]
    value: Any
    include_missing: bool = True
    pointer: str = dataclasses.field(default="#", compare=False)


@dataclass(frozen=True, slots=True)
class InSegment:
    """Membership of another segment; `expand` puts that segment's definition in its place."""

    segment_id: int
    name: str
    pointer: str = dataclasses.field(default="#", compare=False)


Condition = And | Or | Not | Criterion | InSegment
