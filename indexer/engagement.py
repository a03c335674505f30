"""The events of a batch of contacts, packed into the engagement fields of their documents.

Everything is done for the whole batch at once, on int64 arrays: one row for each pair of an event and a behaviour that
the event belongs to, sorted by contact, behaviour and age. A contact is meant by its place in the batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.columns import Integers
from mappings import timelines

Flags = NDArray[np.bool_]

# Stands for an event without an amount: no amount is as low (store/tables.py).
NO_AMOUNT = -(1 << 62)

_CODE_BITS = timelines.MAX_CODE.bit_length()
_MOST_PLACES = 1 << 12  # contacts in a batch; with the code that leaves 29 bits for the events of one


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Events as columns of equal length: the contact's place, id, epoch seconds, minor units or NO_AMOUNT."""

    contact: Integers
    event: Integers
    seconds: Integers
    amount: Integers


@dataclass(frozen=True, slots=True)
class Memberships:
    """Which event (its row in Occurrences) belongs to which behaviour (its code), as columns of equal length."""

    row: Integers
    code: Integers


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one packed field for the whole batch: those of place p are values[ends[p]:ends[p + 1]]."""

    values: list[int]
    ends: list[int]

    def of(self, place: int) -> list[int]:
        return self.values[self.ends[place] : self.ends[place + 1]]


@dataclass(frozen=True, slots=True)
class Engagement:
    """The packed fields of a batch, as mappings/timelines.py lays them out."""

    fields: tuple[tuple[str, Column], ...]
    spent_from: Column
    spent_to: Column

    def of(self, place: int) -> Iterator[tuple[str, list[int] | list[dict[str, int]]]]:
        """The fields of one contact that have values, by name."""
        for name, column in self.fields:
            if values := column.of(place):
                yield name, values
        if lower := self.spent_from.of(place):
            yield "amounts", [{"gte": gte, "lte": lte} for gte, lte in zip(lower, self.spent_to.of(place), strict=True)]


def pack(events: Occurrences, memberships: Memberships, contacts: int) -> Engagement:
    """The engagement fields of `contacts` contacts. Equal times are ranked by event id, the later one newer."""
    rows = _Rows.of(events, memberships, contacts)
    groups = _Groups(rows)
    return Engagement(
        fields=(
            (
                "events",
                rows.column(
                    timelines.pack_event(rows.code, groups.rank, rows.seconds), groups.rank <= timelines.MAX_RANK
                ),
            ),
            ("events_first", groups.column(timelines.pack_number(groups.code, groups.first_seconds))),
            ("events_count", groups.column(timelines.pack_number(groups.code, groups.size))),
            ("amounts_total", groups.column(groups.amount(groups.total), groups.paid)),
            ("amounts_average", groups.column(groups.amount(groups.average), groups.paid)),
            ("amounts_largest", groups.column(groups.amount(groups.largest), groups.paid)),
        ),
        spent_from=rows.column(timelines.pack_spent_from(rows.code, rows.seconds), groups.spending),
        spent_to=rows.column(timelines.pack_spent_to(rows.code, groups.spent_since), groups.spending),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """An event of a behaviour, sorted by contact and behaviour, the newest first."""

    contact: Integers
    code: Integers
    seconds: Integers
    amount: Integers
    contacts: int

    @classmethod
    def of(cls, events: Occurrences, memberships: Memberships, contacts: int) -> _Rows:
        if contacts > _MOST_PLACES:
            raise ValueError(f"{contacts} contacts in a batch, the sort key holds {_MOST_PLACES}")
        newest_first = np.lexsort((-events.event, -events.seconds))
        age = np.empty_like(newest_first)
        age[newest_first] = np.arange(len(age))
        # One number to sort by instead of contact, behaviour and age: sorting plain integers is the fast case.
        age_bits = max(1, len(age)).bit_length()
        key = (events.contact[memberships.row] << _CODE_BITS | memberships.code) << age_bits | age[memberships.row]
        key.sort()
        row = newest_first[key & ((1 << age_bits) - 1)]
        return cls(
            contact=key >> (age_bits + _CODE_BITS),
            code=(key >> age_bits) & timelines.MAX_CODE,
            seconds=events.seconds[row],
            amount=events.amount[row],
            contacts=contacts,
        )

    def column(self, values: Integers, kept: Flags) -> Column:
        return _column(values[kept], self.contact[kept], self.contacts)


class _Groups:
    """The rows of one contact and one behaviour, as far as the packed fields ask about them together."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        length = len(rows.code)
        changed = (np.diff(rows.contact) != 0) | (np.diff(rows.code) != 0)
        self._start: Integers = np.flatnonzero(np.concatenate((np.ones(min(1, length), dtype=bool), changed)))
        self.size: Integers = np.diff(np.append(self._start, length))
        self._number: Integers = np.repeat(np.arange(len(self._start)), self.size)
        self.code = rows.code[self._start]
        self.first_seconds = rows.seconds[self._start + self.size - 1]
        self.rank: Integers = np.arange(length) - self._start[self._number] + 1
        self._has_amount = rows.amount != NO_AMOUNT
        self._amount: Integers = np.where(self._has_amount, rows.amount, 0)

    def column(self, values: Integers, kept: Flags | None = None) -> Column:
        contact = self._rows.contact[self._start]
        if kept is None:
            return _column(values, contact, self._rows.contacts)
        return _column(values[kept], contact[kept], self._rows.contacts)

    @cached_property
    def kept(self) -> Flags:
        """Rows of `events`: the newest of each group."""
        return self.rank <= timelines.MAX_RANK

    @cached_property
    def _payments(self) -> Integers:
        return self._reduce(np.add, self._has_amount.astype(np.int64))

    @cached_property
    def paid(self) -> Flags:
        """Whether any event of the group has an amount."""
        return self._payments > 0

    @cached_property
    def total(self) -> Integers:
        return self._reduce(np.add, self._amount)

    @cached_property
    def average(self) -> Integers:
        """Over the events with an amount, to the minor unit below, so that "at least" and "less than" are exact."""
        return self.total // np.maximum(self._payments, 1)

    @cached_property
    def largest(self) -> Integers:
        return self._reduce(np.maximum, self._rows.amount)

    def amount(self, minor: Integers) -> Integers:
        """Packed; a sum beyond what can be packed stays at that bound."""
        held = np.clip(minor, -timelines.OFFSET, timelines.MAX_AMOUNT)
        return timelines.pack_amount(self.code, held)

    @cached_property
    def spending(self) -> Flags:
        """Rows of `amounts`: events with an amount, where no amount of the group is negative."""
        never_negative = self._reduce(np.minimum, self._amount) >= 0
        kept: Flags = self._has_amount & never_negative[self._number]
        return kept

    @cached_property
    def spent_since(self) -> Integers:
        """The sum of the group's amounts from this event to its newest; at most what can be packed."""
        running = np.cumsum(self._amount)
        before = (running - self._amount)[self._start]
        return np.minimum(running - before[self._number], timelines.OFFSET)

    def _reduce(self, by: np.ufunc, values: Integers) -> Integers:
        return by.reduceat(values, self._start) if len(self._start) else values[:0]


def _column(values: Integers, contact: Integers, contacts: int) -> Column:
    return Column(values.tolist(), np.searchsorted(contact, np.arange(contacts + 1)).tolist())
