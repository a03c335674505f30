"""How large a tree may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one tree; each can be set."""

    depth: int = 12  # groups within groups; people stop reading at four
    rules: int = 300  # a clause each: far below Elasticsearch's own limit of thousands
    values: int = 10_000  # in one list; Elasticsearch itself stops at 65,536
    needle: int = 200  # characters of a text that is searched for within others
    references: int = 5  # segments within segments
    expanded: int = 2_000  # rules once references are replaced: segments that name others twice grow without bound
