"""The voices that answer a tree: the index through `Audience`, the evaluator on documents, PostgreSQL on its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, text

from app.audience import Audience, Columns, Index
from app.audience.index import Contacts
from indexer import source
from indexer.connections import Connections
from indexer.documents import build
from indexer.sync import Sync
from mappings.fields import Catalogue
from runtime.settings import Settings
from segments import Condition, Moment, Parsed, evaluate, expand, in_list, parse
from store import catalogue as catalogues
from store import segments
from tests.conformance import world
from tests.conformance.coverage import Cell, Pair, cells, state_of
from tests.conformance.world import populate
from tests.sql_voice import translate

Ids = frozenset[int]
# Writes an organisation; its id.
Writer = Callable[[Connection], int]


@dataclass(frozen=True)
class Organisation:
    """One random organisation, indexed, with the documents that were built of its contacts."""

    id: int
    catalogue: Catalogue
    documents: Mapping[int, Mapping[str, Any]]
    states: dict[str, Counter[str]]
    engine: Engine
    contacts: Contacts

    def cells(self) -> dict[Cell, list[Pair]]:
        """What its contacts can fill of the coverage."""
        return cells(self.catalogue, self.states)

    def moment(self, now: datetime, *, closed: bool) -> Moment:
        """That instant in the organisation's zone and week."""
        return Moment(now, self.catalogue.time_zone, self.catalogue.week_start, closed)

    def understood(self, tree: object) -> tuple[Parsed, Condition]:
        """The tree parsed, and its condition with the segments that it refers to."""
        parsed = parse(tree, self.catalogue)
        return parsed, expand(parsed.condition, self._referenced)

    def _referenced(self, segment_id: int) -> Condition | None:
        with self.engine.connect() as db:
            segment = segments.get(db, self.id, segment_id)
        if segment.tree is None:
            return in_list(segment.id, segment.name)
        return parse(segment.tree, self.catalogue).condition

    def asked(self, tree: object, moment: Moment) -> tuple[Ids, Ids, Ids]:
        """What index, evaluator and PostgreSQL answer; raises ConditionError where the tree cannot be answered."""
        parsed, condition = self.understood(tree)
        return self.indexed(condition, moment), self.evaluated(condition, moment), self.queried(parsed.tree, moment)

    def indexed(self, condition: Condition, moment: Moment) -> Ids:
        """What the index answers; its count is held to its list."""
        with closing(Audience(self.contacts)) as audience:
            clause = audience.clause(condition, moment)
            page = audience.page(clause, len(self.documents) + 1, 0, Columns())
            count = audience.count(clause)
        ids = frozenset(member.id for member in page)
        assert count == len(ids), f"count {count}, list {len(ids)}"
        return ids

    def counted(self, trees: Sequence[object], moment: Moment) -> list[int]:
        """How many the index counts for each tree, in one request."""
        with closing(Audience(self.contacts)) as audience:
            return audience.counts([audience.clause(self.understood(tree)[1], moment) for tree in trees])

    def evaluated(self, condition: Condition, moment: Moment) -> Ids:
        """What the evaluator answers."""
        return frozenset(one for one, document in self.documents.items() if evaluate(condition, document, moment))

    def queried(self, tree: Mapping[str, Any], moment: Moment) -> Ids:
        """What PostgreSQL answers."""
        with self.engine.connect() as db:
            zone = self.catalogue.time_zone.key
            sql, parameters = translate(db, tree, self.id, moment.now, zone, moment.week_start, moment.closed)
            return frozenset(db.scalars(text(sql), parameters))


@contextmanager
def organisations(settings: Settings, contacts: int, seed: int) -> Iterator[list[Organisation]]:
    """Three random organisations in three time zones, so many contacts in all."""

    def writer(number: int) -> Writer:
        return lambda db: populate(db, f"conformance {seed}-{number}", number, contacts // 3, seed + number)

    with written(settings, [writer(number) for number in range(3)]) as made:
        yield made


@contextmanager
def written(settings: Settings, writers: Sequence[Writer]) -> Iterator[list[Organisation]]:
    """The organisations that these write, indexed and read back."""
    with closing(Connections.open(settings)) as connections, closing(Index(settings)) as index:
        with connections.engine.begin() as db:
            made = [write(db) for write in writers]
        drained = Sync(connections).drain(seconds=120)
        assert not drained.refused
        assert not drained.more
        yield [_read_back(connections, index, org_id) for org_id in made]


def _read_back(connections: Connections, index: Index, org_id: int) -> Organisation:
    with source.snapshot(connections.engine) as db:
        catalogue = catalogues.load(db, org_id)
        built = build(source.read(db, world.contact_ids(db, org_id)))
        empties = world.empties(db, org_id)
    assert not built.refused
    documents = {one.contact_id: one.source for one in built.documents if one.source is not None}
    states = {
        field.name: Counter(
            state_of(field, document, written_empty=(contact, field.name) in empties)
            for contact, document in documents.items()
        )
        for field in catalogue
    }
    return Organisation(org_id, catalogue, documents, states, connections.engine, index.of(org_id, connections.alias))
