"""The check that never ends, and the one that a person asks for."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from indexer import jobs
from indexer.cli import index
from indexer.connections import Connections
from indexer.drift import check
from indexer.registry import widths
from mappings.errors import ContractError
from runtime import queues
from store import drift, write_set
from store.drift import Check, Kind
from tests.integration.indexer.drifts import checked, fresh, put
from tests.integration.indexer.rebuilds import drain, entries
from tests.integration.indexer.shop import Shop, count, found
from tests.integration.indexer.work import until, waiting, work
from tests.serving import process

pytestmark = pytest.mark.usefixtures("jobs_environment")


@pytest.fixture
def contacts(connections: Connections, shop: Shop) -> list[int]:
    """Contacts of three blocks, indexed."""
    made = shop.contacts(2_500)
    drain(connections)
    return made


@pytest.fixture
def sliced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block at a time, and no more in one job."""
    monkeypatch.setattr(check, "SLICE", 1_000)
    monkeypatch.setattr(jobs, "CHECK_SECONDS", 0.0)


def lose(connections: Connections, *contacts: int) -> None:
    for contact in contacts:
        connections.indices.client.delete(index=connections.alias, id=str(contact))


def at(connections: Connections) -> Check:
    with connections.engine.connect() as db:
        known = drift.check(db, connections.alias)
    assert known is not None
    return known


def test_before_the_first_index_there_is_nothing_to_check(connections: Connections) -> None:
    jobs.check()
    assert waiting(connections, queues.INDEX) == []


def test_a_check_that_waits_serves_a_change_as_well(connections: Connections, shop: Shop) -> None:
    queues.enqueue(connections.settings, queues.INDEX, "indexer.jobs.check")
    anna = shop.contact("a")
    assert not queues.wake_index(connections.settings)
    assert work(connections, queues.INDEX) == []
    assert found(connections) == {anna}


def test_what_a_check_finds_workers_repair(connections: Connections, contacts: list[int]) -> None:
    lose(connections, *contacts[:3])
    jobs.check()
    assert waiting(connections, queues.INDEX) == ["indexer.jobs.sync"]
    assert work(connections, queues.INDEX) == []
    assert found(connections) >= set(contacts[:3])
    jobs.check()
    assert waiting(connections, queues.INDEX) == []


@pytest.mark.usefixtures("sliced")
def test_a_pass_goes_on_where_the_last_job_ended(connections: Connections, contacts: list[int]) -> None:
    reached = []
    for _ in range(4):
        jobs.check()
        reached.append((at(connections).through, at(connections).checked))
    assert reached == [(999, 999), (1_999, 1_999), (0, 0), (999, 999)]
    assert at(connections).finished_checked == len(contacts)
    assert waiting(connections, queues.INDEX) == []


@pytest.mark.usefixtures("sliced")
def test_where_something_was_found_the_rest_of_the_pass_follows_at_once(
    connections: Connections, contacts: list[int]
) -> None:
    lose(connections, contacts[10], contacts[1_500])
    jobs.check()
    assert waiting(connections, queues.INDEX) == ["indexer.jobs.sync", "indexer.jobs.check"]
    assert work(connections, queues.INDEX) == []
    assert found(connections) >= {contacts[10], contacts[1_500]}
    assert at(connections).through == 0


def test_two_checks_at_once_do_the_work_once(connections: Connections, contacts: list[int]) -> None:
    lose(connections, contacts[0])
    with write_set.alone(connections.engine, f"drift of {connections.alias}"):
        assert checked(connections).drifted == 0
    assert checked(connections).drifted == 1


def test_a_missing_index_is_told_with_the_remedy(connections: Connections, contacts: list[int]) -> None:
    assert contacts
    connections.indices.delete(entries(connections)[0])
    with pytest.raises(ContractError, match="segments index rebuild"):
        checked(connections)


def test_an_index_restored_from_an_older_state_is_healed_without_a_hand(
    connections: Connections, shop: Shop, contacts: list[int]
) -> None:
    old = {contact: fresh(connections, contact) for contact in contacts[:20]}
    shop.run("UPDATE contacts SET city = 'Köln'")
    drain(connections)
    (entry,) = entries(connections)
    connections.indices.delete(entry)
    connections.indices.create(entry, widths(()), connections.settings)
    connections.indices.publish(entry, connections.alias, connections.settings)
    for contact, document in old.items():
        put(connections, contact, document["version"], document)
    scheduler = process(connections.settings, "rq.cli", "cron", "cli.schedule")
    with process(connections.settings, "indexer", "worker"), scheduler:
        until(lambda: len(found(connections, city="köln")) == len(contacts))
    assert count(connections) == len(contacts)


def command(*words: str) -> Result:
    return CliRunner().invoke(index, words, catch_exceptions=False)


def test_verify_says_what_differs_by_its_exit_code_as_well(
    connections: Connections, shop: Shop, contacts: list[int]
) -> None:
    sound = command("verify", "--documents", "1")  # of more, chance may take one twice
    assert sound.exit_code == 0
    assert f"{entries(connections)[0].name}: 2,500 contacts compared, 1 documents built anew" in sound.output
    lose(connections, *contacts[:12])
    drifted = command("verify", "--documents", "0")
    assert drifted.exit_code == 3
    assert f"organisation {shop.org}: 12 missing, such as {contacts[0]}, {contacts[1]}" in drifted.output
    assert "segments index verify --repair" in drifted.output
    assert shop.pending() == 0
    assert command("verify", "--documents", "0", "--repair").exit_code == 3
    assert shop.pending() == 12
    assert waiting(connections, queues.INDEX) == ["indexer.jobs.sync"]
    assert work(connections, queues.INDEX) == []
    assert command("verify").exit_code == 0
    with connections.engine.connect() as db:
        (finding,) = drift.findings(db)
    assert (finding.kind, finding.found, finding.repaired) == (Kind.MISSING, 12, 12)


def test_verify_names_the_fields_that_differ(connections: Connections, shop: Shop) -> None:
    anna = shop.contact("a", city="Köln")
    drain(connections)
    document = fresh(connections, anna)
    put(connections, anna, document["version"], document | {"city": "Bonn", "source": "web"})
    result = command("verify")
    assert result.exit_code == 3
    assert f"organisation {shop.org}: 1 different in city, source, such as {anna}" in result.output
