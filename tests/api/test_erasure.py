"""A contact that is deleted is nowhere any more: a mark in all of its fields is looked for in every store."""

from __future__ import annotations

import json
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from redis import Redis
from sqlalchemy import Engine, insert, select, text

from runtime import database
from runtime.queues import wake_index
from runtime.settings import Settings
from store import organisations, segments, tables, tokens
from tests.serving import api, process, straight

SECONDS = 60.0
MARK = "zqxmark"  # of the contact; grams and fold leave it as it is
SHARED = "zqshared"  # of what the contact shares with others, and leaves behind

TEXTS = ("email", "phone", "first_name", "last_name", "full_name", "job_title", "language", "country", "region", "city")
PROPERTIES = {name: f"{MARK}-{name}@example.com" for name in (*TEXTS, "postal_code", "time_zone", "source")}
EVENT = {
    "id": f"{MARK}-event",
    "type": "purchase",
    "at": "2026-01-01T00:00:00Z",
    "amount": 5,
    "channel": "email",
    "note": MARK,
    MARK: "as a key",
    "list": [MARK],
}
CONTACT = {
    "external_id": f"{MARK}-1",
    "properties": PROPERTIES | {"lifecycle_stage": f"{MARK} stage", "birth_date": "1990-01-01"},
    "custom": {"note": MARK, "hobbies": [MARK], "score": 5},
    "tags": [f"{SHARED} tag"],
    "company": {"external_id": f"{SHARED}-K", "name": f"{SHARED} company"},
    "owner": {"email": f"{SHARED}@example.com", "name": "Kim"},
    "team": f"{SHARED} team",
    "channels": {"email": "subscribed"},
    "events": [EVENT],
}


@dataclass(frozen=True)
class Place:
    """The service in processes of its own, and all places where it may keep something."""

    settings: Settings
    engine: Engine
    elastic: Elasticsearch
    places: tuple[Path, ...]
    org_id: int
    token: str
    port: int

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        raw = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v1{path}", raw, headers, method=method)
        with straight(request, timeout=SECONDS) as answer:
            return json.loads(answer.read() or "null")

    def indexed(self, refused: int = 0) -> None:
        """The workers have done what there was to do."""
        deadline = time.monotonic() + SECONDS
        while (state := self.ask("GET", "/index"))["pending"] != refused or state["refused"] != refused:
            assert time.monotonic() < deadline, state
            time.sleep(0.1)  # until the deadline: nothing tells when a worker is done

    def found(self, mark: str) -> set[str]:
        """Tables, indices, kinds of Redis keys and files that hold it."""
        return {*self._tables(mark), *self._indices(mark), *self._keys(mark), *self._files(mark)}

    def _tables(self, mark: str) -> Iterator[str]:
        named = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        with self.engine.connect() as db:
            for table in db.execute(named).scalars():
                held = text(f'SELECT count(*) FROM "{table}" AS one WHERE strpos(lower(one::text), :mark) > 0')
                if db.execute(held, {"mark": mark}).scalar_one():
                    yield f"table {table}"

    def _indices(self, mark: str) -> Iterator[str]:
        """What documents return, and what their fields are found by: those outside of _source as well."""
        for index in self.elastic.indices.get(index=f"{self.settings.index_prefix}*"):
            self.elastic.indices.refresh(index=index)
            every = self.elastic.search(index=index, size=10_000)["hits"]["hits"]
            if mark in json.dumps([hit["_source"] for hit in every]).lower():
                yield "documents"
            terms = {"query_string": {"query": f"*{mark}*", "fields": ["*"], "lenient": True}}
            grams = {"query_string": {"query": mark[:3], "fields": ["grams.*"], "lenient": True}}
            for kind, query in (("terms", terms), ("grams", grams)):
                if self.elastic.count(index=index, query=query)["count"]:
                    yield kind

    def _keys(self, mark: str) -> Iterator[str]:
        with Redis.from_url(self.settings.redis_url or "") as redis:
            for key in redis.scan_iter():
                if mark.encode() in b" ".join((key, *map(_unpacked, _READ[redis.type(key)](redis, key)))).lower():
                    yield f"key {key!r}"

    def _files(self, mark: str) -> Iterator[str]:
        for file in chain(self.places, *(place.rglob("*") for place in self.places)):
            if file.is_file() and mark.encode() in file.read_bytes().lower():
                yield f"file {file.name}"


