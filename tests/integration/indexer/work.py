"""The queues and a worker that empties them, what is waited for or killed, and work that goes on beside a test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from rq import Queue, SimpleWorker

from indexer.connections import Connections
from runtime import queues
from tests.faults.requests import BULK
from tests.proxy import Act, Proxy
from tests.serving import process

SECONDS = 180.0  # a busy machine takes a minute for what takes six seconds otherwise


def until(holds: Callable[[], bool]) -> None:
    """Return once it holds."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def work(connections: Connections, name: str) -> list[str]:
    """Do what the queue holds; the ids of the jobs that failed."""
    redis = queues.connect(connections.settings)
    queue = Queue(name, connection=redis)
    SimpleWorker([queue], connection=redis).work(burst=True)
    return list(queue.failed_job_registry.get_job_ids())


def waiting(connections: Connections, queue: str) -> list[str | None]:
    return [job.func_name for job in Queue(queue, connection=queues.connect(connections.settings)).jobs]


@contextmanager
def killed_at_a_bulk(connections: Connections, passing: int, *words: str) -> Iterator[None]:
    """In the block `segments index WORDS` has sent so many bulk requests and is held at one more; then it is killed."""
    with Proxy.to(str(connections.settings.elasticsearch_url)) as proxy:
        disturbed = replace(connections.settings, elasticsearch_url=proxy.url)
        with proxy.trap(BULK, Act.HOLD, passing=passing) as trap, process(disturbed, "indexer", *words) as running:
            until(lambda: trap.is_sprung() or running.poll() is not None)
            assert running.poll() is None
            yield
            running.kill()
            running.wait()


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
