"""Having a value: a claim that fits on every axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from segments.lint.claims.base import Axis, Claim, Meaning, Point, can_miss


class Anywhere(Axis):
    """A value or none; which one makes no difference."""

    def points(self, meanings: Sequence[Meaning]) -> Iterable[Point]:
        return (None, True) if can_miss(meanings[0].field) else (True,)


ANYWHERE = Anywhere()


@dataclass(frozen=True, slots=True)
class Present(Claim):
    """There is a value."""

    axis = ANYWHERE

    def holds(self, point: Point) -> bool:
        return point is not None
