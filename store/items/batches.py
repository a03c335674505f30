"""A batch of items, read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from store.items.problems import RefusedItem
from store.outcomes import Outcome

T = TypeVar("T")


def read_each(items: Iterable[object], read: Callable[[object], T]) -> tuple[dict[int, T], dict[int, Outcome]]:
    """The rows that were read and the outcomes of items that were refused, by place."""
    rows: dict[int, T] = {}
    refused: dict[int, Outcome] = {}
    for index, item in enumerate(items):
        try:
            rows[index] = read(item)
        except RefusedItem as error:
            refused[index] = Outcome(index, None, "refused", error.problems)
    return rows, refused


def in_order(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes in the order of their items."""
    return tuple(sorted(outcomes, key=lambda outcome: outcome.index))
