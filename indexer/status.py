"""How the index stands, for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from indexer.connections import Connections
from store import drift, indices, moves, organisations, state, write_set
from store.moves import Move
from store.write_set import Entry

_MOST_REFUSALS = 10  # as a rule they have one cause


def lines(connections: Connections) -> Iterator[str]:
    """What is read, what is written to, what is behind, what is refused, what has drifted."""
    with connections.engine.connect() as db:
        entries = write_set.write_set(db, connections.alias)
        move = moves.joining(db, connections.alias)
        names = organisations.names(db, _mentioned(entries))
        fresh = state.freshness(db)
        refused = state.refused(db)
        refusals = state.refusals(db, limit=_MOST_REFUSALS)
        passed = drift.check(db, connections.alias)
        findings = drift.findings(db)
        faults = {one.name: one.fault for one in indices.known(db, connections.alias)}
    for entry in entries:
        yield from _standing(entry, move, names)
        if fault := faults.get(entry.name):
            yield f"  {fault}"
    if not entries:
        yield f"no index behind {connections.alias} yet: the first worker makes one"
    yield f"{fresh.pending} contacts pending, the oldest for {fresh.lag_seconds:.1f} s"
    if refused:
        yield f"{refused} contacts refused by the index, such as:"
    for one in refusals:
        yield f"  {one.contact_id}  {one.reason}  ({one.attempts} attempts)"
    if passed and passed.finished_at:
        yield f"{passed.finished_checked:,} documents compared with the database, until {_written(passed.finished_at)}"
    for finding in findings:
        kind = finding.kind.replace("_", " ")
        yield f"  organisation {finding.org_id}: {finding.found:,} {kind}, the last {_written(finding.found_at)}"


def _written(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S %Z}"


def _mentioned(entries: Sequence[Entry]) -> set[int]:
    """The organisations that the lines name."""
    owners = {entry.org_id for entry in entries if entry.org_id is not None}
    return owners.union(*(entry.moving for entry in entries))


def _standing(entry: Entry, move: Move | None, names: Mapping[int, str]) -> Iterator[str]:
    """An index and what happens to it; an organisation that is gone by now is named by its number."""
    owner = "" if entry.org_id is None else f"  of {_named(entry.org_id, names)} alone"
    building = entry.state == "building"
    yield f"{entry.name}  {entry.state}{owner}" + (
        _share(entry.backfill_done, entry.backfill_total) if building else ""
    )
    if move is not None and move.index_name == entry.name:
        yield f"  {_named(move.org_id, names)} is sent there{_share(move.done, move.total)}"
    for org_id in sorted(entry.leaving):
        yield f"  {_named(org_id, names)} has left: its documents are removed later"


def _named(org_id: int, names: Mapping[int, str]) -> str:
    return names.get(org_id, f"organisation {org_id}")


def _share(done: int, total: int) -> str:
    share = 100 * done / max(total, 1)
    return f"  {done:,} of {total:,} contacts ({share:.0f} %)"
