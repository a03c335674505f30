"""Whether a document is what the database, asked before and after it was read, says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from store.drift import Kind
from store.expected import Known

_CONTACT_ID = re.compile("[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Held:
    """A document that the index holds under an id, at a version; and what it says of both and of its organisation.

    `contact_id` is the contact that has this id, None where none could.
    """

    id: str
    contact_id: int | None
    version: int
    org_id: int | None
    said_id: int | None
    said_version: int | None


@dataclass(frozen=True, slots=True)
class Drift:
    """A document that is not as it should be.

    `version` is the one that the contact had when this was found, `held` the document's, 0 where there is none.
    """

    kind: Kind
    id: str
    org_id: int
    version: int
    held: int
    fields: tuple[str, ...] = ()

    @property
    def contact_id(self) -> int | None:
        """The contact that has this id; None where none could."""
        return contact_of(self.id)


def judge(contact_id: int, before: Known | None, held: Held | None, after: Known | None) -> Drift | None:
    """What is wrong with the document `held` of the contact, which was read between `before` and `after`."""
    if after is None:
        return None if held is None else ownerless(held, 0)
    fields = _contradicted(held) if held is not None else ()
    kind = _kind(before, held, after)
    if kind is None and fields:
        kind = Kind.DIFFERENT if after.exists else Kind.ORPHAN
    if kind is None:
        return None
    return Drift(kind, str(contact_id), after.org_id, after.version, held.version if held else 0, fields)


def ownerless(held: Held, version: int) -> Drift:
    """The document is of no contact."""
    return Drift(Kind.ORPHAN, held.id, held.org_id or 0, version, held.version)


def _kind(before: Known | None, held: Held | None, after: Known) -> Kind | None:
    if held is not None and held.version > after.version:
        # Read before the version was: no writer can have been that far.
        return Kind.AHEAD if after.exists else Kind.ORPHAN
    if before != after or not after.settled:
        return None  # on its way
    if held is None or not after.exists:
        return _presence(held, after)
    if held.org_id != after.org_id:
        return Kind.WRONG_TENANT
    return Kind.STALE if held.version < after.version else None


def _presence(held: Held | None, after: Known) -> Kind | None:
    if after.exists:
        return Kind.MISSING if held is None else None
    return None if held is None else Kind.ORPHAN


def _contradicted(held: Held) -> tuple[str, ...]:
    """What the document says of itself and is not so: no writer of ours makes such a one."""
    said = {"contact_id": held.said_id == held.contact_id, "version": held.said_version == held.version}
    return tuple(name for name, true in said.items() if not true)


def contact_of(document_id: str) -> int | None:
    """The contact whose document has this id; None where none could."""
    return int(document_id) if _CONTACT_ID.fullmatch(document_id) else None
