"""Whether an index is fit to be read."""

from __future__ import annotations

from indexer.connections import Connections
from indexer.drift.report import Report
from indexer.drift.verify import Step, comparisons
from indexer.errors import IncompleteError
from store.write_set import Entry


def ensure_complete(connections: Connections, entry: Entry, remedy: str, joining: int | None = None) -> None:
    """The index holds all that it is to hold, in the right versions, but for changes that are still under way.

    With an organisation that is `joining` it, all that it is to hold of that one.

    Raises:
        IncompleteError: it does not; says what differs in the first slice that does.
    """
    report = Report()
    for one in comparisons(connections, entry, complete=True, joining=joining):
        report.add(Step(entry, one.checked, 0, one.drifts))
        if report.drifted:
            findings = "; ".join(report.findings(entry.name))
            raise IncompleteError(f"{entry.name} is not as the database says: {findings}", remedy)
