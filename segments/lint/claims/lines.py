"""Numbers, days and instants: claims about where on a line the value lies."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mappings.fields import Packing
from segments.lint.claims.base import Axis, Claim, Meaning, Point, can_miss

# What lies between two of these steps is no value of the field: packed times are whole seconds.
_STEPS = {Packing.COUNT: 1, Packing.WHOLE: 1, Packing.FIRST: 1_000, Packing.LAST: 1_000}


class Line(Axis):
    """Numbers in their order: claims change their truth at edges only, so each edge and its neighbours are enough."""

    def points(self, meanings: Sequence[Meaning]) -> Iterable[Point]:
        field = meanings[0].field
        edges = {edge for meaning in meanings if isinstance(meaning.claim, OnLine) for edge in meaning.claim.edges}
        step = None if field.packing is None else _STEPS.get(field.packing)
        found = {point for edge in edges for point in (_about(edge) if step is None else _on_steps(edge, step))}
        if field.packing is Packing.COUNT:
            found = {point for point in found if point >= 0} | {0}
        return (*found, None) if can_miss(field) else found


LINE = Line()


def _about(edge: float) -> tuple[float, ...]:
    """The edge and its neighbours."""
    if isinstance(edge, int):
        return edge - 1, edge, edge + 1
    return math.nextafter(edge, -math.inf), edge, math.nextafter(edge, math.inf)


def _on_steps(edge: float, step: int) -> range:
    """The step below the edge, that on or above it, and one more on either side."""
    below = int(edge // step) * step
    return range(below - step, below + 3 * step, step)


class OnLine(Claim):
    """A claim about a place on the line; between two of its `edges` it is true throughout or false throughout."""

    axis = LINE

    @property
    @abstractmethod
    def edges(self) -> Iterable[float]:
        """Where its truth may change."""


class Stretched(Protocol):
    """Bounds of numbers, or a span of time."""

    @property
    def low(self) -> float | None: ...

    @property
    def high(self) -> float | None: ...

    def hold(self, point: Point) -> bool: ...


@dataclass(frozen=True, slots=True)
class Within(OnLine):
    """The value lies in the stretch."""

    stretch: Stretched

    @property
    def edges(self) -> Iterable[float]:
        return tuple(edge for edge in (self.stretch.low, self.stretch.high) if edge is not None)

    def holds(self, point: Point) -> bool:
        return point is not None and self.stretch.hold(point)


@dataclass(frozen=True, slots=True)
class AnyNumber(OnLine):
    """The value is one of these."""

    numbers: frozenset[float]

    @property
    def weight(self) -> int:
        return len(self.numbers)

    @property
    def edges(self) -> Iterable[float]:
        return self.numbers

    def holds(self, point: Point) -> bool:
        return point in self.numbers
