"""What the index holds: sums by block, and the documents of a few blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch

from indexer.drift.judgement import Held, contact_of
from indexer.errors import answering
from store.expected import BLOCK, Group, Span

_PAGE = 5_000  # groups in one answer
_MOST_GROUPS = 100_000  # the memory of a few requests; more documents than the database has contacts end a span early
MOST_DOCUMENTS = 10_000  # Elasticsearch's own limit for one page


@dataclass(frozen=True, slots=True)
class Sums:
    """Of each block and organisation (None: the document names none) in `span` what its documents add up to."""

    span: Span
    groups: Mapping[tuple[int, int | None], Group]


def sums(client: Elasticsearch, index: str, span: Span, org_id: int | None = None) -> Sums:
    """The sums of the span, of one organisation or of all; or of its first blocks where it has too many.

    A group whose documents were written twice, or say another version than they have, has a sum that is no version's.
    """
    groups: dict[tuple[int, int | None], Group] = {}
    for bucket in _buckets(client, index, span, org_id):
        key = int(bucket["key"]["block"]) // BLOCK, bucket["key"]["org"]
        if len(groups) >= _MOST_GROUPS and key[0] != (last := next(reversed(groups))[0]):
            return Sums(Span(span.first, (last + 1) * BLOCK), groups)
        groups[key] = _group(bucket)
    return Sums(span, groups)


def _buckets(client: Elasticsearch, index: str, span: Span, org_id: int | None) -> Iterator[Mapping[str, Any]]:
    theirs = [] if org_id is None else [{"term": {"org_id": org_id}}]
    sources = [
        {"block": {"histogram": {"field": "contact_id", "interval": BLOCK}}},
        {"org": {"terms": {"field": "org_id", "missing_bucket": True}}},
    ]
    composite: dict[str, Any] = {"size": _PAGE, "sources": sources}
    within = {"said": {"sum": {"field": "version"}}, "kept": {"sum": {"field": "_version"}}}
    while True:
        with answering():
            answer = client.search(
                index=index,
                size=0,
                query={"bool": {"filter": [_between(span), *theirs]}},
                aggregations={"groups": {"composite": composite, "aggregations": within}},
                allow_partial_search_results=False,
            )
        found = answer["aggregations"]["groups"]
        yield from found["buckets"]
        if "after_key" not in found:
            return
        composite["after"] = found["after_key"]


def _group(bucket: Mapping[str, Any]) -> Group:
    said, kept = int(bucket["said"]["value"]), int(bucket["kept"]["value"])
    return Group(bucket["doc_count"], kept if said == kept else -1)


def in_blocks(client: Elasticsearch, index: str, numbers: Iterable[int]) -> tuple[Held, ...]:
    """The documents of these blocks, at most MOST_DOCUMENTS of them."""
    spans = [_between(Span(number * BLOCK, (number + 1) * BLOCK)) for number in numbers]
    return _documents(client, index, {"bool": {"should": spans}})


def nowhere(client: Elasticsearch, index: str) -> tuple[Held, ...]:
    """Documents that say no contact id, or some of them: they are in no block."""
    return _documents(client, index, {"bool": {"must_not": {"exists": {"field": "contact_id"}}}})


def _documents(client: Elasticsearch, index: str, query: Mapping[str, Any]) -> tuple[Held, ...]:
    with answering():
        answer = client.search(
            index=index,
            size=MOST_DOCUMENTS,
            query=query,
            version=True,
            source=False,
            docvalue_fields=[{"field": name} for name in ("org_id", "contact_id", "version")],
            sort=["_doc"],
            track_total_hits=False,
            allow_partial_search_results=False,
        )
    return tuple(map(_held, answer["hits"]["hits"]))


def _held(hit: Mapping[str, Any]) -> Held:
    said = hit.get("fields", {})
    return Held(
        id=hit["_id"],
        contact_id=contact_of(hit["_id"]),
        version=hit["_version"],
        org_id=_one(said.get("org_id")),
        said_id=_one(said.get("contact_id")),
        said_version=_one(said.get("version")),
    )


def _one(values: Sequence[int] | None) -> int | None:
    return values[0] if values else None


def _between(span: Span) -> dict[str, Any]:
    limits = {"gte": span.first, "lt": span.end}
    return {"range": {"contact_id": {name: limit for name, limit in limits.items() if limit is not None}}}
