"""Which index holds which organisation. Whoever writes to indices, fills them or checks them asks here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement

from store.write_set import Entry


@dataclass(frozen=True, slots=True)
class Organisations:
    """Those whose contacts an index holds: one of them only, or all but some."""

    only: int | None = None
    without: frozenset[int] = frozenset()

    def __contains__(self, org_id: int) -> bool:
        return self.only in {None, org_id} and org_id not in self.without

    def chosen(self, org_id: Column[int]) -> ColumnElement[bool]:
        """The condition that a row is of one of them."""
        return org_id.not_in(sorted(self.without)) if self.only is None else org_id == self.only


def organisations_of(entries: Iterable[Entry], entry: Entry) -> Organisations:
    """Those that the index holds whole, or will once it is built; `entries` are the write set.

    Documents of organisations that are `moving` may stand there beside them.
    """
    if entry.org_id is not None:
        return Organisations(only=entry.org_id)
    return Organisations(without=_apart(entries))


def holders(entries: Iterable[Entry], org_id: int) -> tuple[Entry, ...]:
    """The indices of the write set that every change of the organisation's contacts goes to."""
    entries = tuple(entries)
    apart = org_id in _apart(entries)
    return tuple(
        entry
        for entry in entries
        if entry.org_id == org_id or (entry.org_id is None and (not apart or entry.joining == org_id))
    )


def _apart(entries: Iterable[Entry]) -> frozenset[int]:
    """The organisations that are read from an index of their own."""
    return frozenset(one.org_id for one in entries if one.org_id is not None and one.state == "live")
