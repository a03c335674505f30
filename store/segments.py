"""Segments as saved: dynamic ones with their tree, static ones with a list of members, each version kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from store import tables
from store.errors import ConflictError, NotFoundError, StaleError, UnacceptableError
from store.texts import name_of

Tree = Mapping[str, Any]

_table = tables.segments
_c = tables.segments.c


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of an organisation; `tree` is None for a static one, `version` grows with every change."""

    id: int
    name: str
    description: str
    kind: str
    tree: Tree | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SegmentVersion:
    """A segment as it was from `created_at` on."""

    version: int
    name: str
    description: str
    tree: Tree | None
    created_at: datetime


def create(db: Connection, org_id: int, name: str, description: str = "", tree: Tree | None = None) -> Segment:
    """A new segment: dynamic with a tree, static and empty without. Raises ConflictError when the name is taken."""
    row = {
        "org_id": org_id,
        "name": name_of(name),
        "description": description,
        "kind": "static" if tree is None else "dynamic",
        "tree": null() if tree is None else tree,
    }
    return _write(db, insert(_table).values(row).returning(*_COLUMNS), name)


def get(db: Connection, org_id: int, segment_id: int) -> Segment:
    """The segment; raises NotFoundError, also for one that was deleted."""
    return _one(db, _present(org_id, segment_id), f"segment {segment_id}")


def page(db: Connection, org_id: int, *, limit: int, after: int = 0) -> tuple[Segment, ...]:
    """At most `limit` segments with ids beyond `after`, by id."""
    present = (_c.org_id == org_id) & _c.deleted_at.is_(None) & (_c.id > after)
    rows = db.execute(select(*_COLUMNS).where(present).order_by(_c.id).limit(limit))
    return tuple(Segment(**row) for row in rows.mappings())


def change(
    db: Connection,
    org_id: int,
    segment_id: int,
    expected_version: int,
    *,
    name: str | None = None,
    description: str | None = None,
    tree: Tree | None = None,
) -> Segment:
    """The segment with what was given changed and its version one higher; as it is when nothing differs.

    Raises StaleError unless it has the expected version, UnacceptableError for a tree of a static segment,
    NotFoundError, and ConflictError when the name is taken.
    """
    segment = _expected(db, org_id, segment_id, expected_version)
    if tree is not None and segment.tree is None:
        raise UnacceptableError("a static segment has no tree", "change its members")
    given = {"name": None if name is None else name_of(name), "description": description, "tree": tree}
    changed = {key: new for key, new in given.items() if new is not None and new != getattr(segment, key)}
    if not changed:
        return segment
    values = changed | {"version": segment.version + 1, "updated_at": func.now()}
    return _write(db, update(_table).where(_c.id == segment_id).values(values).returning(*_COLUMNS), name or "")


def delete(db: Connection, org_id: int, segment_id: int, expected_version: int) -> None:
    """The segment is gone, and can be restored; raises StaleError, NotFoundError."""
    _expected(db, org_id, segment_id, expected_version)
    db.execute(update(_table).where(_c.id == segment_id).values(deleted_at=func.now()))


def restore(db: Connection, org_id: int, segment_id: int) -> Segment:
    """A deleted segment is back; raises NotFoundError, ConflictError when its name was taken meanwhile."""
    deleted = (_c.org_id == org_id) & (_c.id == segment_id) & _c.deleted_at.is_not(None)
    name = _one(db, deleted, f"deleted segment {segment_id}").name
    return _write(db, update(_table).where(deleted).values(deleted_at=None).returning(*_COLUMNS), name)


def duplicate(db: Connection, org_id: int, segment_id: int, name: str) -> Segment:
    """A copy under another name, members included; raises NotFoundError, ConflictError."""
    original = get(db, org_id, segment_id)
    copy = create(db, org_id, name, original.description, original.tree)
    members = tables.static_members
    listed = select(literal(copy.id), members.c.contact_id).where(members.c.segment_id == original.id)
    db.execute(insert(members).from_select(["segment_id", "contact_id"], listed.order_by(members.c.contact_id)))
    return copy


def versions(db: Connection, org_id: int, segment_id: int) -> tuple[SegmentVersion, ...]:
    """Every version of the segment, newest first; raises NotFoundError."""
    get(db, org_id, segment_id)
    c = tables.segment_versions.c
    columns = [c[field.name] for field in fields(SegmentVersion)]
    rows = db.execute(select(*columns).where(c.segment_id == segment_id).order_by(c.version.desc()))
    return tuple(SegmentVersion(**row) for row in rows.mappings())


_COLUMNS = tuple(_c[field.name] for field in fields(Segment))


def _present(org_id: int, segment_id: int) -> ColumnElement[bool]:
    return (_c.org_id == org_id) & (_c.id == segment_id) & _c.deleted_at.is_(None)


def _one(db: Connection, which: ColumnElement[bool], what: str, *, lock: bool = False) -> Segment:
    found = select(*_COLUMNS).where(which)
    row = db.execute(found.with_for_update(key_share=True) if lock else found).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no {what}")
    return Segment(**row)


def _expected(db: Connection, org_id: int, segment_id: int, version: int) -> Segment:
    """The segment, locked against other writers, if it has that version."""
    segment = _one(db, _present(org_id, segment_id), f"segment {segment_id}", lock=True)
    if segment.version != version:
        raise StaleError(f"the segment is at version {segment.version}, not {version}", "read it again")
    return segment


def _write(db: Connection, statement: ReturningInsert[Any] | ReturningUpdate[Any], name: str) -> Segment:
    """Run an INSERT or UPDATE of one segment and keep the version that it makes."""
    try:
        with db.begin_nested():
            segment = Segment(**db.execute(statement).mappings().one())
    except IntegrityError as error:
        raise ConflictError(f"there is a segment {name!r} already", "choose another name") from error
    kept = {field.name: getattr(segment, field.name) for field in fields(SegmentVersion)}
    kept |= {"segment_id": segment.id, "created_at": segment.updated_at, "tree": segment.tree or null()}
    db.execute(insert_once(tables.segment_versions).values(kept).on_conflict_do_nothing())
    return segment
