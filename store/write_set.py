"""The table `indices`: which indices there are, which of them workers write to, how far a rebuild has come."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, func, insert, select, text, update

from mappings.index import fingerprint
from store.tables import index_moves, indices, organisations


@dataclass(frozen=True, slots=True)
class Entry:
    """An index. building: written, not read; live: read; retired: neither, to be deleted.

    `org_id` is the organisation whose own it is, None that of all who have none. `fingerprint` is that of the contract
    it was built by. Every contact up to `backfilled_through` was sent to it. `joining` is the organisation that moves
    into it, `leaving` are those that moved out and whose documents may still stand there.
    """

    name: str
    state: str
    org_id: int | None
    shards: int | None
    fingerprint: str
    backfilled_through: int
    backfill_total: int
    backfill_done: int
    joining: int | None
    leaving: frozenset[int]

    @property
    def target(self) -> str:
        """The alias that workers write through. An index of that name alone is never made by writing to it."""
        return f"{self.name}.write"

    @property
    def moving(self) -> frozenset[int]:
        """Organisations some of whose documents may stand here though the index does not hold them."""
        return self.leaving if self.joining is None else self.leaving | {self.joining}


def write_set(db: Connection, alias: str) -> tuple[Entry, ...]:
    """The indices that changes go to: the live ones and the one being built. `holding` says which change goes where."""
    return _entries(db, _select(alias, "live", "building"))


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


def live(db: Connection, alias: str, org_id: int | None = None) -> Entry | None:
    """The organisation's own index, or the shared one, that is read."""
    return _first(db, _select(alias, "live").where(indices.c.org_id.is_not_distinct_from(org_id)))


def building(db: Connection, alias: str, *, hold: bool = False) -> Entry | None:
    """The index that a rebuild fills; held, nobody else changes its state before this transaction ends."""
    return _first(db, _select(alias, "building"), hold=hold)


def get(db: Connection, name: str, *, hold: bool = False) -> Entry | None:
    """The index of that name, unless it was forgotten; held as above."""
    return _first(db, select(*_COLUMNS).where(indices.c.name == name), hold=hold)


def retired(db: Connection, alias: str, *, grace_seconds: float) -> tuple[Entry, ...]:
    """Indices that were retired longer ago than that."""
    before = func.clock_timestamp() - timedelta(seconds=grace_seconds)
    return _entries(db, _select(alias, "retired").where(indices.c.changed_at <= before))


def orphaned(db: Connection, alias: str) -> tuple[Entry, ...]:
    """Indices of organisations that are gone."""
    theirs = select(organisations.c.id).where(organisations.c.id == indices.c.org_id)
    query = _select(alias, "building", "live", "retired")
    return _entries(db, query.where(indices.c.org_id.is_not(None), ~theirs.exists()))


def register(db: Connection, alias: str, org_id: int | None = None, shards: int | None = None) -> Entry:
    """A new name. It counts as retired until its index exists, so that what a crash leaves behind is cleaned up."""
    row = {
        "name": f"{alias}-{secrets.token_hex(4)}",
        "alias": alias,
        "state": "retired",
        "org_id": org_id,
        "shards": shards,
        "fingerprint": fingerprint(),
    }
    return _entry(db.execute(insert(indices).values(row).returning(*_COLUMNS)).mappings().one())


def set_state(db: Connection, name: str, state: str) -> None:
    """The index is from now on live or retired, and nothing is known to be the matter with it."""
    _update(db, name, state=state, fault=None)


def begin_backfill(db: Connection, name: str, total: int) -> Entry:
    """The index joins the write set; nothing was sent yet, of about `total` contacts."""
    return _update(db, name, state="building", backfilled_through=0, backfill_done=0, backfill_total=total)


def advance_backfill(db: Connection, name: str, *, through: int, sent: int) -> Entry:
    """Every contact up to `through` was sent, `sent` of them since the last call."""
    done = indices.c.backfill_done + sent
    return _update(db, name, backfilled_through=through, backfill_done=done)


def ask(db: Connection, alias: str) -> None:
    """Every index that is read shall be built anew, by this contract; asked again before all are, it is once."""
    if asked(db, alias) is None:
        _want(db, alias, fingerprint())


def asked(db: Connection, alias: str) -> Entry | None:
    """The next index that shall be built anew by this contract: the shared one first."""
    query = _select(alias, "live").where(indices.c.wanted == fingerprint())
    return _first(db, query.order_by(None).order_by(indices.c.org_id.asc().nulls_first()))


def unask(db: Connection, alias: str) -> None:
    """No index shall be built anew."""
    _want(db, alias, None)


def _want(db: Connection, alias: str, wanted: str | None) -> None:
    db.execute(update(indices).where(indices.c.alias == alias, indices.c.state == "live").values(wanted=wanted))


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


def _moving(state: str) -> Any:
    """The organisations that are joining or leaving the index of the row, as an array."""
    theirs = select(index_moves.c.org_id).where(index_moves.c.index_name == indices.c.name)
    return func.array(theirs.where(index_moves.c.state == state).scalar_subquery()).label(state)


_COLUMNS = (
    indices.c.name,
    indices.c.state,
    indices.c.org_id,
    indices.c.shards,
    indices.c.fingerprint,
    indices.c.backfilled_through,
    indices.c.backfill_total,
    indices.c.backfill_done,
    _moving("joining"),
    _moving("leaving"),
)


def _entry(row: RowMapping) -> Entry:
    joining, leaving = row["joining"], frozenset(row["leaving"])
    return Entry(**{**row, "joining": next(iter(joining), None), "leaving": leaving})


def _select(alias: str, *states: str) -> Select[Any]:
    return select(*_COLUMNS).where(indices.c.alias == alias, indices.c.state.in_(states)).order_by(indices.c.created_at)


def _entries(db: Connection, query: Select[Any]) -> tuple[Entry, ...]:
    return tuple(map(_entry, db.execute(query).mappings()))


def _first(db: Connection, query: Select[Any], *, hold: bool = False) -> Entry | None:
    query = query.with_for_update() if hold else query
    row = db.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else _entry(row)


def _update(db: Connection, name: str, **values: object) -> Entry:
    changed = update(indices).where(indices.c.name == name).values(changed_at=func.clock_timestamp(), **values)
    return _entry(db.execute(changed.returning(*_COLUMNS)).mappings().one())
