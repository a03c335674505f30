"""Puts right what a comparison found, and records both.

Contacts are made pending under a new version, so that workers send them again. Documents of nobody are deleted here,
since there is no contact that would change. Both need versions above those in the index. Where the database was
restored from a backup and the index was not, the sequence that versions are drawn from is moved past them first.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from elasticsearch import Elasticsearch
from sqlalchemy import Connection

from indexer import bulk
from indexer.connections import Connections
from indexer.documents import Document
from indexer.drift.judgement import Drift
from indexer.errors import BusyError, answering
from store import drift as findings
from store import expected
from store.drift import Kind
from store.expected import HIGHEST_VERSION
from store.write_set import Entry

_log = logging.getLogger(__name__)

_AT_ONCE = 1_000  # contacts: for as long as they take, their writers wait
_CURRENT = re.compile(r"current version \[(\d+)\]")


def repair(connections: Connections, entry: Entry, drifts: Sequence[Drift]) -> None:
    """Their documents are gone, or their contacts pending.

    A contact that has changed since it was judged is let be: it is sent anyway. The index is looked at anew, as another
    may stand in its place.
    """
    if drifts:
        connections.indices.forget(entry)
    for first in range(0, len(drifts), _AT_ONCE):
        _repair(connections, entry, drifts[first : first + _AT_ONCE])


def outrun(connections: Connections, entry: Entry, versions: Iterable[int]) -> None:
    """Versions drawn from now on are higher than these, which the index has; but for those that no other can outrun."""
    highest = max((one for one in versions if one <= HIGHEST_VERSION), default=0)
    with connections.engine.begin() as db:
        if expected.raise_versions(db, highest):
            _log.warning("%s had version %s, which the database had not drawn yet", entry.name, highest)


def _repair(connections: Connections, entry: Entry, drifts: Sequence[Drift]) -> None:
    client = connections.indices.client
    missing = [int(one.id) for one in drifts if one.kind is Kind.MISSING]
    outrun(connections, entry, [*(one.held for one in drifts), *_remembered(client, entry, missing)])
    _delete(client, entry, [one for one in drifts if one.kind is Kind.ORPHAN])
    again = [one for one in drifts if one.kind is not Kind.ORPHAN and one.held <= HIGHEST_VERSION]
    with connections.engine.begin() as db:
        expected.send_again(db, {int(one.id): one.version for one in again})
        for (org_id, kind), grouped in groupby(sorted(drifts, key=_GROUP), _GROUP):
            _record(db, org_id, kind, tuple(grouped))


def _record(db: Connection, org_id: int, kind: Kind, drifts: Sequence[Drift]) -> None:
    beyond = [one.id for one in drifts if one.kind is not Kind.ORPHAN and one.held > HIGHEST_VERSION]
    if beyond:
        _log.error("no version outruns that of %s: run: segments index rebuild", beyond[0])
    findings.record(
        db,
        org_id,
        kind,
        found=len(drifts),
        repaired=len(drifts) - len(beyond),
        examples=[one.contact_id for one in drifts if one.contact_id is not None],
        fields=sorted({field for one in drifts for field in one.fields}),
    )


def _remembered(client: Elasticsearch, entry: Entry, contacts: Sequence[int]) -> Iterator[int]:
    """The versions at which the index remembers to have deleted these contacts, which have no document.

    They are told only to who loses against them. A delete at version 1 does, or changes nothing: the contacts are about
    to be sent again, under a higher version.
    """
    if not contacts:
        return
    items, _ = bulk.encode(Document(contact, 1, None) for contact in contacts)
    with answering():
        answer = client.bulk(index=entry.target, operations=bulk.lines(items), require_alias=True)  # type: ignore[arg-type]  # as in bulk.py
    for item in answer["items"]:
        (reply,) = item.values()
        if "error" in reply:
            reason = str(reply["error"]["reason"])
            if (told := _CURRENT.search(reason)) is None:
                raise BusyError(f"Elasticsearch does not say what it remembers: {reason}", "try again later")
            yield int(told[1])


def _delete(client: Elasticsearch, entry: Entry, orphans: Iterable[Drift]) -> None:
    """They are gone, unless a newer version has come in the place of one."""
    documents = []
    for one in orphans:
        if one.contact_id is None:
            with answering():  # no writer of ours has ever used such an id: there is no version to keep
                client.options(ignore_status=404).delete(index=entry.name, id=one.id)
        else:
            documents.append(Document(one.contact_id, max(one.held, one.version), None))
    items, _ = bulk.encode(documents)
    bulk.deliver(client, entry.target, items)


_GROUP = attrgetter("org_id", "kind")
