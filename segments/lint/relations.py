"""How two rules bear on each other: which of the four ways of holding and failing together there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from segments.lint.claims import ANYWHERE, Axis, Meaning
from segments.lint.literals import Literal


@dataclass(frozen=True, slots=True)
class Relation:
    """The pairs of truths that some contact can have, of the first and the second."""

    seen: frozenset[tuple[bool, bool]]

    @property
    def exclusive(self) -> bool:
        """No contact meets both."""
        return (True, True) not in self.seen

    @property
    def exhaustive(self) -> bool:
        """Every contact meets one of them."""
        return (False, False) not in self.seen

    @property
    def implies(self) -> bool:
        """Who meets the first meets the second."""
        return (True, False) not in self.seen

    @property
    def implied(self) -> bool:
        """Who meets the second meets the first."""
        return (False, True) not in self.seen


def relation(first: Literal, second: Literal) -> Relation | None:
    """How the two, of one subject, bear on each other; None where that is not known."""
    if first.meaning is None or second.meaning is None:
        # Nothing is known of them, unless they are the same.
        same = first.rule == second.rule
        return _turned({(True, True), (False, False)}, first, second) if same else None
    axis = _shared(first.meaning.claim.axis, second.meaning.claim.axis)
    return None if axis is None else _turned(together(first.meaning, second.meaning, axis), first, second)


def together(first: Meaning, second: Meaning, axis: Axis) -> frozenset[tuple[bool, bool]]:
    """The pairs of truths that the two have on the points of the axis, which both fit on."""
    return frozenset((first.holds(point, axis), second.holds(point, axis)) for point in axis.points([first, second]))


def truths(literal: Literal) -> set[bool]:
    """Whether there are contacts that meet the literal, and such that do not."""
    if literal.meaning is None:
        return {True, False}
    meaning, axis = literal.meaning, literal.meaning.claim.axis
    return {meaning.holds(point, axis) is not literal.negated for point in axis.points([meaning])}


def _shared(first: Axis, second: Axis) -> Axis | None:
    if first is ANYWHERE:
        return second
    return first if second in (ANYWHERE, first) else None


def _turned(seen: Iterable[tuple[bool, bool]], first: Literal, second: Literal) -> Relation:
    return Relation(frozenset((a is not first.negated, b is not second.negated) for a, b in seen))
