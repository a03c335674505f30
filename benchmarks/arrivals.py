"""When changes can be found: a thread asks the index for what was committed and was not seen yet."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click
from pace import repeated

from indexer.connections import Connections

_LOOK_SECONDS = 0.05  # what is measured is too long by half of it, on average
_AT_ONCE = 5_000  # changes looked for in one search


@dataclass(slots=True)
class Arrivals:
    """Seconds from commit to found, change by change."""

    connections: Connections
    seconds: list[float] = field(default_factory=list)
    _missing: dict[tuple[int, int], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def committed(self, contact_id: int, version: int) -> None:
        """The contact's change of this version is committed now."""
        at = time.perf_counter()
        with self._lock:
            self._missing[contact_id, version] = at

    def look(self) -> int:
        """See what can be found by now; how much cannot."""
        with self._lock:
            waiting = dict(list(self._missing.items())[:_AT_ONCE])
        if not waiting:
            return 0
        found = self._versions(sorted({contact_id for contact_id, _ in waiting}))
        now = time.perf_counter()
        with self._lock:
            for (contact_id, version), at in waiting.items():
                if found.get(contact_id, 0) >= version:
                    del self._missing[contact_id, version]
                    self.seconds.append(now - at)
            return len(self._missing)

    def _versions(self, contact_ids: list[int]) -> dict[int, int]:
        answer = self.connections.indices.client.search(
            index=self.connections.alias,
            size=len(contact_ids),
            query={"bool": {"filter": [{"terms": {"contact_id": contact_ids}}]}},
            source=False,
            docvalue_fields=[{"field": "contact_id"}, {"field": "version"}],
        )
        hits = (hit["fields"] for hit in answer["hits"]["hits"])
        return {fields["contact_id"][0]: fields["version"][0] for fields in hits}


@contextmanager
def watched(connections: Connections, patience_seconds: float = 60.0) -> Iterator[Arrivals]:
    """Arrivals during the block, and after it until everything can be found.

    Raises:
        ClickException: something cannot be found for so long after the block.
    """
    arrivals = Arrivals(connections)
    with repeated(arrivals.look, _LOOK_SECONDS):
        yield arrivals
    deadline = time.perf_counter() + patience_seconds
    while missing := arrivals.look():
        if time.perf_counter() > deadline:
            raise click.ClickException(f"{missing} changes cannot be found {patience_seconds:.0f} s after the last")
        time.sleep(_LOOK_SECONDS)