# All that a key of the kind holds; one may end while it is looked at.
_READ: dict[bytes, Callable[[Any, bytes], Iterable[bytes]]] = {
    b"none": lambda *_: (),
    b"string": lambda redis, key: (redis.get(key) or b"",),
    b"hash": lambda redis, key: chain(*redis.hgetall(key).items()),
    b"list": lambda redis, key: redis.lrange(key, 0, -1),
    b"set": lambda redis, key: redis.smembers(key),
    b"zset": lambda redis, key: redis.zrange(key, 0, -1),
    b"stream": lambda redis, key: chain(*(chain(*pairs.items()) for _, pairs in redis.xrange(key))),
}


def _unpacked(value: bytes) -> bytes:
    """RQ compresses the arguments, results and errors of jobs."""
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


@pytest.fixture
def place(own_settings: Settings, elastic: Elasticsearch, tmp_path: Path) -> Iterator[Place]:
    engine = database.engine(own_settings)
    with engine.begin() as db:
        org_id = organisations.create(db, "erasure").id
        token = tokens.create(db, org_id, "tests", ["read", "write"])
    with ExitStack() as running:
        running.callback(engine.dispose)
        log = running.enter_context((tmp_path / "log").open("wb"))
        running.enter_context(process(own_settings, "indexer", "worker", log=log))
        port = running.enter_context(api(own_settings, log=log))
        yield Place(own_settings, engine, elastic, (tmp_path, *_files_of_servers(elastic)), org_id, token, port)


def _files_of_servers(elastic: Elasticsearch) -> tuple[Path, ...]:
    """Whatever the embedded servers write but for the files of tables and indices: logs, and all of Valkey's."""
    if Settings.load().elasticsearch_url is not None:
        return ()  # somebody else's
    [node] = elastic.nodes.info(metric="settings")["nodes"].values()
    logs = Path(node["settings"]["path"]["logs"])
    ground = logs.parents[1]
    return (logs, ground / "valkey", *ground.glob("*.log"))


def test_nothing_of_a_deleted_contact_is_kept_anywhere(place: Place) -> None:
    for key, kind in (("note", "text"), ("hobbies", "multi-choice"), ("score", "number")):
        place.ask("POST", "/custom-fields", {"key": key, "type": kind})
    written = place.ask("POST", "/contacts/batch", {"contacts": [CONTACT, {"external_id": "other"}]})
    assert written["refused"] == 0, written
    contact_id = written["outcomes"][0]["id"]
    place.indexed()
    _spoil(place, contact_id)
    place.indexed(refused=1)  # the index keeps the document of before
    _ask_about(place)
    assert _tables_about(place, contact_id) == {"contact_channels", "contact_tags", "events", "static_members"}
    tables = {"table contacts", "table events", "table index_state"}
    assert place.found(MARK) == {*tables, "documents", "terms", "grams"}
    place.ask("DELETE", f"/contacts/{contact_id}")
    assert not [found for found in place.found(MARK) if found.startswith("table")]  # at once
    assert _tables_about(place, contact_id) == set()
    place.indexed()
    assert place.found(MARK) == set()
    # What the organisation's contacts share is its own, whoever carried it.
    shared = {"companies", "owners", "tags", "teams"}
    assert place.found(SHARED) == {f"table {name}" for name in shared}


def _spoil(place: Place, contact_id: int) -> None:
    """By SQL a value that the index refuses: the reason, with the value, is kept beside the contact's state."""
    spoilt = text(
        "UPDATE contacts SET custom = jsonb_set(custom, '{score}', to_jsonb(CAST(:mark AS text))) WHERE id = :id"
    )
    with place.engine.begin() as db:
        db.execute(spoilt, {"mark": MARK, "id": contact_id})
        listed = segments.create(db, place.org_id, "List")
        db.execute(insert(tables.static_members).values(segment_id=listed.id, contact_id=contact_id))
    wake_index(place.settings)


def _ask_about(place: Place) -> None:
    """Requests that name the contact, and one whose items are refused."""
    assert len(place.ask("GET", f"/contacts?external_id={MARK}-1")["contacts"]) == 1
    assert place.ask("GET", f"/fields/city/values?q={MARK}")["values"]
    tree = {"field": "email", "operator": "contains", "value": MARK}
    assert place.ask("POST", "/segments/preview", {"tree": tree, "columns": ["email"]})["count"] == 1
    spoilt = {"external_id": MARK, "properties": {"birth_date": MARK}}
    assert place.ask("POST", "/contacts/batch", {"contacts": [spoilt]})["refused"] == 1


def _tables_about(place: Place, contact_id: int) -> set[str]:
    """The tables that name the contact, but for index_state, which remembers that it was deleted."""
    about = [
        table for table in tables.metadata.sorted_tables if "contact_id" in table.c and table.name != "index_state"
    ]
    with place.engine.connect() as db:
        return {one.name for one in about if db.execute(select(one).where(one.c.contact_id == contact_id)).first()}
