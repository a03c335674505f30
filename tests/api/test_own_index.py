"""What users of an organisation see while it moves to an index of its own and back: nothing of it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from threading import Event, Thread

import pytest
from sqlalchemy import Engine

from indexer import filling, joining, leaving, rebuild
from indexer.connections import Connections
from indexer.drift import check
from indexer.progress import Progress
from runtime import database
from runtime.settings import Settings
from tests.api.conftest import Tenant, serving, tenant_of

TREE = {"field": "city", "operator": "=", "value": "Köln"}
OURS, THEIRS = 60, 20


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (filling, joining, leaving):
        monkeypatch.setattr(module, "BATCH", 10)


@pytest.fixture
def connections(own_settings: Settings) -> Iterator[Connections]:
    opened = Connections.open(own_settings)
    yield opened
    opened.close()


@pytest.fixture
def tenants(own_settings: Settings) -> Iterator[tuple[Tenant, Tenant]]:
    """Two organisations with contacts in Cologne, alone in an installation."""
    with ExitStack() as held:
        app = held.enter_context(serving(own_settings))
        engine: Engine = database.engine(own_settings)
        held.callback(engine.dispose)
        both = tenant_of(app, own_settings, engine), tenant_of(app, own_settings, engine)
        for tenant, size in zip(both, (OURS, THEIRS), strict=True):
            tenant.write([{"external_id": f"C-{number}", "properties": {"city": "Köln"}} for number in range(size)])
        yield both


def _answers(tenant: Tenant, segment: int) -> tuple[int, int, int]:
    """How many the count, the pages and the stream have."""
    path = f"/segments/{segment}/members"
    count = tenant.get(f"/segments/{segment}/count").json
    first = tenant.get(path, query_string={"limit": 40}).json
    assert count is not None
    assert first is not None
    rest = tenant.get(path, query_string={"limit": 40, "cursor": first["next"]}).json if first["next"] else {}
    assert rest is not None
    lines = tenant.get(path, headers={"Accept": "application/x-ndjson"}).data.splitlines()
    return count["count"], len(first["members"]) + len(rest.get("members", ())), len(lines)


def _saved(tenant: Tenant) -> int:
    made = tenant.post("/segments", {"name": "Cologne", "tree": TREE}).json
    assert made is not None
    return int(made["id"])


def test_answers_are_the_same_before_during_and_after_moves(
    connections: Connections, tenants: tuple[Tenant, Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    moving, other = tenants
    segments = _saved(moving), _saved(other)
    seen: list[set[tuple[int, int, int]]] = [set(), set()]
    done = Event()

    def read(place: int) -> None:
        while not done.is_set():
            seen[place].add(_answers(tenants[place], segments[place]))

    def made(work: Generator[Progress]) -> None:
        for _ in work:
            moving.index()

    readers = [Thread(target=read, args=(place,)) for place in range(2)]
    for reader in readers:
        reader.start()
    try:
        made(rebuild.move_apart(connections, moving.org_id))
        made(rebuild.steps(connections))
        made(rebuild.move_back(connections, moving.org_id))
        made(rebuild.move_apart(connections, moving.org_id))
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert seen == [{(OURS,) * 3}, {(THEIRS,) * 3}]
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)
    made(rebuild.resume(connections))
    assert [_answers(*one) for one in zip(tenants, segments, strict=True)] == [(OURS,) * 3, (THEIRS,) * 3]


def test_a_stream_that_was_begun_before_a_move_reads_on(
    connections: Connections, tenants: tuple[Tenant, Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    moving, _ = tenants
    monkeypatch.setattr("app.audience.STREAM_PAGE", 10)
    path = f"/segments/{_saved(moving)}/members"
    begun = moving.get(path, headers={"Accept": "application/x-ndjson"}, buffered=False)
    for _ in rebuild.move_apart(connections, moving.org_id):
        pass
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)
    for _ in rebuild.resume(connections):
        pass
    assert len(begun.data.splitlines()) == OURS


def test_the_index_shows_an_organisation_what_concerns_it(
    connections: Connections, tenants: tuple[Tenant, Tenant]
) -> None:
    moving, other = tenants

    def shown(tenant: Tenant) -> list[tuple[bool, str, int, int]]:
        answer = tenant.get("/index").json
        assert answer is not None
        return [(one["own"], one["state"], one["done"], one["total"]) for one in answer["indices"]]

    out = rebuild.move_apart(connections, moving.org_id)
    next(out)
    assert shown(moving) == [(False, "live", 0, 0), (True, "building", 0, OURS)]
    assert shown(other) == [(False, "live", 0, 0)]
    list(out)
    assert shown(moving) == [(True, "live", OURS, OURS)]
    assert shown(other) == [(False, "live", 0, 0)]
    back = rebuild.move_back(connections, moving.org_id)
    next(back)
    assert shown(moving) == [(False, "building", 10, OURS), (True, "live", OURS, OURS)]
    assert shown(other) == [(False, "live", 0, 0)]
    list(back)
    assert shown(moving) == [(False, "live", 0, 0), (True, "retired", OURS, OURS)]


def test_the_index_tells_the_organisation_whose_own_is_missing(
    connections: Connections, tenants: tuple[Tenant, Tenant]
) -> None:
    moving, other = tenants
    for _ in rebuild.move_apart(connections, moving.org_id):
        pass
    own = moving.get("/index").json["indices"][0]["name"]  # type: ignore[index]
    connections.indices.client.indices.delete(index=own)
    check.check(connections, 60)

    def faults(tenant: Tenant) -> list[str | None]:
        answer = tenant.get("/index").json
        assert answer is not None
        return [one["fault"] for one in answer["indices"]]

    (told,) = faults(moving)
    assert told is not None
    assert told.startswith(f"{own} is not in Elasticsearch; run: segments index rebuild --org ")
    assert faults(other) == [None]
