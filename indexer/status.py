"""How the index stands, for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from indexer.connections import Connections
from store import drift, state, write_set

_MOST_REFUSALS = 10  # as a rule they have one cause


def lines(connections: Connections) -> Iterator[str]:
    """What is read, what is written to, what is behind, what is refused, what has drifted."""
    with connections.engine.connect() as db:
        entries = write_set.write_set(db, connections.alias)
        fresh = state.freshness(db)
        refused = state.refused(db)
        refusals = state.refusals(db, limit=_MOST_REFUSALS)
        passed = drift.check(db, connections.alias)
        findings = drift.findings(db)
    for entry in entries:
        yield f"{entry.name}  {entry.state}{_progress(entry)}"
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


def _progress(entry: write_set.Entry) -> str:
    if entry.state != "building":
        return ""
    share = 100 * entry.backfill_done / max(entry.backfill_total, 1)
    return f"  {entry.backfill_done:,} of {entry.backfill_total:,} contacts ({share:.0f} %)"
