"""The table `indices`: which indices there are, which of them workers write to, how far a rebuild has come."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, func, insert, select, text, update

from mappings.index import fingerprint
from store.tables import indices


@dataclass(frozen=True, slots=True)
class Entry:
    """An index. building: written, not read; live: read through the alias; retired: neither, to be deleted.

    `fingerprint` is that of the contract it was built by. Every contact up to `backfilled_through` was sent to it.
    """

    name: str
    state: str
    fingerprint: str
    backfilled_through: int
    backfill_total: int
    backfill_done: int

    @property
    def target(self) -> str:
        """The alias that workers write through. An index of that name alone is never made by writing to it."""
        return f"{self.name}.write"


@dataclass(frozen=True, slots=True)
class Known:
    """An index as people see it: `done` of about `total` contacts were sent to it by the rebuild that made it."""

    name: str
    state: str
    done: int
    total: int
    created_at: datetime
    changed_at: datetime


def known(db: Connection, alias: str) -> tuple[Known, ...]:
    """Every index, the oldest first."""
    c = indices.c
    columns = (c.name, c.state, c.backfill_done, c.backfill_total, c.created_at, c.changed_at)
    query = select(*columns).where(c.alias == alias).order_by(c.created_at)
    return tuple(Known(*row) for row in db.execute(query))


def write_set(db: Connection, alias: str) -> tuple[Entry, ...]:
    """The indices that every change goes to: the live one and the one being built."""
    return _entries(db, alias, "live", "building")


def keep_one(db: Connection, entries: Collection[Entry]) -> bool:
    """Whether changes still go to one of these indices; it is not given up before this transaction ends."""
    query = (
        select(indices.c.name)
        .where(indices.c.name.in_([entry.name for entry in entries]), indices.c.state.in_(("live", "building")))
        .order_by(indices.c.state.desc())  # a swap holds the one being built, and nobody the live one
        .limit(1)
        .with_for_update(read=True, key_share=True)
    )
    return db.execute(query).first() is not None


def live(db: Connection, alias: str) -> Entry | None:
    """The index that is read."""
    return next(iter(_entries(db, alias, "live")), None)


def building(db: Connection, alias: str, *, hold: bool = False) -> Entry | None:
    """The index that a rebuild fills; held, nobody else changes its state before this transaction ends."""
    query = _select(alias, "building").limit(1)
    row = db.execute(query.with_for_update() if hold else query).mappings().one_or_none()
    return None if row is None else _entry(row)


def get(db: Connection, name: str, *, hold: bool = False) -> Entry | None:
    """The index of that name, unless it was forgotten; held as above."""
    query = select(*_COLUMNS).where(indices.c.name == name)
    row = db.execute(query.with_for_update() if hold else query).mappings().one_or_none()
    return None if row is None else _entry(row)


def retired(db: Connection, alias: str, *, grace_seconds: float) -> tuple[Entry, ...]:
    """Indices that were retired longer ago than that."""
    query = _select(alias, "retired").where(
        indices.c.changed_at <= func.clock_timestamp() - timedelta(seconds=grace_seconds)
    )
    return tuple(map(_entry, db.execute(query).mappings()))


def register(db: Connection, alias: str) -> Entry:
    """A new name. It counts as retired until its index exists, so that what a crash leaves behind is cleaned up."""
    row = {
        "name": f"{alias}-{secrets.token_hex(4)}",
        "alias": alias,
        "state": "retired",
        "fingerprint": fingerprint(),
    }
    return _entry(db.execute(insert(indices).values(row).returning(*_COLUMNS)).mappings().one())


def set_state(db: Connection, name: str, state: str) -> None:
    """The index is from now on live or retired."""
    _update(db, name, state=state)


def begin_backfill(db: Connection, name: str, total: int) -> Entry:
    """The index joins the write set; nothing was sent yet, of about `total` contacts."""
    return _update(db, name, state="building", backfilled_through=0, backfill_done=0, backfill_total=total)


def advance_backfill(db: Connection, name: str, *, through: int, sent: int) -> Entry:
    """Every contact up to `through` was sent, `sent` of them since the last call."""
    done = indices.c.backfill_done + sent
    return _update(db, name, backfilled_through=through, backfill_done=done)


def forget(db: Connection, name: str) -> None:
    """The index is gone."""
    db.execute(delete(indices).where(indices.c.name == name))


@contextmanager
def alone(engine: Engine, alias: str, *, patience_seconds: float = 0.0) -> Iterator[bool]:
    """Whether this process is the only one that creates, fills, swaps or deletes indices of the alias in the block.

    PostgreSQL holds the lock for the connection: it is free as soon as the process that held it is gone, and with some
    patience PostgreSQL has noticed that.
    """
    deadline = time.monotonic() + patience_seconds
    key = {"key": f"indices of {alias}"}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        while not (got := bool(db.execute(_TRY_LOCK, key).scalar_one())) and time.monotonic() < deadline:
            time.sleep(0.05)
        try:
            yield got
        finally:
            if got:
                db.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), key)


_TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))")

_COLUMNS = (
    indices.c.name,
    indices.c.state,
    indices.c.fingerprint,
    indices.c.backfilled_through,
    indices.c.backfill_total,
    indices.c.backfill_done,
)


def _entry(row: RowMapping) -> Entry:
    return Entry(**row)


def _select(alias: str, *states: str) -> Select[Any]:
    return select(*_COLUMNS).where(indices.c.alias == alias, indices.c.state.in_(states)).order_by(indices.c.created_at)


def _entries(db: Connection, alias: str, *states: str) -> tuple[Entry, ...]:
    return tuple(map(_entry, db.execute(_select(alias, *states)).mappings()))


def _update(db: Connection, name: str, **values: object) -> Entry:
    changed = update(indices).where(indices.c.name == name).values(changed_at=func.clock_timestamp(), **values)
    return _entry(db.execute(changed.returning(*_COLUMNS)).mappings().one())
