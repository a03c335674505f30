"""Indices that cannot be compared, since they are missing or of another contract; the others are nevertheless."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from indexer.connections import Connections
from indexer.drift.scope import current
from mappings.errors import ContractError
from store import organisations
from store.write_set import Entry


@dataclass(slots=True)
class Faults:
    """What is the matter with each index that was looked at, by name, and what to do about it; None: nothing.

    `shared` is what is the matter with one that is not an organisation's own.
    """

    connections: Connections
    found: dict[str, str | None] = field(default_factory=dict)
    shared: ContractError | None = None

    @contextmanager
    def kept(self, entry: Entry) -> Iterator[None]:
        """What ends the block because the index is of no use is kept here."""
        try:
            with current(self.connections, entry):
                self.found[entry.name] = None
                yield
        except ContractError as error:
            self.connections.indices.forget(entry)
            if entry.org_id is None:
                self.shared = error
            self.found[entry.name] = str(ContractError(error.detail, self._remedy(entry, error)))

    def _remedy(self, entry: Entry, error: ContractError) -> str:
        """That of the error; but an organisation's own index that is read is rebuilt alone."""
        if entry.org_id is None or entry.state == "building":
            return error.remedy
        with self.connections.engine.connect() as db:
            names = organisations.names(db, {entry.org_id})
        return f"run: segments index rebuild --org {shlex.quote(names.get(entry.org_id, ''))}"
