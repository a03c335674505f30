"""Things that an organisation has one of for each name: tags, channels, owners and the like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import Connection, Table, Text, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import IntegrityError

from mappings.fields import Named
from store import turns
from store.errors import ConflictError, NotFoundError


def all_of(db: Connection, table: Table, name: str, org_id: int) -> tuple[Named, ...]:
    """All that the organisation has, in the order of their names; `name` is the column."""
    rows = db.execute(select(table.c.id, table.c[name]).where(table.c.org_id == org_id).order_by(table.c[name]))
    return tuple(Named(*row) for row in rows)


def ids_of(db: Connection, table: Table, name: str, org_id: int, names: Iterable[str], *, fold: bool) -> dict[str, int]:
    """The ids of those that exist, by the name asked for; with `fold`, case makes no difference."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    asked = select(func.unnest(literal(wanted, ARRAY(Text)), type_=Text()).label("name")).subquery()
    stored = table.c[name]
    same = func.lower(stored) == func.lower(asked.c.name) if fold else stored == asked.c.name
    rows = db.execute(select(asked.c.name, table.c.id).join(table, same).where(table.c.org_id == org_id))
    return dict(map(tuple, rows))


def ensure(
    db: Connection,
    table: Table,
    name: str,
    org_id: int,
    rows: Mapping[str, Mapping[str, str]],
    *,
    fold: bool = False,
    allow: Callable[[Sequence[str]], None] = lambda _: None,
) -> dict[str, int]:
    """The ids of all, by name; where one is missing it is made, with the other columns given for it.

    `allow` is asked before, and raises where something must not be made. Another transaction that makes the same one is
    waited for.
    """
    found = ids_of(db, table, name, org_id, rows, fold=fold)
    while missing := sorted(rows.keys() - found.keys()):  # in one order for all writers
        allow(missing)
        made = [{"org_id": org_id, name: one, **rows[one]} for one in missing]
        db.execute(insert(table).on_conflict_do_nothing(), made)
        found |= ids_of(db, table, name, org_id, missing, fold=fold)
    return found


def rename(db: Connection, table: Table, name: str, org_id: int, id_: int, new: str) -> Named:
    """It has another name; raises NotFoundError, and ConflictError when something else has that name."""
    changed = update(table).where(table.c.org_id == org_id, table.c.id == id_).values({name: new})
    try:
        with db.begin_nested():
            row = db.execute(changed.returning(table.c.id, table.c[name])).one_or_none()
    except IntegrityError as error:
        raise ConflictError(f"another of the {table.name} is called {new!r}", "choose another name") from error
    if row is None:
        raise _missing(table, id_)
    return Named(*row)


def remove(db: Connection, table: Table, org_id: int, id_: int) -> None:
    """It is gone, and nothing carries it any more; raises NotFoundError."""
    turns.alone(db, org_id)
    if not db.execute(delete(table).where(table.c.org_id == org_id, table.c.id == id_)).rowcount:
        raise _missing(table, id_)


def _missing(table: Table, id_: int) -> NotFoundError:
    return NotFoundError(f"there is none of the {table.name} with the id {id_}")
