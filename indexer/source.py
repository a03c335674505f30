"""Reads all that the documents of a batch of contacts are made of, as it was at one instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnClause,
    Connection,
    Engine,
    Text,
    any_,
    bindparam,
    cast,
    literal_column,
    select,
    text,
)

from indexer.columns import read_columns
from indexer.engagement import NO_AMOUNT
from indexer.registry import Registry, read_registry
from indexer.rows import COMPANY_FIELDS, CONTACT_FIELDS, Company, Contact, Details, Events, Rows, State
from mappings.standard import Standard
from store import tables

_POSTGRES_EPOCH = 946_684_800  # a binary timestamptz counts microseconds from 2000-01-01
_MICROSECONDS = 1_000_000


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection whose every query sees the database as it was at the first one."""
    seen_once = engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with seen_once as db, db.begin():
        yield db


def read(db: Connection, contact_ids: Iterable[int]) -> Rows:
    """The rows of these contacts, one query a relation. `db` is a snapshot."""
    ids = {"ids": _array(contact_ids)}
    states = tuple(State(*row) for row in db.execute(_STATES, ids))
    contacts = {row[0]: _contact(*row) for row in db.execute(_CONTACTS, ids)}
    company_ids = {one.company_id for one in contacts.values() if one.company_id is not None}
    companies = {row[0]: _company(*row) for row in db.execute(_COMPANIES, {"ids": _array(company_ids)})}
    registry = read_registry(db, {state.org_id for state in states})
    return Rows(
        states=states,
        contacts=contacts,
        companies=companies,
        sets=_sets(db, ids),
        events=_events(db, ids),
        details=_details(db, ids, registry),
        registry=registry,
    )


def _array(ids: Iterable[int]) -> str:
    """PostgreSQL's way of writing an array. psycopg takes half a millisecond to write a list of a thousand."""
    return f"{{{','.join(map(str, sorted(ids)))}}}"


def _contact(
    _id: int, company_id: int | None, owner: int | None, team: int | None, custom: str, *values: object
) -> Contact:
    return Contact(company_id, owner, team, custom, values)


def _company(_id: int, org_id: int, custom: str, *values: object) -> Company:
    return Company(org_id, custom, values)


def _details(db: Connection, ids: dict[str, str], registry: Registry) -> dict[int, Details]:
    if not registry.declared:
        return {}
    event_types = {declared.event_type for declared in registry.declared}
    rows = db.execute(_DETAILS, ids | {"event_types": _array(event_types)})
    return {row[0]: Details(*row[1:]) for row in rows}


def _sets(db: Connection, ids: dict[str, str]) -> tuple[tuple[str, dict[int, list[int]]], ...]:
    channels = db.execute(_CHANNELS, ids).all()
    return (
        ("tags", dict(db.execute(_TAGS, ids).all())),
        ("lists", dict(db.execute(_LISTS, ids).all())),
        ("channels", {contact: reachable for contact, reachable, _ in channels if reachable}),
        ("unsubscribed", {contact: unsubscribed for contact, _, unsubscribed in channels if unsubscribed}),
    )


def _events(db: Connection, ids: dict[str, str]) -> Events:
    columns = read_columns(db, _EVENTS, ids | {"no_amount": NO_AMOUNT})
    contact, event, event_type, channel, at, amount = columns
    return Events(contact, event, event_type, channel, at // _MICROSECONDS + _POSTGRES_EPOCH, amount)


def _written(field: Standard) -> ColumnClause[object]:
    """The field's value in the form that documents have it in."""
    match field.type.name:
        case "date":
            return literal_column(f"to_char({field.column}, 'YYYY-MM-DD')")
        case "datetime":
            return literal_column(f"""to_char({field.column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""")
        case _:
            return literal_column(field.column)


_IDS = any_(cast(bindparam("ids", type_=Text), ARRAY(BigInteger)))
_STATES = text(
    """SELECT contact_id, org_id, version
       FROM index_state WHERE contact_id = ANY (CAST(:ids AS bigint[])) ORDER BY contact_id"""
)
_C = tables.contacts.alias("c")
_CONTACTS = select(
    _C.c.id, _C.c.company_id, _C.c.owner_id, _C.c.team_id, cast(_C.c.custom, Text), *map(_written, CONTACT_FIELDS)
).where(_C.c.id == _IDS)
_K = tables.companies.alias("k")
_COMPANIES = select(_K.c.id, _K.c.org_id, cast(_K.c.custom, Text), *map(_written, COMPANY_FIELDS)).where(
    _K.c.id == _IDS
)
_TAGS = text(
    """SELECT contact_id, array_agg(tag_id ORDER BY tag_id)
       FROM contact_tags WHERE contact_id = ANY (CAST(:ids AS bigint[])) GROUP BY 1"""
)
_LISTS = text(
    """SELECT contact_id, array_agg(segment_id ORDER BY segment_id)
       FROM static_members WHERE contact_id = ANY (CAST(:ids AS bigint[])) GROUP BY 1"""
)
_CHANNELS = text(
    """SELECT contact_id,
              array_agg(channel_id ORDER BY channel_id) FILTER (WHERE reachable),
              array_agg(channel_id ORDER BY channel_id) FILTER (WHERE unsubscribed)
       FROM contact_channels WHERE contact_id = ANY (CAST(:ids AS bigint[])) GROUP BY 1"""
)

_EVENTS = b"""SELECT array_agg(contact_id), array_agg(id), array_agg(event_type_id), array_agg(coalesce(channel_id, 0)),
                     array_agg(at), array_agg(coalesce(amount, %(no_amount)s))
              FROM events WHERE contact_id = ANY (CAST(%(ids)s AS bigint[]))"""
_DETAILS = text(
    """SELECT id, amount, channel_id, properties::text
       FROM events
       WHERE contact_id = ANY (CAST(:ids AS bigint[])) AND event_type_id = ANY (CAST(:event_types AS bigint[]))"""
)
