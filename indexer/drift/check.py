"""The check that never ends: a slice of contacts at a time, by id, then from the beginning again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.connections import Connections
from indexer.drift.comparison import compare
from indexer.drift.documents import differences, sample
from indexer.drift.judgement import Drift
from indexer.drift.repair import outrun, repair
from indexer.drift.scope import sent
from store import drift, expected, write_set
from store.write_set import Entry

SLICE = 50_000  # contacts compared with one look at each side: some tenths of a second
SAMPLE = 20  # documents of each index that are built anew beside a slice: a tenth of a second


@dataclass(frozen=True, slots=True)
class Checked:
    """`drifted` documents were found and seen to; `ended` where the pass has come to its end."""

    drifted: int
    ended: bool


def check(connections: Connections, seconds: float) -> Checked:
    """The pass goes on for so long, or to its end; what has drifted is repaired and recorded.

    Nothing happens while another process is at it.

    Raises:
        BusyError: Elasticsearch is away.
        ContractError: an index of the write set is missing, or another contract's.
    """
    deadline = time.monotonic() + seconds
    with write_set.alone(connections.engine, f"drift of {connections.alias}") as alone:
        done = _step(connections) if alone else Checked(0, ended=True)
        while not done.ended and time.monotonic() < deadline:
            further = _step(connections)
            done = Checked(done.drifted + further.drifted, further.ended)
    return done


def _step(connections: Connections) -> Checked:
    with connections.engine.connect() as db:
        entries = write_set.write_set(db, connections.alias)
        known = drift.check(db, connections.alias)
        through = known.through if known else 0
        span = expected.next_span(db, through + 1 if through else None, SLICE)
    found: list[tuple[Entry, Sequence[Drift]]] = []
    checked = rebuilt = 0
    for entry in entries:
        if span.first is None:
            outrun(connections, entry, [connections.indices.highest_version(entry)])
        if part := sent(entry, span):
            comparison = compare(connections, entry, part)
            span = span if comparison.span == part else comparison.span
            checked += comparison.checked
            found.append((entry, comparison.drifts))
        if entry.state == "live":
            contacts = sample(connections, entry, SAMPLE)
            rebuilt += len(contacts)
            found.append((entry, tuple(differences(connections, entry, contacts))))
    for entry, drifts in found:
        repair(connections, entry, drifts)
    reached = None if span.end is None else span.end - 1
    with connections.engine.begin() as db:
        drift.advance(db, connections.alias, after=through, through=reached, checked=checked, rebuilt=rebuilt)
    return Checked(sum(len(drifts) for _, drifts in found), span.end is None)
