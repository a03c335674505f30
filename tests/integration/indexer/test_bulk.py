"""What becomes of documents, each kind of answer from a real Elasticsearch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from indexer import creation
from indexer.bulk import Item, Patience, deliver, encode
from indexer.connections import Connections, elastic
from indexer.documents import Document
from indexer.errors import BusyError, RejectedError
from indexer.outcomes import Outcome
from store import write_set
from store.write_set import Entry
from tests.integration.indexer.shop import held
from tests.proxy import Act, Proxy


@pytest.fixture
def entry(connections: Connections) -> Entry:
    """An empty index."""
    return creation.new_index(connections)


def document(number: int, version: int = 5, **values: Any) -> Document:
    return Document(number, version, {"org_id": 1, "contact_id": number, "bucket": 1, "version": version} | values)


def items(*documents: Document) -> tuple[Item, ...]:
    return encode(documents)[0]


def send(connections: Connections, entry: Entry, *documents: Document) -> Outcome:
    return deliver(connections.indices.client, entry.target, items(*documents), Patience(attempts=1))


def test_documents_are_written(connections: Connections, entry: Entry) -> None:
    assert send(connections, entry, document(1, city="Köln"), document(2)) == Outcome(2, 0, ())
    assert (held(connections, 1, entry.name) or {})["city"] == "Köln"


def test_sending_again_does_no_harm(connections: Connections, entry: Entry) -> None:
    for _ in range(2):
        assert send(connections, entry, document(1)) == Outcome(1, 0, ())


def test_a_newer_version_stays_and_that_is_success(connections: Connections, entry: Entry) -> None:
    send(connections, entry, document(1, version=5, city="new"))
    assert send(connections, entry, document(1, version=4, city="old"), document(2)) == Outcome(1, 1, ())
    assert (held(connections, 1, entry.name) or {})["city"] == "new"


def test_a_delete_has_a_version_too(connections: Connections, entry: Entry) -> None:
    send(connections, entry, document(1, version=5), document(2, version=5))
    assert send(connections, entry, Document(1, 4, None), Document(2, 6, None)) == Outcome(1, 1, ())
    assert held(connections, 1, entry.name) is not None
    assert held(connections, 2, entry.name) is None


def test_a_late_write_does_not_bring_a_deleted_contact_back(connections: Connections, entry: Entry) -> None:
    assert send(connections, entry, Document(1, 6, None)) == Outcome(1, 0, ())
    assert send(connections, entry, document(1, version=5)) == Outcome(0, 1, ())
    assert held(connections, 1, entry.name) is None


def test_a_refused_document_keeps_no_other_from_being_written(connections: Connections, entry: Entry) -> None:
    outcome = send(connections, entry, document(1), document(2, birth_date="soon"), document(3, unknown=1), document(4))
    assert outcome.written == 2
    assert [(refusal.contact_id, refusal.version) for refusal in outcome.refused] == [(2, 5), (3, 5)]
    assert "birth_date" in outcome.refused[0].reason
    assert "unknown" in outcome.refused[1].reason
    assert held(connections, 4, entry.name) is not None


def test_the_one_item_for_which_a_whole_request_is_refused_is_found(connections: Connections, entry: Entry) -> None:
    sound = items(*map(document, range(9)))
    broken = replace(sound[4], lines=b'{"index":{"_id":"4","colour":"red"}}\n{}\n')
    outcome = deliver(connections.indices.client, entry.target, (*sound[:4], broken, *sound[5:]), Patience(attempts=1))
    assert outcome.written == 8
    assert [refusal.contact_id for refusal in outcome.refused] == [4]
    assert "colour" in outcome.refused[0].reason


@pytest.mark.parametrize("documents", [(document(1),), (Document(1, 5, None),), (document(1), Document(2, 5, None))])
def test_a_missing_index_is_not_made_by_writing_to_it(
    connections: Connections, documents: tuple[Document, ...]
) -> None:
    with connections.engine.connect() as db:
        missing = write_set.register(db, connections.alias)  # and rolled back
    with pytest.raises(RejectedError, match="segments index rebuild"):
        send(connections, missing, *documents)
    assert not connections.indices.client.indices.exists(index=[missing.name, missing.target])


def test_a_closed_index_is_no_reason_to_give_up_documents(connections: Connections, entry: Entry) -> None:
    connections.indices.client.indices.close(index=entry.name)
    with pytest.raises(RejectedError, match="closed"):
        send(connections, entry, document(1))


@pytest.fixture
def full(connections: Connections, entry: Entry) -> Entry:
    """An index that answers 429, as one whose disk is full."""
    block(connections, entry, on=True)
    return entry


def block(connections: Connections, entry: Entry, *, on: bool) -> None:
    connections.indices.client.indices.put_settings(
        index=entry.name, settings={"index.blocks.read_only_allow_delete": on or None}
    )


def test_what_stays_busy_ends_with_an_error(connections: Connections, full: Entry) -> None:
    with pytest.raises(BusyError, match="flood-stage"):
        send(connections, full, document(1))


def test_busy_documents_are_sent_again_until_they_are_taken(connections: Connections, full: Entry) -> None:
    relief = threading.Timer(0.3, block, (connections, full), {"on": False})
    relief.start()
    patient = Patience(attempts=10_000, first_seconds=0.05, most_seconds=0.1)
    try:
        sent = items(*map(document, range(10)))
        assert deliver(connections.indices.client, full.target, sent, patient) == Outcome(10, 0, ())
    finally:
        relief.join()


@pytest.fixture
def proxy(connections: Connections) -> Iterator[Proxy]:
    """A way to Elasticsearch that can lose answers."""
    with Proxy.to(str(connections.settings.elasticsearch_url)) as opened:
        yield opened


def test_when_the_answer_is_lost_the_documents_are_sent_again(
    connections: Connections, entry: Entry, proxy: Proxy
) -> None:
    client = elastic(replace(connections.settings, elasticsearch_url=proxy.url))
    patient = Patience(attempts=3, first_seconds=0.01)
    sent = items(document(1), document(2), Document(3, 5, None))
    with proxy.trap(rb"\w+ /\S+/_bulk", Act.LOSE_ANSWER) as trap:
        assert deliver(client, entry.target, sent, patient) == Outcome(3, 0, ())
    assert trap.caught == 1
    client.close()


def test_when_nobody_answers_the_error_says_so(connections: Connections, entry: Entry, proxy: Proxy) -> None:
    client = elastic(replace(connections.settings, elasticsearch_url=proxy.url))
    with proxy.refusing(), pytest.raises(BusyError, match="3 attempts"):
        deliver(client, entry.target, items(document(1)), Patience(attempts=3, first_seconds=0.01))
    client.close()
