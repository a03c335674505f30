"""The highest rank of any contact's event at or after an instant: what closed windows are compiled with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.audience.index import Contacts, Search
from mappings.timelines import MAX_RANK, MAX_SECONDS, pack_event
from segments import ClosedWindow

WIDTH = 16  # ranks asked about in one round trip for a window: two round trips find most bounds


@dataclass(frozen=True, slots=True)
class _Bracket:
    """The rank `low` is there (0 always is); no rank above `high` is."""

    low: int = 0
    high: int = MAX_RANK

    def probes(self) -> range | tuple[int, ...]:
        """Ranks to ask about next: doubling at first, as most bounds are small, then evenly spread."""
        if self.low == 0 and self.high == MAX_RANK:
            return (1, 2, 4, 8, 16, 32, 64, 128, 256, MAX_RANK)
        return range(self.low + 1, self.high + 1, max(1, -(-(self.high - self.low) // WIDTH)))

    def narrowed(self, found: Mapping[int, bool]) -> _Bracket:
        """A newer event has a smaller rank, so below a rank that is there all are, and above one that is not none."""
        low = max((rank for rank, there in found.items() if there), default=self.low)
        high = min((rank - 1 for rank, there in found.items() if not there), default=self.high)
        return _Bracket(low, high)


def highest_ranks(contacts: Contacts, windows: Iterable[ClosedWindow]) -> dict[ClosedWindow, int]:
    """For each window the highest rank, 0 to 511, that an event of its behaviour has at or after its end; exact."""
    brackets = dict.fromkeys(windows, _Bracket())
    while open_ones := {window: one for window, one in brackets.items() if one.low < one.high}:
        asked = [(window, rank) for window, one in open_ones.items() for rank in one.probes()]
        answers = contacts.searches([_search(contacts, window, rank) for window, rank in asked])
        there = {key: answer["hits"]["total"]["value"] > 0 for key, answer in zip(asked, answers, strict=True)}
        for window, one in open_ones.items():
            brackets[window] = one.narrowed({rank: found for (of, rank), found in there.items() if of == window})
    return {window: one.low for window, one in brackets.items()}


def _search(contacts: Contacts, window: ClosedWindow, rank: int) -> Search:
    span = {"gte": pack_event(window.code, rank, window.before), "lte": pack_event(window.code, rank, MAX_SECONDS)}
    return {"size": 0, "track_total_hits": 1, "query": contacts.fenced({"range": {"events": span}})}
