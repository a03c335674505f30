"""What became of each item of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segments.errors import Problem

Status = Literal["created", "updated", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of the item at `index`; a refused one has no id and all of its problems, each with its place."""

    index: int
    id: int | None
    status: Status
    problems: tuple[Problem, ...] = ()
