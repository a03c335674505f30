"""How far the filling of an index is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of about `total` contacts are in the index `name`."""

    name: str
    done: int
    total: int
