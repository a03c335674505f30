"""An index of its own, made by the contract, that documents are written straight into."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from elasticsearch import Elasticsearch

from mappings.fields import Catalogue
from mappings.index import bucket, mapping, settings
from mappings.standard import STANDARD
from mappings.text import grams
from segments import Condition, Moment, closed_windows, compile  # noqa: A004 (the field's word)
from segments.clauses import Clause
from segments.operators import ClosedWindow

ORG = 1
_PAGE = 10_000


class Contacts:
    """The contacts of one organisation in an index; `add` gives them ids, 1 and on."""

    def __init__(self, client: Elasticsearch, name: str, catalogue: Catalogue) -> None:
        self._client = client
        self.name = name
        self._catalogue = catalogue
        self._ids = itertools.count(1)
        client.indices.create(index=name, settings=settings(refresh="-1"), mappings=mapping())

    @classmethod
    @contextmanager
    def indexed(cls, client: Elasticsearch, catalogue: Catalogue) -> Iterator[Self]:
        """None yet, in an index that lasts as long as the block."""
        name = f"language-{uuid.uuid4().hex[:12]}"
        made = cls(client, name, catalogue)
        try:
            yield made
        finally:
            client.indices.delete(index=name)

    def add(self, *documents: Mapping[str, Any]) -> list[int]:
        """Their ids, once they can be found."""
        ids = [next(self._ids) for _ in documents]
        lines = (
            line
            for contact_id, document in zip(ids, documents, strict=True)
            for line in ({"index": {"_id": str(contact_id)}}, self._whole(contact_id, document))
        )
        while batch := list(itertools.islice(lines, 4_000)):
            answer = self._client.bulk(index=self.name, operations=batch)
            assert not answer["errors"], next(item for item in answer["items"] if item["index"]["status"] >= 300)
        self._client.indices.refresh(index=self.name)
        return ids

    def _whole(self, contact_id: int, document: Mapping[str, Any]) -> dict[str, Any]:
        """The document with what stands in every one, and beside some values."""
        whole = {"org_id": ORG, "contact_id": contact_id, "bucket": bucket(contact_id), "version": 1} | dict(document)
        for field in self._catalogue:
            outer, last = _holder(whole, field.path)
            if field.code is None and last in outer:
                for suffix, number in field.type.companions(outer[last], self._catalogue.time_zone).items():
                    outer[f"{last}{suffix}"] = number
        texts = {one.name: _at(whole, one.name) for one in STANDARD if one.grams}
        return whole | {"grams": {name.replace(".", "_"): grams(text) for name, text in texts.items() if text}}

    # -- asking

    def found(self, condition: Condition, moment: Moment) -> set[int]:
        """The ids of the contacts on which the condition holds, by the index."""
        return self.matched(compile(condition, moment, self.ranks(condition, moment)))

    def matched(self, clause: Clause) -> set[int]:
        """The ids of the contacts that the clause matches; all of them, however many."""
        return {hit["sort"][0] for hit in self._hits(clause)}

    def _hits(self, clause: Clause) -> Iterator[Any]:
        after: dict[str, Any] = {}
        while True:
            answer = self._client.search(
                index=self.name, query=fenced(clause), size=_PAGE, sort=["contact_id"], source=False, **after
            )
            assert not answer["_shards"]["failed"], answer["_shards"]
            hits = answer["hits"]["hits"]
            yield from hits
            if len(hits) < _PAGE:
                return
            after = {"search_after": hits[-1]["sort"]}

    def count(self, clause: Clause) -> int:
        """How many contacts the clause matches."""
        answer = self._client.search(index=self.name, query=fenced(clause), size=0, track_total_hits=True)
        assert not answer["_shards"]["failed"], answer["_shards"]
        total: int = answer["hits"]["total"]["value"]
        return total

    def ranks(self, condition: Condition, moment: Moment) -> dict[ClosedWindow, int]:
        """The highest rank of any contact at or after the end of each closed window, rank by rank."""
        return {window: self._highest(window) for window in closed_windows(condition, moment)}

    def _highest(self, window: ClosedWindow) -> int:
        def there(rank: int) -> bool:
            begin = window.code << 41 | rank << 32
            span = {"gte": begin + window.before, "lte": begin + 2**32 - 1}
            return window.before < 2**32 and self.count({"range": {"events": span}}) > 0

        return next(rank for rank in range(512) if rank == 511 or not there(rank + 1))


def fenced(clause: Clause) -> Clause:
    """The clause within an organisation, as every query of the service is."""
    return {"bool": {"filter": [{"term": {"org_id": ORG}}, clause]}}


def _holder(document: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """The object that holds the path's last step (an empty one where the document has none), and that step."""
    *outer, last = path.split(".")
    held: Any = document
    for step in outer:
        held = held.get(step) or {}
    return held, last


def _at(document: dict[str, Any], path: str) -> Any:
    outer, last = _holder(document, path)
    return outer.get(last)
