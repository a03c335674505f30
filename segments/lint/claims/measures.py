"""Engagement: claims about how much of something lies within a window of time.

A measure (how often, how much was spent) never falls when its window grows. That is all that is used: rules on windows
that overlap in part do not bear on each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations, product

from segments.lint.claims.base import Axis, Claim, Meaning, Point
from segments.operators.windows import Seconds, Times

ALWAYS = Seconds(0, None)


class Measure(Axis):
    """How much of it lies in each window: a point gives that by window, 0 where it says nothing."""

    def points(self, meanings: Sequence[Meaning]) -> Iterable[Point]:
        claims = [meaning.claim for meaning in meanings if isinstance(meaning.claim, Measured)]
        known = any(meaning.known for meaning in meanings)
        windows = tuple({claim.window for claim in claims} | ({ALWAYS} if known else set()))
        # Where claims change their truth. Rounding down to these keeps what has grown with its window.
        amounts = {0, int(known)}.union(*(claim.edges for claim in claims))
        nested = [(a, b) for a, b in permutations(range(len(windows)), 2) if _lies_in(windows[a], windows[b])]
        empty = [place for place, window in enumerate(windows) if _is_empty(window)]
        for point in product(amounts, repeat=len(windows)):
            if all(point[inner] <= point[outer] for inner, outer in nested) and not any(point[at] for at in empty):
                yield Counter(dict(zip(windows, point, strict=True)))

    def missing(self, point: Point) -> bool:
        return bool(point[ALWAYS] == 0)


def _lies_in(inner: Seconds, outer: Seconds) -> bool:
    if inner.low < outer.low:
        return False
    return outer.high is None or (inner.high is not None and inner.high <= outer.high)


def _is_empty(window: Seconds) -> bool:
    return window.high is not None and window.low >= window.high


HOW_OFTEN = Measure()
HOW_MUCH = Measure()


@dataclass(frozen=True, slots=True)
class Measured(Claim):
    """So much within the window, of times or of money in minor units."""

    axis: Measure
    window: Seconds
    bounds: Times

    @property
    def edges(self) -> Iterable[int]:
        """Where its truth changes."""
        high = self.bounds.high
        return (self.bounds.low,) if high is None else (self.bounds.low, high + 1)

    def holds(self, point: Point) -> bool:
        return self.bounds.hold(point[self.window])
