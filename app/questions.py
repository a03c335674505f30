"""A question is a condition over one organisation's contacts at one moment: read and understood, not yet answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import Connection

from app.errors import Refusal, invalid
from app.service import service
from mappings.fields import Catalogue
from runtime.settings import Settings
from segments import (
    Condition,
    ConditionError,
    Limits,
    Moment,
    Parsed,
    Problem,
    describe,
    expand,
    in_list,
    parse,
)
from store import catalogue as catalogues
from store import indices, segments, state
from store.errors import NotFoundError
from store.segments import Segment
from store.state import Freshness

When = Callable[[Catalogue], Moment]

TREE = "#/tree"  # where a request body has its tree


@dataclass(frozen=True, slots=True)
class Definition:
    """What a tree means to an organisation now: as it was written, and with references replaced."""

    written: Parsed
    expanded: Condition
    catalogue: Catalogue

    @property
    def sentence(self) -> str:
        """In English, with the names of segments it refers to."""
        return describe(self.written.condition)

    @property
    def seed(self) -> int:
        """A number that is the same for the same tree."""
        text = json.dumps(self.written.tree, sort_keys=True)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


@dataclass(frozen=True, slots=True)
class Question:
    """A definition at a moment, and the index to ask: the one that held the organisation when the definition was read.

    `version` is that of a saved segment, None for a tree that came with the request.
    """

    org_id: int
    index: str
    definition: Definition
    moment: Moment
    freshness: Freshness
    version: int | None = None

    @property
    def place(self) -> str:
        """Where faults of the tree lie."""
        return TREE if self.version is None else "#"

    @property
    def ignored(self) -> tuple[str, ...]:
        """Where muted rules lie."""
        return tuple(self.place + pointer.removeprefix("#") for pointer in self.definition.written.ignored)

    def places_of_rules(self) -> tuple[str, ...]:
        """Where the rules of the outermost group lie, without the muted ones."""
        rules = self.definition.written.tree["rules"]
        places = (f"{self.place}/rules/{number}" for number in range(len(rules)))
        return tuple(place for place in places if place not in self.ignored)


def ask(db: Connection, org_id: int, tree: object, as_of: datetime | None) -> Question:
    """The question that a tree in a request asks; raises ConditionError with places in the request's body."""
    with placed(TREE):
        definition = Reader(db, org_id).definition(tree)
    return _question(db, org_id, definition, moment(definition.catalogue, as_of, "#/as_of"))


def ask_saved(db: Connection, org_id: int, segment: Segment, when: When) -> Question:
    """The question that a saved segment asks; raises Refusal (409) when its definition has lost its meaning."""
    definition = redefine(db, org_id, segment)
    return _question(db, org_id, definition, when(definition.catalogue), segment.version)


def _question(
    db: Connection, org_id: int, definition: Definition, moment: Moment, version: int | None = None
) -> Question:
    index = indices.read_from(db, service().settings.index_prefix, org_id)
    fresh = state.freshness(db, org_id, state.MOST_COUNTED)
    return Question(org_id, index, definition, moment, fresh, version)


def redefine(db: Connection, org_id: int, segment: Segment) -> Definition:
    """What a saved segment means now; raises Refusal (409) when something that it names is gone."""
    reader = Reader(db, org_id)
    try:
        return reader.definition_of(segment)
    except ConditionError as error:
        raise Refusal(
            HTTPStatus.CONFLICT,
            f"The segment {segment.name!r} cannot be evaluated: {error.detail}",
            "change its definition, or bring back what it names",
            problems=error.problems,
        ) from error


def moment(catalogue: Catalogue, as_of: datetime | None, place: str) -> Moment:
    """The present, or an earlier instant; raises Refusal with the place for a later one."""
    present = Moment.present(catalogue, service().clock())
    if as_of is None:
        return present
    if as_of >= present.now:
        raise invalid(Problem(place, "in_the_future", "as_of lies in the future: leave it out for the present"))
    return Moment.past(catalogue, as_of)


@contextmanager
def placed(place: str) -> Iterator[None]:
    """Faults of a tree get their place in the request."""
    try:
        yield
    except ConditionError as error:
        raise ConditionError([_moved(problem, place) for problem in error.problems]) from error


def _moved(problem: Problem, place: str) -> Problem:
    return replace(problem, pointer=place + problem.pointer.removeprefix("#"))


class Reader:
    """One transaction's view of an organisation's fields and segments.

    `itself` is the segment whose definition is read: it must not refer to it. Without a `catalogue` it is the present.
    """

    def __init__(
        self, db: Connection, org_id: int, itself: int | None = None, catalogue: Catalogue | None = None
    ) -> None:
        self._db = db
        self._org_id = org_id
        self._itself = itself
        self._catalogue = catalogue or catalogues.load(db, org_id)
        self._limits = limits(service().settings)

    def definition(self, tree: object) -> Definition:
        """What a tree means; raises ConditionError."""
        return self._expanded(parse(tree, self._catalogue, self._limits))

    def definition_of(self, segment: Segment) -> Definition:
        """What a saved segment means; raises ConditionError."""
        return self._expanded(self._written(segment))

    def _expanded(self, written: Parsed) -> Definition:
        return Definition(written, expand(written.condition, self._referenced, self._limits), self._catalogue)

    def _written(self, segment: Segment) -> Parsed:
        if segment.tree is not None:
            return parse(segment.tree, self._catalogue, self._limits)
        tree = {"field": "segment", "operator": "in", "value": [segment.id]}
        return Parsed(in_list(segment.id, segment.name), tree, ())

    def _referenced(self, segment_id: int) -> Condition | None:
        if segment_id == self._itself:
            raise ConditionError([Problem("#", "cycle", "the segment would refer to itself")])
        try:
            segment = segments.get(self._db, self._org_id, segment_id)
        except NotFoundError:
            return None
        try:
            return self._written(segment).condition
        except ConditionError as error:
            detail = f"the segment {segment.name} cannot be evaluated: {error.detail}"
            raise ConditionError([Problem("#", "broken_reference", detail)]) from error


def limits(settings: Settings) -> Limits:
    """How large trees may be."""
    return Limits(
        depth=settings.max_depth,
        rules=settings.max_rules,
        values=settings.max_values,
        needle=settings.max_needle,
        references=settings.max_references,
    )
