"""Texts, choices, booleans and days of the year: claims about which value it is, or what a text is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from itertools import combinations
from typing import assert_never

from mappings.types.dates import month_day
from segments.lint.claims.base import Axis, Claim, Meaning, Point

_OTHER = "\0"  # no text can hold it, so a text with it is none that a rule names, and no needle reaches across it
_LEAP_YEAR = date(2000, 1, 1)


class Place(Enum):
    """Where in a text a needle stands."""

    BEGIN = "begin"
    ANYWHERE = "anywhere"
    END = "end"


class Open(Axis):
    """Values without an order, of which there are always more."""

    def points(self, meanings: Sequence[Meaning]) -> Iterable[Point]:
        claims = [meaning.claim for meaning in meanings]
        lists = [claim.values for claim in claims if isinstance(claim, OneOf)]
        needles = [claim for claim in claims if isinstance(claim, Has)]
        named = frozenset().union(*lists)
        yield None
        yield from named if needles else (next(iter(cell)) for cell in cells(named, lists))
        yield from _made_of(needles)


@dataclass(frozen=True, slots=True)
class Closed(Axis):
    """Values of which these are all."""

    values: frozenset[Point]

    def points(self, meanings: Sequence[Meaning]) -> Iterable[Point]:
        return (*self.values, None)


OPEN = Open()
TRUTHS = Closed(frozenset({True, False}))
YEAR = Closed(frozenset(month_day(_LEAP_YEAR + timedelta(days=day)) for day in range(366)))


def cells(named: frozenset[Point], lists: Sequence[frozenset[Point]]) -> list[frozenset[Point]]:
    """The named values, those that stand in the same lists together; none of the cells is empty."""
    found = [named] if named else []
    for values in lists:
        found = [part for cell in found for part in (cell & values, cell - values) if part]
    return found


@dataclass(frozen=True, slots=True)
class OneOf(Claim):
    """The value is one of these, folded as documents are compared."""

    values: frozenset[Point]
    axis: Axis = OPEN

    @property
    def weight(self) -> int:
        return len(self.values)

    def holds(self, point: Point) -> bool:
        return point in self.values


@dataclass(frozen=True, slots=True)
class Has(Claim):
    """The text has the folded needle at the place."""

    place: Place
    needle: str

    axis = OPEN

    def holds(self, point: Point) -> bool:
        if point is None:
            return False
        match self.place:
            case Place.BEGIN:
                return bool(point.startswith(self.needle))
            case Place.ANYWHERE:
                return self.needle in point
            case Place.END:
                return bool(point.endswith(self.needle))
            case _:
                assert_never(self.place)


def _made_of(needles: Sequence[Has]) -> Iterator[str]:
    """For each choice of needles a text that has these, and no other unless one of these brings it along."""
    for size in range(len(needles) + 1):
        for chosen in combinations(needles, size):
            begin, inner, end = (_at(place, chosen) for place in Place)
            yield _OTHER.join([max(begin, key=len, default=""), *inner, max(end, key=len, default="")])


def _at(place: Place, needles: Iterable[Has]) -> list[str]:
    return [one.needle for one in needles if one.place is place]
