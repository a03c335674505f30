"""Processes that are started in a moment, to be killed at an exact point.

They come from a server that has imported everything already: a worker is at work 50 ms later instead of two seconds.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.process import BaseProcess

from indexer import filling, rebuild
from indexer.connections import Connections
from indexer.sync import Sync
from runtime.settings import Settings

BATCH = 10  # contacts in a step of a rebuild, so that few contacts make several steps

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])


def work(settings: Settings) -> None:
    """What an index worker does."""
    with closing(Connections.open(settings)) as connections:
        Sync(connections).drain(60)


def build_anew(settings: Settings) -> None:
    """What `segments index rebuild` does."""
    filling.BATCH = BATCH
    with closing(Connections.open(settings)) as connections:
        for _ in rebuild.steps(connections):
            pass


@contextmanager
def mortal(task: Callable[[Settings], None], settings: Settings) -> Iterator[BaseProcess]:
    """A process that does the task, killed with the block."""
    process = _PROCESSES.Process(target=task, args=(settings,), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()
