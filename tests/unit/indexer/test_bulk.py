from __future__ import annotations

from threading import Event

import orjson
import pytest

from indexer import bulk
from indexer.bulk import Item, Patience, encode
from indexer.documents import Document
from indexer.errors import BusyError


def test_a_document_is_an_action_and_its_source() -> None:
    (item,), refused = encode([Document(7, 12, {"country": "DE"})])
    action, source = item.lines.splitlines()
    assert orjson.loads(action) == {"index": {"_id": "7", "version": 12, "version_type": "external_gte"}}
    assert orjson.loads(source) == {"country": "DE"}
    assert not item.deletes
    assert not refused


def test_a_contact_that_is_gone_is_a_delete_with_its_version() -> None:
    (item,), _ = encode([Document(7, 12, None)])
    assert orjson.loads(item.lines) == {"delete": {"_id": "7", "version": 12, "version_type": "external_gte"}}
    assert item.deletes


def test_what_json_cannot_express_is_refused_and_the_rest_is_not() -> None:
    items, refused = encode([Document(1, 1, {"x": "\ud800"}), Document(2, 1, {"x": 1 << 70}), Document(3, 1, {})])
    assert [item.contact_id for item in items] == [3]
    assert [refusal.contact_id for refusal in refused] == [1, 2]


def items(*sizes: int) -> list[Item]:
    return [Item(number, 1, b"x" * size, deletes=False) for number, size in enumerate(sizes)]


MOST = bulk.MAX_BODY_BYTES


@pytest.mark.parametrize(
    ("sizes", "bodies"),
    [
        ((), []),
        ((5, 5), [[0, 1]]),
        ((MOST, 1), [[0], [1]]),
        ((1, MOST - 1, 1), [[0, 1], [2]]),
        ((MOST + 9,), [[0]]),
    ],
)
def test_bodies_have_a_bounded_size(sizes: tuple[int, ...], bodies: list[list[int]]) -> None:
    assert [[item.contact_id for item in body] for body in bulk._bodies(items(*sizes))] == bodies


@pytest.mark.parametrize(("count", "halves"), [(1, [[0]]), (2, [[1], [0]]), (3, [[1, 2], [0]])])
def test_halves_lose_nothing(count: int, halves: list[list[int]]) -> None:
    found = bulk._halves(tuple(items(*[1] * count)))
    assert [[item.contact_id for item in half] for half in found] == halves


class Clock(Event):
    """Remembers how long it was waited for, and waits for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0)
        return self.is_set()


def test_patience_ends_and_waits_longer_each_time() -> None:
    clock = Clock()
    patience = Patience(attempts=5, first_seconds=1, most_seconds=5, stopping=clock)
    for _ in range(4):
        patience.failed("full")
    with pytest.raises(BusyError, match="5 attempts: full"):
        patience.failed("full")
    waited = clock.waited
    assert [1 <= waited[0] <= 2, 2 <= waited[1] <= 4, 2.5 <= waited[2] <= 5, 2.5 <= waited[3] <= 5] == [True] * 4


def test_patience_ends_when_the_worker_stops() -> None:
    patience = Patience()
    patience.stopping.set()
    with pytest.raises(BusyError, match="stops"):
        patience.failed("full")


def test_success_renews_patience() -> None:
    patience = Patience(attempts=2, stopping=Clock())
    for _ in range(5):
        patience.failed("full")
        patience.succeeded()
