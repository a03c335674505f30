"""A small organisation, written by plain SQL, and a look at what the index holds of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elasticsearch import NotFoundError
from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from indexer.connections import Connections
from runtime.settings import Settings
from store import organisations, tables


@dataclass(frozen=True, slots=True)
class Shop:
    """An organisation with the event types purchase (by the contact) and shipped (by the shop), and channel email."""

    engine: Engine
    org: int
    purchase: int
    shipped: int
    email: int

    @classmethod
    def open(cls, engine: Engine, name: str = "shop", time_zone: str = "UTC") -> Shop:
        with engine.begin() as db:
            org = organisations.create(db, name, time_zone).id
            purchase = add(db, tables.event_types, org_id=org, key="purchase", label="Purchase", actor="contact")
            shipped = add(db, tables.event_types, org_id=org, key="shipped", label="Shipped", actor="organisation")
            email = add(db, tables.channels, org_id=org, key="email", label="E-mail")
        return cls(engine, org, purchase, shipped, email)

    def contact(self, external_id: str, **values: object) -> int:
        with self.engine.begin() as db:
            return add(db, tables.contacts, org_id=self.org, external_id=external_id, **values)

    def contacts(self, count: int, prefix: str = "c") -> list[int]:
        """So many contacts, whose country is DE, in one statement."""
        made = text("""
            INSERT INTO contacts (org_id, external_id, country)
            SELECT :org, :prefix || number, 'DE' FROM generate_series(1, :count) AS number RETURNING id""")
        with self.engine.begin() as db:
            rows = db.execute(made, {"org": self.org, "prefix": prefix, "count": count})
            return sorted(rows.scalars())

    def event(self, contact: int, seconds: int, kind: int | None = None, **values: object) -> int:
        at = datetime.fromtimestamp(seconds, UTC)
        with self.engine.begin() as db:
            return add(db, tables.events, contact_id=contact, event_type_id=kind or self.purchase, at=at, **values)

    def run(self, statement: str, **parameters: object) -> None:
        """Run SQL and commit."""
        with self.engine.begin() as db:
            db.execute(text(statement), parameters)

    def code(self, key: str) -> int:
        """The code of one of its behaviours."""
        with self.engine.connect() as db:
            of = tables.behaviours.c
            return int(db.execute(select(of.code).where(of.org_id == self.org, of.key == key)).scalar_one())

    def pending(self) -> int:
        with self.engine.connect() as db:
            state = tables.index_state.c
            return int(db.execute(select(func.count()).where(state.version > state.indexed_version)).scalar_one())

    def error(self, contact: int) -> str | None:
        with self.engine.connect() as db:
            state = tables.index_state.c
            found: str | None = db.execute(select(state.error).where(state.contact_id == contact)).scalar_one()
            return found


def add(db: Connection, table: Table, /, **values: object) -> int:
    """Insert a row; its id."""
    return int(db.execute(insert(table).values(values).returning(table.c.id)).scalar_one())


def held(connections: Connections, contact: int, index: str | None = None) -> dict[str, Any] | None:
    """What the index that is read (or that of the name) returns of a contact, found or not yet."""
    try:
        answer = connections.indices.client.get(index=index or connections.alias, id=str(contact))
    except NotFoundError:
        return None
    found: dict[str, Any] = answer["_source"]
    return found


def found(connections: Connections, index: str | None = None, **terms: object) -> set[int]:
    """The contacts that a search finds."""
    query = {"bool": {"filter": [{"term": {field: value}} for field, value in terms.items()]}}
    hits = connections.indices.client.search(index=index or connections.alias, query=query, size=10_000, source=False)
    return {int(hit["_id"]) for hit in hits["hits"]["hits"]}


def count(connections: Connections, index: str | None = None) -> int:
    """How many contacts a search finds."""
    return int(connections.indices.client.count(index=index or connections.alias)["count"])


def environment(settings: Settings) -> dict[str, str]:
    """For a process of its own on the same servers."""
    given = {"database_url", "redis_url", "elasticsearch_url", "index_prefix"}
    return os.environ | {name.upper(): str(getattr(settings, name)) for name in given}
