"""One thread prepares while another sends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Prepared = TypeVar("Prepared")
Sent = TypeVar("Sent")

SENDERS = 2  # Elasticsearch works on a bulk request with one thread
AHEAD = 4


def overlapped(
    batches: Iterable[Prepared], send: Callable[[Prepared], Sent], ahead: int = AHEAD
) -> Generator[tuple[Prepared, Sent]]:
    """Each batch with what `send` made of it, in order. Batches are taken while earlier ones are being sent.

    The first error of either side ends it, after what is being sent at that moment.
    """
    waiting: deque[tuple[Prepared, Future[Sent]]] = deque()
    sender = ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="sender")
    try:
        for batch in batches:
            waiting.append((batch, sender.submit(send, batch)))
            while waiting and (len(waiting) > ahead or waiting[0][1].done()):
                yield _confirmed(waiting)
        while waiting:
            yield _confirmed(waiting)
    finally:
        sender.shutdown(wait=True, cancel_futures=True)


def _confirmed(waiting: deque[tuple[Prepared, Future[Sent]]]) -> tuple[Prepared, Sent]:
    batch, future = waiting.popleft()
    return batch, future.result()
