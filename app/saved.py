"""Saved segments: understood before they are stored, and again each time they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.questions import TREE, Reader, placed
from app.service import service
from segments import ConditionError, Problem
from store import segments
from store.segments import Segment


@dataclass(frozen=True, slots=True)
class Saved:
    """A segment and what it means now: its sentence, or why it has none any more."""

    segment: Segment
    sentence: str | None
    errors: tuple[Problem, ...]


def create(org_id: int, name: str, description: str, tree: object) -> Saved:
    """A new segment; raises ConditionError with places in the request."""
    with service().writing() as db:
        reader = Reader(db, org_id)
        return _read(reader, segments.create(db, org_id, name, description, _kept(reader, tree)))


def get(org_id: int, segment_id: int) -> Saved:
    """The segment; raises NotFoundError."""
    with service().reading() as db:
        return _read(Reader(db, org_id), segments.get(db, org_id, segment_id))


def page(org_id: int, after: int, limit: int) -> tuple[Saved, ...]:
    """The next segments by id."""
    with service().reading() as db:
        reader = Reader(db, org_id)
        return tuple(_read(reader, segment) for segment in segments.page(db, org_id, limit=limit, after=after))


def change(org_id: int, segment_id: int, version: int | None, changes: Mapping[str, Any]) -> Saved:
    """The segment with what was given changed, if it still has the version (None: whichever it has)."""
    with service().writing() as db:
        expected = segments.get(db, org_id, segment_id).version if version is None else version
        reader = Reader(db, org_id, segment_id)
        tree = {"tree": _kept(reader, changes["tree"])} if "tree" in changes else {}
        return _read(reader, segments.change(db, org_id, segment_id, expected, **{**changes, **tree}))


def delete(org_id: int, segment_id: int, version: int | None) -> None:
    """The segment is gone until it is restored, if it still has the version (None: whichever it has)."""
    with service().writing() as db:
        expected = segments.get(db, org_id, segment_id).version if version is None else version
        segments.delete(db, org_id, segment_id, expected)


def restore(org_id: int, segment_id: int) -> Saved:
    """A deleted segment is back."""
    with service().writing() as db:
        return _read(Reader(db, org_id), segments.restore(db, org_id, segment_id))


def duplicate(org_id: int, segment_id: int, name: str) -> Saved:
    """A copy under another name."""
    with service().writing() as db:
        return _read(Reader(db, org_id), segments.duplicate(db, org_id, segment_id, name))


def _kept(reader: Reader, tree: object) -> Mapping[str, Any]:
    with placed(TREE):
        return reader.definition(tree).written.tree


def _read(reader: Reader, segment: Segment) -> Saved:
    try:
        return Saved(segment, reader.definition_of(segment).sentence, ())
    except ConditionError as error:
        return Saved(segment, None, error.problems)
