"""One full pass over an index, for whoever wants to know now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.connections import Connections
from indexer.drift.check import SLICE
from indexer.drift.comparison import Comparison, compare
from indexer.drift.documents import AT_ONCE, differences, sample
from indexer.drift.faults import Faults
from indexer.drift.judgement import Drift
from indexer.drift.scope import sent
from store import expected, write_set
from store.write_set import Entry


@dataclass(frozen=True, slots=True)
class Step:
    """In an index so many contacts more were compared, or documents built anew; what was wrong with them.

    `fault` is what kept it from being compared.
    """

    entry: Entry
    compared: int
    rebuilt: int
    drifts: tuple[Drift, ...]
    fault: str | None = None


def steps(connections: Connections, documents: int) -> Iterator[Step]:
    """Every contact in every index that is read or being built, then so many documents of each that are built anew.

    Raises:
        BusyError: Elasticsearch is away.
    """
    faults = Faults(connections)
    with connections.engine.connect() as db:
        entries = write_set.write_set(db, connections.alias)
    for entry in entries:
        with faults.kept(entry):
            yield from _steps(connections, entry, documents)
        if fault := faults.found.get(entry.name):
            yield Step(entry, 0, 0, (), fault)


def _steps(connections: Connections, entry: Entry, documents: int) -> Iterator[Step]:
    connections.indices.refresh(entry)  # what was written past the workers cannot be found sooner
    for one in comparisons(connections, entry):
        yield Step(entry, one.checked, 0, one.drifts)
    if entry.state == "live":
        contacts = sample(connections, entry, documents)
        for first in range(0, len(contacts), AT_ONCE):
            some = contacts[first : first + AT_ONCE]
            yield Step(entry, 0, len(some), tuple(differences(connections, entry, some)))


def comparisons(
    connections: Connections, entry: Entry, *, complete: bool = False, joining: int | None = None
) -> Iterator[Comparison]:
    """The index slice by slice: one that is being built as far as it was filled, or as if it were complete.

    Of the organisation that is `joining` it only, as if it had moved there.
    """
    first: int | None = None
    while True:
        with connections.engine.connect() as db:
            following = expected.next_span(db, first, SLICE)
        span = following if complete else sent(entry, following)
        if span is None:
            return
        comparison = compare(connections, entry, span, joining)
        yield comparison
        first = comparison.span.end
        if first is None:
            return
