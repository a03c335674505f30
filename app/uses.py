"""What saved segments would lose with a tag, a field or a behaviour: nothing that they ask about goes unannounced."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from http import HTTPStatus

from sqlalchemy import Connection

from app.errors import Refusal
from app.questions import Reader
from mappings.fields import Catalogue, Field
from segments import ConditionError, Problem
from store import catalogue as catalogues
from store import segments
from store.segments import Segment

Without = Callable[[Field], Field | None]
"""What becomes of a field; None where it goes."""

_PAGE = 500  # segments read at a time


def without_tag(tag_id: int) -> Without:
    """The tag cannot be chosen any more."""

    def without(field: Field) -> Field | None:
        if field.name != "tags":
            return field
        return replace(field, options=tuple(one for one in field.options or () if one.id != tag_id))

    return without


def without_field(name: str) -> Without:
    """The field of that name is gone."""
    return lambda field: None if field.name == name else field


def without_behaviours(codes: Collection[int]) -> Without:
    """The behaviours are gone, with the numbers derived from them."""
    return lambda field: None if field.code in codes else field


def refuse_used(db: Connection, org_id: int, what: str, without: Without) -> None:
    """Raises Refusal (409) with every saved segment that would lose its meaning, directly or by a reference."""
    now = catalogues.load(db, org_id)
    kept = {name: left for name, field in now.fields.items() if (left := without(field)) is not None}
    present, then = (Reader(db, org_id, catalogue=one) for one in (now, Catalogue(kept, now.time_zone, now.week_start)))
    used = [one for one in _saved(db, org_id) if (faults := _faults(then, one)) and faults - _faults(present, one)]
    if used:
        names = ", ".join(f"{segment.name!r} ({segment.id})" for segment in used)
        raise Refusal(
            HTTPStatus.CONFLICT,
            f"{what} is asked about by segments: {names}",
            "change these first; or send ?force=true: they will then say what they lost, and cannot be counted",
            problems=tuple(_use(segment) for segment in used),
        )


def _use(segment: Segment) -> Problem:
    return Problem("?force", "in_use", f"the segment {segment.id}, {segment.name!r}, would lose its meaning")


def _faults(reader: Reader, segment: Segment) -> frozenset[tuple[str, str]]:
    try:
        reader.definition_of(segment)
    except ConditionError as error:
        return frozenset((problem.pointer, problem.code) for problem in error.problems)
    return frozenset()


def _saved(db: Connection, org_id: int) -> Iterator[Segment]:
    after = 0
    while some := segments.page(db, org_id, limit=_PAGE, after=after):
        yield from some
        after = some[-1].id
