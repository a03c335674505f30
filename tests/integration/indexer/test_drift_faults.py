"""An organisation's own index that is missing is told, and keeps no other from being checked."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from indexer import jobs
from indexer.cli import index
from indexer.connections import Connections
from mappings.errors import ContractError
from store import drift, indices
from store.drift import Kind
from tests.integration.indexer.drifts import checked
from tests.integration.indexer.moves import moved_apart, read_from, seen
from tests.integration.indexer.rebuilds import drain
from tests.integration.indexer.shop import Shop

pytestmark = pytest.mark.usefixtures("jobs_environment")


@pytest.fixture
def lost(connections: Connections, shop: Shop, neighbour: Shop) -> str:
    """The name of the index that the shop had of its own. A contact of the neighbour's is missing in another one."""
    shop.contacts(5)
    theirs = neighbour.contacts(5)
    drain(connections)
    own = moved_apart(connections, shop.org)
    client = connections.indices.client
    client.indices.delete(index=own)
    client.delete(index=connections.alias, id=str(theirs[0]), refresh=True)
    return own


def faults(connections: Connections, shop: Shop) -> list[str | None]:
    """What the organisation is told of the indices that concern it."""
    with connections.engine.connect() as db:
        return [one.fault for one in indices.known(db, connections.alias, shop.org)]


def missing(own: str) -> str:
    return f"{own} is not in Elasticsearch; run: segments index rebuild --org shop"


def test_the_others_are_checked_and_repaired(
    connections: Connections, shop: Shop, neighbour: Shop, lost: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with pytest.raises(ContractError, match=lost):  # of the sync, which comes first
            jobs.check()
    with connections.engine.connect() as db:
        (finding,) = drift.findings(db)
        check = drift.check(db, connections.alias)
    assert (finding.org_id, finding.kind, finding.repaired) == (neighbour.org, Kind.MISSING, 1)
    assert check is not None
    assert check.finished_at is not None
    drain(connections)
    assert len(seen(connections, neighbour.org)) == 5
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == [missing(lost)]  # once
    assert (faults(connections, shop), faults(connections, neighbour)) == ([missing(lost)], [None])


def test_it_is_told_until_it_is_built_anew(connections: Connections, shop: Shop, lost: str) -> None:
    def command(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(index, words, catch_exceptions=False)
        return result.exit_code, result.output

    code, said = command("verify", "--repair")
    assert code == 1
    assert missing(lost) in said
    assert "1 missing, such as" in said
    checked(connections)
    assert f"{lost}  live  of shop alone\n  {missing(lost)}" in command("status")[1]
    assert command("rebuild", "--org", "shop")[0] == 0
    assert (read_from(connections, shop.org) == lost, faults(connections, shop)) == (False, [None, None])
    drain(connections)
    assert command("verify")[0] == 0
    assert "is not in Elasticsearch" not in command("status")[1]


def test_one_that_is_there_again_is_no_fault_any_more(connections: Connections, shop: Shop) -> None:
    shop.contacts(5)
    drain(connections)
    own = moved_apart(connections, shop.org)
    shop.run("UPDATE indices SET fault = 'gone' WHERE name = :own", own=own)
    checked(connections)
    assert faults(connections, shop) == [None]


def test_one_that_somebody_put_in_its_place_is_told(connections: Connections, shop: Shop, lost: str) -> None:
    connections.indices.client.indices.create(index=lost, aliases={f"{lost}.write": {}})
    for _ in range(2):
        checked(connections)
    assert faults(connections, shop) == [
        f"{lost} was built by another contract; run: segments index rebuild --org shop"
    ]


def test_a_missing_shared_index_is_an_error_and_keeps_no_own_one_from_being_checked(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    ours = shop.contacts(5)
    neighbour.contacts(5)
    drain(connections)
    own = moved_apart(connections, shop.org)
    client = connections.indices.client
    client.indices.delete(index=next(iter(client.indices.get_alias(name=connections.alias))))
    client.delete(index=own, id=str(ours[0]), refresh=True)
    with pytest.raises(ContractError, match="is not in Elasticsearch; run: segments index rebuild"):
        checked(connections)
    with connections.engine.connect() as db:
        assert [(one.org_id, one.kind) for one in drift.findings(db)] == [(shop.org, Kind.MISSING)]
    (said,) = faults(connections, neighbour)
    assert said is not None
    assert said.endswith("is not in Elasticsearch; run: segments index rebuild")
