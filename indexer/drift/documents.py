"""Some documents are built anew and compared field by field with what the index holds.

Sums of versions tell of lost and late writes. Here is found what has the right version and the wrong content: a change
that no trigger saw, a fault of the builder that was mended since, a document that somebody changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from indexer import source
from indexer.connections import Connections
from indexer.documents import build
from indexer.drift.fields import Parts, differing, questions, shown
from indexer.drift.judgement import Drift
from indexer.drift.scope import Scope
from indexer.errors import BusyError, answering
from mappings.index import PACKED
from store import expected
from store.drift import Kind
from store.write_set import Entry

AT_ONCE = 50  # documents in one request, each with questions of its own


def sample(connections: Connections, entry: Entry, size: int) -> list[int]:
    """Some contacts by chance of which the index has documents."""
    with connections.engine.connect() as db:
        return expected.sample(db, Scope.of(db, connections.alias, entry).organisations, size)


def differences(connections: Connections, entry: Entry, contacts: Sequence[int]) -> Iterator[Drift]:
    """The documents of these contacts that have the right version and are not what is built now.

    Others are what comparing versions finds.
    """
    for first in range(0, len(contacts), AT_ONCE):
        yield from _differences(connections, entry, contacts[first : first + AT_ONCE])


def _differences(connections: Connections, entry: Entry, contacts: Collection[int]) -> Iterator[Drift]:
    with source.snapshot(connections.engine) as db:
        scope = Scope.of(db, connections.alias, entry)
        before = expected.of(db, contacts)
        rows = source.read(db, contacts)
    built = {one.contact_id: Parts.of(one.source) for one in build(rows).documents if one.source is not None}
    hits = _read(connections.indices.client, entry.name, built)
    with connections.engine.connect() as db:
        scope = scope.until(Scope.of(db, connections.alias, entry))
        after = expected.of(db, contacts)
    for contact, hit in hits.items():
        known = after.get(contact)
        if known is None or known != before[contact] or not (known.settled and known.exists):
            continue  # on its way
        if known.org_id not in scope.organisations or known.org_id in scope.moving:
            continue
        if hit["_version"] == known.version and (fields := _differing(built[contact], hit)):
            yield Drift(Kind.DIFFERENT, str(contact), known.org_id, known.version, known.version, fields)


def _read(client: Elasticsearch, index: str, built: Mapping[int, Parts]) -> dict[int, dict[str, Any]]:
    """What the index holds of these contacts, as far as it does: source, packed numbers, the questions answered yes."""
    searches: list[dict[str, Any]] = []
    for contact, parts in built.items():
        named = [{"bool": {"_name": name, "filter": query}} for name, query in questions(parts).items()]
        searches += [
            {"index": index, "allow_partial_search_results": False},
            {
                "query": {"bool": {"filter": {"ids": {"values": [str(contact)]}}, "should": named}},
                "version": True,
                "docvalue_fields": list(PACKED),
            },
        ]
    if not searches:
        return {}
    with answering():
        answers = client.msearch(searches=searches)["responses"]
    return {contact: hit for contact, answer in zip(built, answers, strict=True) for hit in _hits(answer)}


def _hits(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The hits of one of several searches: each fails for itself."""
    if "error" in answer:
        raise BusyError(f"Elasticsearch did not answer: {answer['error']['reason']}", "try again later")
    hits: list[dict[str, Any]] = answer["hits"]["hits"]
    return hits


def _differing(parts: Parts, hit: Mapping[str, Any]) -> tuple[str, ...]:
    found = hit.get("fields", {})
    packed = {name: tuple(sorted(found.get(name, ()))) for name in PACKED}
    denied = {name for name in questions(parts) if name not in hit.get("matched_queries", ())}
    return tuple(
        sorted({*differing(parts.shown, dict(shown(hit["_source"]))), *differing(parts.packed, packed), *denied})
    )
