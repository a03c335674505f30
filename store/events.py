"""Events, written in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, text

from segments.errors import Problem
from store import behaviours, state, turns
from store.items.batches import in_order, read_each
from store.items.events import EventReader
from store.items.problems import collected
from store.items.rows import EventRow
from store.outcomes import Outcome
from store.postgres import clock
from store.texts import external_id_of
from store.writing import events as writing
from store.writing import staging
from store.writing.events import Dated


def write(db: Connection, org_id: int, items: Sequence[object]) -> tuple[Outcome, ...]:
    """Add events to contacts, each named by `contact` (external_id); an outcome for each item, in their order.

    A type and id that were there before are the same event: it is updated where it differs, moved where the contact
    does. Where one comes twice the last item counts, and both have its outcome. Other items are new events.
    """
    turns.batch(db, org_id)
    reader = EventReader(clock(db), behaviours.taken(db, org_id), beside=("contact",))
    rows, refused = read_each(items, lambda item: _read(reader, item))
    contacts = _contacts(db, org_id, {contact for contact, _ in rows.values()})
    dated = {index: Dated(index, contacts[name], event) for index, (name, event) in rows.items() if name in contacts}
    staging.prepare(db)
    named = writing.Named.ensure(db, org_id, (one.event for one in dated.values()))
    writing.stage(db, dated.values(), named)
    state.lock(db, {*writing.holders(db), *(one.contact_id for one in dated.values())})
    written = {writing.identity(dated[one.position]): one for one in writing.write_each(db)}
    outcomes = dict(refused)
    for index, (name, _) in rows.items():
        if name not in contacts:
            outcomes[index] = Outcome(index, None, "refused", (_unknown(name),))
        else:
            stored = written[writing.identity(dated[index])]
            outcomes[index] = Outcome(index, stored.id, stored.status)
    return in_order(outcomes.values())


def _read(reader: EventReader, item: object) -> tuple[str, EventRow]:
    with collected() as problems:
        event = reader.read(item, "#", problems)
        named = item.get("contact") if isinstance(item, Mapping) else None
        contact = problems.attempt("#/contact", lambda raw: external_id_of(raw, "the contact"), named)
    assert event is not None
    assert contact is not None
    return contact, event


def _contacts(db: Connection, org_id: int, external_ids: Iterable[str]) -> dict[str, int]:
    found = text("SELECT external_id, id FROM contacts WHERE org_id = :org AND external_id = ANY (:external_ids)")
    return dict(map(tuple, db.execute(found, {"org": org_id, "external_ids": list(external_ids)})))


def _unknown(contact: str) -> Problem:
    return Problem("#/contact", "unknown", f"there is no contact with the external_id {contact!r}")
