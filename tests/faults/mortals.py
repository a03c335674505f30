"""Processes that are started in a moment, to be killed at an exact point.

They come from a server that has imported everything already: a worker is at work 50 ms later instead of two seconds.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Literal

from sqlalchemy import select

from indexer import filling, joining, leaving, rebuild
from indexer.connections import Connections
from indexer.errors import RebuildError
from indexer.progress import Progress
from indexer.sync import Sync
from runtime.settings import Settings
from store.tables import organisations

BATCH = 8  # contacts at a time, so that few contacts make several requests

Task = Callable[[Settings], None]

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])


def work(settings: Settings) -> None:
    """What an index worker does."""
    with closing(Connections.open(settings)) as connections:
        Sync(connections, batch=BATCH).drain(60)


def in_small_steps() -> None:
    """Rebuilds and moves of this process take several requests for few contacts."""
    filling.BATCH = leaving.BATCH = BATCH
    joining.BATCH = 2 * BATCH


@dataclass(frozen=True, slots=True)
class Building:
    """What `segments index rebuild` and `move` do: with everything, with one organisation, apart, back."""

    what: Literal["all", "one", "apart", "back"]
    number: int  # the organisation's, in the order they came

    def __call__(self, settings: Settings) -> None:
        """In a process of its own, to its end or its refusal."""
        in_small_steps()
        with closing(Connections.open(settings)) as connections, suppress(RebuildError):
            for _ in self.steps(connections):
                pass

    def steps(self, connections: Connections) -> Generator[Progress]:
        with connections.engine.connect() as db:
            org = db.scalars(select(organisations.c.id).order_by(organisations.c.id)).all()[self.number]
        match self.what:
            case "all":
                return rebuild.steps(connections)
            case "one":
                return rebuild.steps_of(connections, org)
            case "apart":
                return rebuild.move_apart(connections, org)
            case "back":
                return rebuild.move_back(connections, org)


@contextmanager
def mortal(task: Task, settings: Settings) -> Iterator[BaseProcess]:
    """A process that does the task, killed with the block."""
    process = _PROCESSES.Process(target=task, args=(settings,), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()
