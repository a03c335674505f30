"""What a rule says of its field, in a form that can be compared: a claim that holds on some points of an axis.

Two rules on one axis relate as they do on its points. An axis has infinitely many, but the claims at hand tell only a
few apart; `points` gives at least one of every kind, so what holds on these holds on all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mappings.fields import Field, Packing

Point = Any  # of the axis's own kind; None is the contact without a value


class Claim(ABC):
    """What a positive rule says; it is false on a missing value."""

    axis: Axis
    """Where the claim's points lie."""

    @property
    def weight(self) -> int:
        """How many values the claim names: what comparing it costs."""
        return 1

    @abstractmethod
    def holds(self, point: Point) -> bool:
        """Whether it holds on the point."""


class Axis(ABC):
    """The points that one field's value can be at."""

    @abstractmethod
    def points(self, meanings: Sequence[Meaning]) -> Iterable[Point]:
        """At least one point of each kind that the meanings (of one field) tell apart."""

    def missing(self, point: Point) -> bool:
        """Whether the point is that of the contacts without a value."""
        return point is None


@dataclass(frozen=True, slots=True)
class Meaning:
    """A rule: a claim or its opposite; where it is about `known` values only, no missing one fits."""

    field: Field
    claim: Claim
    negative: bool = False
    known: bool = False

    def holds(self, point: Point, axis: Axis) -> bool:
        """Whether the rule holds on the point."""
        if self.known and axis.missing(point):
            return False
        return self.claim.holds(point) != self.negative


def can_miss(field: Field) -> bool:
    """Whether a contact may lack a value: everybody has done everything some number of times, 0 at least."""
    return field.packing is not Packing.COUNT
