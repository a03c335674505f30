"""The table `index_moves`: organisations on their way into a shared index, or out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from store.tables import contact_version, index_moves, indices

_C = index_moves.c


@dataclass(frozen=True, slots=True)
class Move:
    """An organisation joins the index, or leaves it. Every contact up to `through` was sent there again, or removed.

    `fence` is a version drawn after every writer could know of the move: a higher one was written by somebody who did.
    """

    index_name: str
    org_id: int
    state: str
    fence: int
    through: int
    total: int
    done: int


def begin_joining(db: Connection, index_name: str, org_id: int, total: int) -> Move:
    """From this transaction's end on the organisation's changes are written to the index as well."""
    return _begin(db, index_name, org_id, "joining", total)


def begin_leaving(db: Connection, index_name: str, org_id: int, total: int) -> Move:
    """The organisation is held by another index: what the index has of it is to be removed."""
    return _begin(db, index_name, org_id, "leaving", total)


def fenced(db: Connection, move: Move) -> Move:
    """The move with its fence, which is drawn once. To be called after the transaction that began the move."""
    if move.fence:
        return move
    return _update(db, move, fence=contact_version.next_value())


def advance(db: Connection, move: Move, *, through: int, done: int) -> Move:
    """Every contact up to `through` was seen to, `done` in all."""
    return _update(db, move, through=through, done=done)


def end(db: Connection, move: Move) -> None:
    """The organisation has arrived, or nothing of it is left."""
    db.execute(delete(index_moves).where(*_key(move)))


def joining(db: Connection, alias: str, *, hold: bool = False) -> Move | None:
    """The move into a shared index that was begun; held, it does not end before this transaction does."""
    return _first(db, _select(alias, "joining"), hold=hold)


def leaving(db: Connection, alias: str, *, grace_seconds: float) -> Move | None:
    """The next organisation that left an index which is still read, longer ago than that."""
    before = func.clock_timestamp() - timedelta(seconds=grace_seconds)
    begun = _C.fence.is_not(None) | (_C.changed_at <= before)
    return _first(db, _select(alias, "leaving").where(begun).order_by(_C.changed_at))


def again(db: Connection, move: Move, *, hold: bool = False) -> Move | None:
    """The move as it is now; None when it was given up."""
    return _first(db, select(*_COLUMNS).where(*_key(move), _C.state == move.state), hold=hold)


_COLUMNS = (
    _C.index_name,
    _C.org_id,
    _C.state,
    func.coalesce(_C.fence, 0).label("fence"),
    _C.through,
    _C.total,
    _C.done,
)


def _begin(db: Connection, index_name: str, org_id: int, state: str, total: int) -> Move:
    begun = {"state": state, "fence": None, "through": 0, "total": total, "done": 0}
    row = insert(index_moves).values(index_name=index_name, org_id=org_id, **begun)
    kept = row.on_conflict_do_update(
        index_elements=["index_name", "org_id"], set_=begun | {"changed_at": func.clock_timestamp()}
    )
    return _move(db.execute(kept.returning(*_COLUMNS)).mappings().one())


def _key(move: Move) -> tuple[Any, Any]:
    return _C.index_name == move.index_name, _C.org_id == move.org_id


def _select(alias: str, state: str) -> Select[Any]:
    here = indices.c.alias == alias, indices.c.state == "live"
    return select(*_COLUMNS).join(indices, indices.c.name == _C.index_name).where(*here, _C.state == state)


def _first(db: Connection, query: Select[Any], *, hold: bool = False) -> Move | None:
    query = query.with_for_update(of=index_moves) if hold else query
    row = db.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else _move(row)


def _update(db: Connection, move: Move, **values: object) -> Move:
    changed = update(index_moves).where(*_key(move)).values(changed_at=func.clock_timestamp(), **values)
    return _move(db.execute(changed.returning(*_COLUMNS)).mappings().one())


def _move(row: RowMapping) -> Move:
    return Move(**row)
