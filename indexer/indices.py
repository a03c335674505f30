"""Elasticsearch's side of the indices: creating, widening, checking, swapping, deleting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from indexer.errors import MissingIndexError, answering
from indexer.registry import Widths
from mappings.errors import ContractError
from mappings.index import OBJECTS, SLOTS, fingerprint, mapping, settings, slot_properties
from runtime.settings import Settings
from store.write_set import Entry

_SLOT = re.compile(r"(?P<kind>[a-z]+)_(?P<number>\d+)")
_STEP = 8  # slots added at a time: an organisation that adds one field tends to add another


@dataclass(slots=True)
class Indices:
    """The indices of one Elasticsearch, by name. What was once seen of an index is remembered for the process."""

    client: Elasticsearch
    _widths: dict[str, Widths] = field(default_factory=dict)

    def create(self, entry: Entry, widths: Widths, options: Settings) -> None:
        """The index exists, empty, read by nobody; it is refreshed and copied only once it is live."""
        with answering():
            self.client.indices.create(
                index=entry.name,
                settings=settings(shards=entry.shards or options.index_shards, replicas=0, refresh="-1"),
                mappings=mapping(_rounded(widths)),
                aliases={entry.target: {}},
            )

    def ready(self, entry: Entry, widths: Widths) -> bool:
        """The index can be written to: it is there, has this contract and slots of these numbers; True where it was
        given more of them.

        Raises:
            MissingIndexError: it is not there, or not under the name that is written to.
            ContractError: it was built by another contract.
        """
        known = self._widths.get(entry.name)  # another thread may forget it at any time
        if known is None:
            known = self._widths[entry.name] = self._look(entry)
        wider = any(
            count > known[owner].get(kind, 0) for owner, kinds in widths.items() for kind, count in kinds.items()
        )
        if wider:
            self._widths[entry.name] = self._widen(entry, widths)
        return wider

    def forget(self, entry: Entry) -> None:
        """What was seen of the index may be so no more."""
        self._widths.pop(entry.name, None)

    def _look(self, entry: Entry) -> Widths:
        if entry.fingerprint != fingerprint():
            raise _other_contract(entry)
        found = self._mapping(entry)
        if found.get("_meta", {}).get("fingerprint") != fingerprint():
            raise _other_contract(entry)
        return _widths_of(found["properties"])

    def _mapping(self, entry: Entry) -> dict[str, Any]:
        try:
            with answering():
                answer = self.client.indices.get(index=entry.name, features=["aliases", "mappings"])
        except NotFoundError as error:
            raise MissingIndexError(f"{entry.name} is not in Elasticsearch", "run: segments index rebuild") from error
        if entry.target not in answer[entry.name]["aliases"]:
            raise MissingIndexError(f"{entry.target} takes no documents: it is no alias", "run: segments index rebuild")
        found: dict[str, Any] = answer[entry.name]["mappings"]
        return found

    def _widen(self, entry: Entry, widths: Widths) -> Widths:
        """Slots are only ever added; two workers that add the same ones agree."""
        wider = _widest(_rounded(widths), _widths_of(self._mapping(entry)["properties"]))
        contact, company = (({"properties": slot_properties(wider[owner])}) for owner in OBJECTS)
        with answering():
            self.client.indices.put_mapping(
                index=entry.name, properties={"custom": contact, "company": {"properties": {"custom": company}}}
            )
        return wider

    def exists(self, entry: Entry) -> bool:
        """Whether Elasticsearch has the index."""
        with answering():
            return bool(self.client.indices.exists(index=entry.name))

    def refresh(self, entry: Entry) -> None:
        """What was written so far can be found; one that was deleted meanwhile is let be."""
        with answering():
            self.client.indices.refresh(index=entry.name, ignore_unavailable=True)

    def highest_version(self, entry: Entry) -> int:
        """The highest version that a document says; 0 without any."""
        self.refresh(entry)
        highest = {"highest": {"max": {"field": "version"}}}
        with answering():
            answer = self.client.search(
                index=entry.name,
                size=0,
                aggregations=highest,
                ignore_unavailable=True,
                allow_partial_search_results=False,
            )
        return int(answer.get("aggregations", {}).get("highest", {}).get("value") or 0)

    def publish(self, entry: Entry, alias: str, options: Settings) -> None:
        """The index has copies and is refreshed as one that is read; then, if it is shared, the alias points to it."""
        standing = settings(replicas=options.index_replicas)
        wanted = {name: standing[name] for name in ("number_of_replicas", "refresh_interval")}
        with answering():
            self.client.indices.put_settings(index=entry.name, settings=wanted)
        self.refresh(entry)
        if entry.org_id is None:
            self.point(entry, alias)

    def point(self, entry: Entry, alias: str) -> None:
        """The alias means this index and no other, from one request to the next."""
        with answering():
            self.client.indices.update_aliases(
                actions=[
                    {"remove": {"index": f"{alias}-*", "alias": alias, "must_exist": False}},
                    {"add": {"index": entry.name, "alias": alias}},
                ]
            )

    def delete(self, entry: Entry) -> None:
        """The index is gone, if it was there."""
        with answering():
            self.client.indices.delete(index=entry.name, ignore_unavailable=True)


def _other_contract(entry: Entry) -> ContractError:
    if entry.state == "building":
        return ContractError(
            f"{entry.name} is being built by another version of this service",
            "run that version here as well, or: segments index rebuild --abort",
        )
    return ContractError(f"{entry.name} was built by another contract", "run: segments index rebuild")


def _widths_of(properties: Mapping[str, Any]) -> Widths:
    """The slots of a mapping."""
    return {
        "contact": _count(properties["custom"]["properties"]),
        "company": _count(properties["company"]["properties"]["custom"]["properties"]),
    }


def _count(slots: Mapping[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in slots:
        if match := _SLOT.fullmatch(name):
            counts[match["kind"]] = max(counts.get(match["kind"], 0), int(match["number"]) + 1)
    return counts


def _rounded(widths: Widths) -> Widths:
    """So many slots and a few more; never fewer than a new index begins with."""
    stepped = {owner: {kind: -(-count // _STEP) * _STEP for kind, count in widths[owner].items()} for owner in OBJECTS}
    return _widest(stepped, dict.fromkeys(OBJECTS, SLOTS))


def _widest(one: Widths, other: Widths) -> Widths:
    return {
        owner: {kind: max(one[owner].get(kind, 0), other[owner].get(kind, 0)) for kind in SLOTS} for owner in OBJECTS
    }
