"""The queues and a worker that empties them, and work that goes on beside a test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rq import Queue, SimpleWorker

from indexer.connections import Connections
from runtime import queues


def work(connections: Connections, name: str) -> list[str]:
    """Do what the queue holds; the ids of the jobs that failed."""
    redis = queues.connect(connections.settings)
    queue = Queue(name, connection=redis)
    SimpleWorker([queue], connection=redis).work(burst=True)
    return list(queue.failed_job_registry.get_job_ids())


def waiting(connections: Connections, queue: str) -> list[str | None]:
    return [job.func_name for job in Queue(queue, connection=queues.connect(connections.settings)).jobs]


@contextmanager
def meanwhile(*actions: Callable[[], object]) -> Iterator[None]:
    """Each of them again and again, in a thread of its own, until the block ends; what one raises, the block does."""
    stop, errors = threading.Event(), list[BaseException]()

    def repeat(action: Callable[[], object]) -> None:
        try:
            while not stop.is_set():
                action()
        except BaseException as error:  # noqa: BLE001 (handed on below)
            errors.append(error)

    threads = [threading.Thread(target=repeat, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
