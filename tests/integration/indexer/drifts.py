"""An index whose documents are damaged by hand, and what the checks say of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer import source
from indexer.connections import Connections
from indexer.documents import build
from indexer.drift import check, verify
from indexer.drift.check import Checked
from store import expected
from store.drift import Kind
from tests.integration.indexer.rebuilds import drain

Found = set[tuple[Kind, str]]


def found(connections: Connections, documents: int = 0) -> Found:
    """What a full pass finds: kind and document id."""
    return {(one.kind, one.id) for step in verify.steps(connections, documents) for one in step.drifts}


def checked(connections: Connections) -> Checked:
    """A pass of the check that never ends."""
    return check.check(connections, 60)


def healed(connections: Connections) -> bool:
    """After one pass of the check, and what workers make of it, nothing is found, field by field."""
    checked(connections)
    drain(connections)
    return found(connections, documents=50) == set()


def put(connections: Connections, contact: int | str, version: int, document: Mapping[str, Any] | None = None) -> None:
    """Write a document by hand (default: as it should be) with this version."""
    written = fresh(connections, int(contact)) if document is None else document
    connections.indices.client.index(
        index=connections.alias,
        id=str(contact),
        version=version,
        version_type="external_gte",
        document=written,
        refresh=True,
    )


def fresh(connections: Connections, contact: int) -> dict[str, Any]:
    """The document as it is built now."""
    with source.snapshot(connections.engine) as db:
        (one,) = build(source.read(db, [contact])).documents
    assert one.source is not None
    return dict(one.source)


def version(connections: Connections, contact: int) -> int:
    with connections.engine.connect() as db:
        return expected.of(db, [contact])[contact].version
