"""What became of documents that were sent to the index."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A contact at a version that the index does not take, and why: sending it again would change nothing."""

    contact_id: int
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of the documents sent to one index: written, found there in a newer version, refused."""

    written: int
    newer: int
    refused: tuple[Refusal, ...]

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.written + other.written, self.newer + other.newer, self.refused + other.refused)


NOTHING = Outcome(0, 0, ())
