"""Moves on the command line and by jobs, and an own index that cannot be written to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from indexer import filling, jobs, joining, leaving, rebuild
from indexer.cli import index
from indexer.connections import Connections
from indexer.indices import Indices
from indexer.sync import Sync
from mappings.errors import ContractError, ServiceError
from runtime import queues
from store import write_set
from store.errors import NotFoundError
from tests.integration.indexer.moves import moved_apart, read_from, seen
from tests.integration.indexer.rebuilds import drain, entries
from tests.integration.indexer.shop import Shop, found
from tests.integration.indexer.work import waiting, work

pytestmark = pytest.mark.usefixtures("jobs_environment")


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (filling, joining, leaving):
        monkeypatch.setattr(module, "BATCH", 10)


def command(*words: str) -> Result:
    return CliRunner().invoke(index, words, catch_exceptions=False)


def test_an_organisation_moves_there_and_back_on_the_command_line(connections: Connections, shop: Shop) -> None:
    ours = shop.contacts(15)
    drain(connections)
    there = command("move", "--org", "shop", "--shards", "2").output
    own = read_from(connections, shop.org)
    assert f"{own} is read from now on" in there
    assert "it is so already" in command("move", "--org", "shop").output
    status = command("status").output
    assert f"{own}  live  of shop alone" in status
    assert "shop has left" in status
    assert f"{connections.alias}-" in command("rebuild", "--org", "shop").output
    assert read_from(connections, shop.org) not in {own, connections.alias}
    assert "is read from now on" in command("move", "--org", "shop", "--shared").output
    assert read_from(connections, shop.org) == connections.alias
    assert "is read from now on" in command("rebuild", "--org", "shop").output
    assert seen(connections, shop.org) == set(ours)


def test_status_tells_of_an_organisation_on_its_way_back(connections: Connections, shop: Shop) -> None:
    shop.contacts(20)
    drain(connections)
    moved_apart(connections, shop.org)
    steps = rebuild.move_back(connections, shop.org)
    next(steps)
    assert "  shop is sent there  10 of 20 contacts (50 %)" in command("status").output
    steps.close()
    assert f"organisation {shop.org}" in command("rebuild", "--abort").output


@pytest.mark.parametrize(
    "words",
    [("move",), ("move", "--org", "shop", "--shared", "--shards", "2"), ("rebuild", "--org", "shop", "--abort")],
)
def test_words_that_do_not_go_together_are_refused(words: tuple[str, ...]) -> None:
    assert command(*words).exit_code == 2


@pytest.mark.parametrize("words", [("move", "--org", "nobody"), ("rebuild", "--org", "nobody")])
def test_an_organisation_that_there_is_not_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(NotFoundError, match="no organisation 'nobody'"):
        command(*words)


def test_ctrl_c_gives_a_move_up(connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = shop.contacts(15)
    drain(connections)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(filling, "_check", interrupted)
    result = command("move", "--org", "shop")
    assert result.exit_code == 130
    assert "is given up" in result.output
    assert read_from(connections, shop.org) == connections.alias
    assert seen(connections, shop.org) == set(ours)


def test_sweeps_have_moves_gone_on_with_and_leftovers_removed(
    connections: Connections, shop: Shop, neighbour: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = shop.contacts(15), neighbour.contacts(5)
    jobs.sweep()
    steps = rebuild.move_apart(connections, shop.org)
    next(steps)
    steps.close()
    jobs.sweep()
    assert work(connections, queues.JOBS) == []
    assert seen(connections, shop.org) == set(ours)
    assert read_from(connections, shop.org) != connections.alias
    jobs.sweep()
    assert waiting(connections, queues.JOBS) == []
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0.0)
    jobs.resume_rebuild()
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 60.0)
    assert work(connections, queues.JOBS) == []
    (shared,) = (entry for entry in entries(connections) if entry.org_id is None)
    connections.indices.refresh(shared)
    assert found(connections) == set(theirs)


def test_a_rebuild_by_a_job_takes_every_index(connections: Connections, shop: Shop, neighbour: Shop) -> None:
    shop.contacts(5)
    neighbour.contacts(5)
    drain(connections)
    moved_apart(connections, shop.org)
    before = {entry.name for entry in entries(connections)}
    with connections.engine.begin() as db:
        write_set.ask(db, connections.alias)
    jobs.rebuild()
    assert before.isdisjoint(entry.name for entry in entries(connections))
    assert not rebuild.left_behind(connections)


def test_an_own_index_that_is_lost_keeps_nobody_else_waiting(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    shop.contacts(5)
    theirs = neighbour.contacts(5)
    drain(connections)
    own = moved_apart(connections, shop.org)
    connections.indices.client.indices.delete(index=own)
    neighbour.run("UPDATE contacts SET city = 'Köln'")
    new = [shop.contact("new"), neighbour.contact("new", city="Köln")]
    for worker in (connections, replace(connections, indices=Indices(connections.indices.client))):
        with pytest.raises(ServiceError, match="segments index rebuild"):
            drain(worker)
    with pytest.raises(ContractError, match=f"{own} is not in Elasticsearch; run: segments index rebuild"):
        drain(connections)
    assert found(connections, city="Köln", org_id=neighbour.org) == {*theirs, new[1]}
    assert shop.pending() == 6
    for _ in rebuild.steps_of(connections, shop.org):
        pass
    drain(connections)
    assert len(seen(connections, shop.org)) == 6
    assert shop.pending() == 0


def test_an_own_index_that_was_put_back_without_its_alias_keeps_nobody_else_waiting(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    shop.contacts(5)
    theirs = neighbour.contacts(5)
    drain(connections)
    own = moved_apart(connections, shop.org)
    connections.indices.client.indices.delete_alias(index=own, name=f"{own}.write")
    for place in (shop, neighbour):
        place.run("UPDATE contacts SET city = 'Köln' WHERE org_id = :org", org=place.org)
    for _ in range(2):  # the first finds it out
        with pytest.raises(ServiceError, match=f"{own}.write takes no documents: .*; run: segments index rebuild"):
            drain(connections)
    assert found(connections, city="Köln", org_id=neighbour.org) == set(theirs)
    assert shop.pending() == 5


def test_a_rebuild_for_another_contract_that_was_killed_is_gone_on_with(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    shop.contacts(15)
    neighbour.contacts(15)
    drain(connections)
    moved_apart(connections, shop.org)
    shop.run("UPDATE indices SET fingerprint = 'another'")
    jobs._connections().indices._widths.clear()
    steps = rebuild.steps(connections)
    next(steps)
    steps.close()
    with pytest.raises(ContractError, match="another contract"):
        jobs.sweep()
    assert work(connections, queues.JOBS) == []
    jobs.sweep()
    assert {entry.fingerprint for entry in entries(connections)} != {"another"}
    assert len(entries(connections)) == 2
    assert Sync(connections).drain(60).indexed == 0


def test_a_move_back_into_an_index_of_another_contract_is_given_up(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    ours = shop.contacts(15)
    neighbour.contacts(5)
    drain(connections)
    moved_apart(connections, shop.org)
    steps = rebuild.move_back(connections, shop.org)
    next(steps)
    steps.close()
    shop.run("UPDATE indices SET fingerprint = 'another'")
    newer = replace(connections, indices=Indices(connections.indices.client))
    assert not rebuild.left_behind(newer)
    for _ in rebuild.steps(newer):
        pass
    drain(newer)
    assert read_from(newer, shop.org) != connections.alias
    assert seen(newer, shop.org) == set(ours)
    assert {entry.fingerprint == "another" for entry in entries(newer)} == {False}
