"""Tags and other sets: claims about which members there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from segments.lint.claims.base import Axis, Claim, Meaning, Point
from segments.lint.claims.values import cells

Members = frozenset[Point]

_NONE: Members = frozenset()
_OTHER: Members = frozenset({"\0"})  # a member that no rule can name


class Sets(Axis):
    """Sets of members; members that the same rules name are told apart by no rule: none, one or all of them are in."""

    def points(self, meanings: Sequence[Meaning]) -> Iterable[Point]:
        lists = [meaning.claim.members for meaning in meanings if isinstance(meaning.claim, Containing)]
        alike = cells(frozenset().union(*lists), lists)
        choices = [{_NONE, frozenset({next(iter(cell))}), cell} for cell in alike]
        for parts in product({_NONE, _OTHER}, *choices):
            yield frozenset().union(*parts) or None


SETS = Sets()


class Containing(Claim):
    """A claim about some members."""

    axis = SETS
    members: Members

    @property
    def weight(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True)
class HasAny(Containing):
    """One of these is in."""

    members: Members

    def holds(self, point: Point) -> bool:
        return point is not None and not self.members.isdisjoint(point)


@dataclass(frozen=True, slots=True)
class HasAll(Containing):
    """All of these are in."""

    members: Members

    def holds(self, point: Point) -> bool:
        return point is not None and self.members.issubset(point)


@dataclass(frozen=True, slots=True)
class IsExactly(Containing):
    """These are in, and nothing else."""

    members: Members

    def holds(self, point: Point) -> bool:
        return bool(point == self.members)
