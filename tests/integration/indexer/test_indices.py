"""The indices in Elasticsearch, and who may write to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from indexer import bulk, creation
from indexer.connections import Connections, elastic
from indexer.documents import Document
from indexer.errors import BusyError, MissingIndexError
from indexer.indices import Indices
from indexer.registry import Widths, widths
from indexer.sync import Sync
from mappings.errors import ContractError
from mappings.index import mapping
from store import tables, write_set
from store.write_set import Entry
from tests.integration.indexer.rebuilds import entries
from tests.integration.indexer.shop import Shop, add, found

NONE = widths(())


@pytest.fixture
def entry(connections: Connections) -> Entry:
    """An empty index."""
    return creation.new_index(connections)


def properties(connections: Connections, entry: Entry) -> dict[str, Any]:
    answer = connections.indices.client.indices.get_mapping(index=entry.name)
    found: dict[str, Any] = answer[entry.name]["mappings"]["properties"]
    return found


def test_an_index_has_the_mapping_of_the_contract(connections: Connections, entry: Entry) -> None:
    found = connections.indices.client.indices.get_mapping(index=entry.name)[entry.name]["mappings"]
    wanted = mapping()
    assert found["properties"].keys() == wanted["properties"].keys()
    assert found["properties"]["company"].keys() == wanted["properties"]["company"].keys()
    assert {name: found[name] for name in ("dynamic", "_meta")} == {name: wanted[name] for name in ("dynamic", "_meta")}
    assert set(found["_source"]["excludes"]) == set(wanted["_source"]["excludes"])


def test_an_index_begins_with_room_for_every_custom_field(connections: Connections, shop: Shop) -> None:
    with connections.engine.begin() as db:
        values = {"org_id": shop.org, "object": "company", "key": "k", "label": "k", "type": "text"}
        add(db, tables.custom_fields, slot="keyword_40", **values)
    found = properties(connections, creation.new_index(connections))
    assert "keyword_40" in found["company"]["properties"]["custom"]["properties"]
    assert "keyword_40" not in found["custom"]["properties"]


def test_slots_are_added_while_the_index_is_in_use(connections: Connections, entry: Entry) -> None:
    wider = widths([("contact", "keyword_16"), ("company", "date_9")])
    assert [connections.indices.ready(entry, wanted) for wanted in (NONE, wider, wider)] == [False, True, False]
    found = properties(connections, entry)
    assert {"keyword_16", "keyword_16_count", "keyword_23"} <= found["custom"]["properties"].keys()
    assert {"date_9", "date_9_month_day"} <= found["company"]["properties"]["custom"]["properties"].keys()
    written = Document(1, 1, {"org_id": 1, "bucket": 1, "custom": {"keyword_16": ["a"], "keyword_16_count": 1}})
    outcome = bulk.deliver(connections.indices.client, entry.target, bulk.encode([written])[0])
    assert outcome.written == 1


def test_workers_that_add_different_slots_agree(connections: Connections, entry: Entry) -> None:
    one, other = (Indices(connections.indices.client) for _ in range(2))
    wanted: tuple[Widths, ...] = (widths([("contact", "keyword_30")]), widths([("contact", "double_20")]))
    for worker in (one, other):
        worker.ready(entry, NONE)
    one.ready(entry, wanted[0])
    other.ready(entry, wanted[1])
    assert {"keyword_30", "double_20"} <= properties(connections, entry)["custom"]["properties"].keys()


def test_an_index_built_by_another_contract_is_not_written_to(connections: Connections, entry: Entry) -> None:
    with pytest.raises(ContractError, match="segments index rebuild"):
        connections.indices.ready(replace(entry, state="live", fingerprint="another"), NONE)


def test_what_the_index_says_of_its_contract_counts_as_well(connections: Connections, entry: Entry) -> None:
    connections.indices.client.indices.put_mapping(index=entry.name, meta={"fingerprint": "another"})
    with pytest.raises(ContractError, match=f"{entry.name} was built by another contract"):
        connections.indices.ready(replace(entry, state="live"), NONE)


def test_an_index_that_another_version_builds_is_not_written_to(connections: Connections, entry: Entry) -> None:
    with pytest.raises(ContractError, match="another version of this service"):
        connections.indices.ready(replace(entry, state="building", fingerprint="another"), NONE)


def test_a_missing_index_is_told_with_the_remedy(connections: Connections, entry: Entry) -> None:
    connections.indices.delete(entry)
    with pytest.raises(MissingIndexError, match="segments index rebuild"):
        connections.indices.ready(entry, NONE)
    connections.indices.delete(entry)


def test_an_elasticsearch_that_is_away_is_told(connections: Connections, entry: Entry) -> None:
    nobody = elastic(replace(connections.settings, elasticsearch_url="http://127.0.0.1:9"))
    with pytest.raises(BusyError, match="does not answer"):
        Indices(nobody).ready(entry, NONE)
    nobody.close()


def test_the_alias_means_one_index_at_a_time(connections: Connections) -> None:
    client, alias = connections.indices.client, connections.alias
    old, new = creation.new_index(connections), creation.new_index(connections)
    for entry in (old, old, new, new):
        connections.indices.publish(entry, alias, connections.settings)
        assert list(client.indices.get_alias(name=alias)) == [entry.name]
    settings = client.indices.get_settings(index=new.name)[new.name]["settings"]["index"]
    assert (settings["refresh_interval"], settings["number_of_replicas"]) == ("1s", "0")


def test_first_use_makes_an_index_that_is_read(connections: Connections) -> None:
    for _ in range(2):
        creation.first_index(connections)
    with connections.engine.connect() as db:
        (live,) = write_set.write_set(db, connections.alias)
    assert live.state == "live"
    assert list(connections.indices.client.indices.get_alias(name=connections.alias)) == [live.name]


def test_first_use_leaves_it_to_whoever_is_at_it(connections: Connections) -> None:
    with write_set.alone(connections.engine, connections.alias) as alone:
        assert alone
        creation.first_index(connections)
    with connections.engine.connect() as db:
        assert write_set.write_set(db, connections.alias) == ()


def test_an_empty_index_never_takes_the_place_of_one_that_was_lost(connections: Connections, shop: Shop) -> None:
    shop.contact("a")
    shop.run("UPDATE index_state SET indexed_version = version")
    with pytest.raises(ContractError, match="segments index rebuild"):
        creation.first_index(connections)


def test_an_index_made_anew_with_fewer_slots_is_given_them_again(connections: Connections, shop: Shop) -> None:
    with connections.engine.begin() as db:
        field = {"org_id": shop.org, "object": "contact", "key": "k", "label": "k", "type": "text"}
        add(db, tables.custom_fields, slot="keyword_99", **field)
    contact = shop.contact("a", custom={"k": "v"})
    worker = Sync(connections)
    worker.drain(60)
    (live,) = entries(connections)
    connections.indices.delete(live)
    connections.indices.create(live, NONE, connections.settings)
    connections.indices.publish(live, connections.alias, connections.settings)
    shop.run("UPDATE contacts SET city = 'Köln'")
    assert worker.drain(60).refused == 1
    assert "keyword_99" in (shop.error(contact) or "")
    shop.run("UPDATE index_state SET leased_until = clock_timestamp(), retry_at = clock_timestamp()")
    assert worker.drain(60).indexed == 1
    assert found(connections, city="köln") == {contact}
