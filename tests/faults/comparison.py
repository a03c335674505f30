"""The index against documents built afresh from PostgreSQL, field by field, with what is found by and never shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from elasticsearch import Elasticsearch
from sqlalchemy import Engine, select

from indexer import source
from indexer.documents import build
from store import tables, write_set
from store.holding import organisations_of
from store.write_set import Entry

_PACKED = ("events", "events_first", "events_count", "amounts_total", "amounts_average", "amounts_largest")
_HIDDEN = (*_PACKED, "amounts", "grams")  # left out of _source
_PAGE = 10_000
_CLAUSES = 500  # of the 1,024 that Elasticsearch takes in a query

Documents = dict[int, dict[str, Any]]


def differences(engine: Engine, elastic: Elasticsearch, alias: str) -> list[str]:
    """What the indices lack, have too much or have otherwise than PostgreSQL; empty where they are equal."""
    with engine.connect() as db:
        entries = write_set.write_set(db, alias)
    documents, found = built(engine), [] if entries else ["there is no index"]
    for entry in entries:
        if entry.state == "live":
            holds = organisations_of(entries, entry)
            wanted = {one: document for one, document in documents.items() if document["org_id"] in holds}
            found += _differences(elastic, entry, wanted)
    return found


def _differences(elastic: Elasticsearch, entry: Entry, wanted: Documents) -> list[str]:
    index = entry.name
    elastic.indices.refresh(index=index)
    held = _held(elastic, entry)
    found = [f"contact {one} is missing" for one in wanted.keys() - held.keys()]
    found += [f"contact {one} is too much" for one in held.keys() - wanted.keys()]
    for contact in wanted.keys() & held.keys():
        found += [f"contact {contact} differs in {name}" for name in _differing(wanted[contact], held[contact])]
    return found + [f"{claim} is not found" for claim in _unfound(elastic, index, wanted)]


def built(engine: Engine) -> Documents:
    """What the index should hold, by contact id."""
    with source.snapshot(engine) as db:
        ids = db.execute(select(tables.contacts.c.id)).scalars().all()
        made = build(source.read(db, ids))
    if made.refused:
        raise AssertionError(f"no documents can be built: {made.refused[:3]}")
    return {one.contact_id: dict(one.source) for one in made.documents if one.source is not None}


def _held(elastic: Elasticsearch, entry: Entry) -> Documents:
    """Shown as it was sent, and from the columns what is never shown; without what moves and is not read there."""
    query = {"bool": {"must_not": [{"terms": {"org_id": sorted(entry.moving)}}]}}
    answer = elastic.search(
        index=entry.name,
        query=query,
        size=_PAGE,
        docvalue_fields=[{"field": name} for name in _PACKED],
        track_total_hits=True,
    )
    hits = answer["hits"]["hits"]
    if len(hits) != answer["hits"]["total"]["value"]:
        raise AssertionError(f"more than {_PAGE} documents")
    return {int(hit["_id"]): hit["_source"] | hit.get("fields", {}) for hit in hits}


def _differing(wanted: Mapping[str, Any], held: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted((wanted.keys() | held.keys()) - {"amounts", "grams"}):
        expected = wanted.get(name)
        if name in _PACKED and expected is not None:
            expected = sorted(map(int, expected))
        if expected != held.get(name):
            yield name


def _unfound(elastic: Elasticsearch, index: str, wanted: Documents) -> Iterator[str]:
    """Grams and ranges have no columns to read: each is searched for, alone and with all of its kind."""
    claims = list(chain.from_iterable(_claims(contact, document) for contact, document in sorted(wanted.items())))
    for start in range(0, len(claims), _CLAUSES):
        several = claims[start : start + _CLAUSES]
        named = [{"bool": {"filter": clauses, "_name": name}} for name, clauses in several]
        answer = elastic.search(index=index, size=_PAGE, source=False, query={"bool": {"should": named}})
        found = set(chain.from_iterable(hit.get("matched_queries", ()) for hit in answer["hits"]["hits"]))
        yield from sorted({name for name, _ in several} - found)


def _claims(contact: int, document: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    this = {"term": {"contact_id": contact}}
    for field, grams in document.get("grams", {}).items():
        # From the mark of its beginning to that of its end: the whole value and nothing else.
        yield f"contact {contact}'s grams.{field}", [this, {"match_phrase": {f"grams.{field}": grams}}]
    for bounds in document.get("amounts", ()):
        query = [{"range": {"amounts": {**bounds, "relation": relation}}} for relation in ("within", "contains")]
        yield f"contact {contact}'s amounts {bounds}", [this, *query]


def shown(found: Iterable[str]) -> str:
    """The first few differences, for a person."""
    several = list(found)
    return f"{len(several)} differences, such as: {'; '.join(several[:5])}" if several else "none"
