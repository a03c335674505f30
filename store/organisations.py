"""Organisations: the tenants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, RowMapping, insert, select
from sqlalchemy.exc import IntegrityError

from store import tables
from store.errors import ConflictError, NotFoundError, UnacceptableError
from store.texts import name_of


@dataclass(frozen=True, slots=True)
class Organisation:
    """A tenant: its days begin and end in `time_zone`, its weeks on `week_start` (1 is Monday, 7 Sunday)."""

    id: int
    name: str
    time_zone: str
    week_start: int


def create(db: Connection, name: str, time_zone: str = "UTC", week_start: int = 1) -> Organisation:
    """A new organisation, with the behaviour `any`; raises ConflictError when the name is taken."""
    if not 1 <= week_start <= 7:
        raise UnacceptableError(f"a week cannot begin on day {week_start}", "give 1 (Monday) to 7 (Sunday)")
    row = {"name": name_of(name), "time_zone": _known(time_zone), "week_start": week_start}
    try:
        with db.begin_nested():
            made = db.execute(insert(tables.organisations).values(row).returning(*_COLUMNS))
    except IntegrityError as error:
        raise ConflictError(f"there is an organisation {name!r} already", "choose another name") from error
    return _organisation(made.mappings().one())


def get(db: Connection, org_id: int) -> Organisation:
    """The organisation; raises NotFoundError."""
    row = db.execute(select(*_COLUMNS).where(tables.organisations.c.id == org_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no organisation {org_id}")
    return _organisation(row)


def by_name(db: Connection, name: str) -> Organisation | None:
    """The organisation of that name, if there is one."""
    row = db.execute(select(*_COLUMNS).where(tables.organisations.c.name == name)).mappings().one_or_none()
    return None if row is None else _organisation(row)


def names(db: Connection, org_ids: Collection[int]) -> dict[int, str]:
    """The names of those that exist, by id."""
    c = tables.organisations.c
    return dict(db.execute(select(c.id, c.name).where(c.id.in_(org_ids))).all())


_COLUMNS = (
    tables.organisations.c.id,
    tables.organisations.c.name,
    tables.organisations.c.time_zone,
    tables.organisations.c.week_start,
)


def _organisation(row: RowMapping) -> Organisation:
    return Organisation(**row)


def _known(time_zone: str) -> str:
    try:
        return ZoneInfo(time_zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnacceptableError(f"there is no time zone {time_zone!r}", "give a name like Europe/Berlin") from error
