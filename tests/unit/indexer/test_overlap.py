from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from indexer.overlap import AHEAD, SENDERS, overlapped


def test_results_come_in_order() -> None:
    assert list(overlapped(range(20), str)) == [(number, str(number)) for number in range(20)]


def test_the_next_batch_is_prepared_while_one_is_sent() -> None:
    second_prepared = threading.Event()

    def batches() -> Iterator[int]:
        yield 1
        second_prepared.set()
        yield 2

    def send(_batch: int) -> bool:
        return second_prepared.wait(timeout=10)

    assert list(overlapped(batches(), send)) == [(1, True), (2, True)]


def test_no_more_batches_are_prepared_than_may_wait() -> None:
    prepared: list[int] = []
    may_send = threading.Event()

    def batches() -> Iterator[int]:
        for number in range(50):
            prepared.append(number)
            if len(prepared) == AHEAD + 1:
                may_send.set()  # nobody waits for a batch beyond this one
            yield number

    def send(batch: int) -> int:
        assert may_send.wait(timeout=10)
        return len(prepared) - batch

    assert max(lead for _, lead in overlapped(batches(), send)) <= AHEAD + 1 + SENDERS


def test_an_error_of_the_sender_ends_it_after_what_was_confirmed() -> None:
    def send(batch: int) -> int:
        if batch == 2:
            raise OSError("gone")
        return batch

    confirmed: list[int] = []
    with pytest.raises(OSError, match="gone"):
        confirmed.extend(batch for batch, _ in overlapped(range(9), send))
    assert confirmed in ([], [0], [0, 1])


def test_an_error_of_the_source_ends_it() -> None:
    def batches() -> Iterator[int]:
        yield 1
        raise OSError("no rows")

    with pytest.raises(OSError, match="no rows"):
        list(overlapped(batches(), str))


def test_whoever_stops_waits_for_what_is_being_sent() -> None:
    sent: list[int] = []
    with closing(overlapped(range(100), sent.append)) as results:
        next(results)
    at_close = len(sent)
    assert at_close < 100
    assert len(sent) == at_close
