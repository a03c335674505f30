"""The check that never ends: a slice of contacts at a time, by id, then from the beginning again."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from indexer.connections import Connections
from indexer.drift.comparison import compare
from indexer.drift.documents import differences, sample
from indexer.drift.faults import Faults
from indexer.drift.repair import outrun, repair
from indexer.drift.scope import sent
from store import drift, expected, indices, write_set

_log = logging.getLogger(__name__)

SLICE = 20_000  # contacts compared with one look at each side: a tenth of a second, more while many are changing
SAMPLE = 20  # documents of each index that are built anew: another tenth


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
        ContractError: the shared index is missing, or another contract's; the others were checked. That of an
            organisation's own is recorded only.
    """
    deadline = time.monotonic() + seconds
    faults = Faults(connections)
    with write_set.alone(connections.engine, f"drift of {connections.alias}") as alone:
        if not alone:
            return Checked(0, ended=True)
        done = _step(connections, faults)
        while not done.ended and time.monotonic() < deadline:
            further = _step(connections, faults)
            done = Checked(done.drifted + further.drifted, further.ended)
        done = Checked(done.drifted + _sampled(connections, faults), done.ended)
    if faults.shared is not None:
        raise faults.shared
    return done


def _step(connections: Connections, faults: Faults) -> Checked:
    """The next slice, in every index."""
    began = time.monotonic()
    with connections.engine.connect() as db:
        entries = write_set.write_set(db, connections.alias)
        known = drift.check(db, connections.alias)
        through = known.through if known else 0
        span = expected.next_span(db, through + 1 if through else None, SLICE)
    checked = drifted = 0
    for entry in entries:
        with faults.kept(entry):
            if span.first is None:
                outrun(connections, entry, [connections.indices.highest_version(entry)])
            if part := sent(entry, span):
                comparison = compare(connections, entry, part)
                repair(connections, entry, comparison.drifts)
                span = span if comparison.span == part else comparison.span
                checked += comparison.checked
                drifted += len(comparison.drifts)
    reached = None if span.end is None else span.end - 1
    with connections.engine.begin() as db:
        seconds = time.monotonic() - began
        drift.advance(db, connections.alias, after=through, through=reached, checked=checked, seconds=seconds)
        for fault in indices.record_faults(db, faults.found):
            _log.error("%s", fault)
    return Checked(drifted, span.end is None)


def _sampled(connections: Connections, faults: Faults) -> int:
    """How many of some documents of each index that is read were not as they are built now."""
    with connections.engine.connect() as db:
        entries = [one for one in write_set.write_set(db, connections.alias) if one.state == "live"]
    drifted = 0
    for entry in entries:
        if faults.found.get(entry.name):
            continue
        with faults.kept(entry):
            contacts = sample(connections, entry, SAMPLE)
            drifts = tuple(differences(connections, entry, contacts))
            repair(connections, entry, drifts)
            drifted += len(drifts)
            with connections.engine.begin() as db:
                drift.count_rebuilt(db, connections.alias, len(contacts))
    return drifted
