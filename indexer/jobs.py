"""What index workers and the scheduler run. A job may run twice, late or not at all: the next one finds the work."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from functools import cache
from threading import Event

from indexer import metrics
from indexer import rebuild as rebuilding
from indexer.connections import Connections
from indexer.drift import check as checking
from indexer.progress import Progress
from indexer.sync import Sync
from mappings.errors import ContractError
from runtime import queues
from runtime.settings import Settings
from store import write_set

SWEEP_SECONDS = 5  # what no wake-up served waits this long
SLICE_SECONDS = 30.0  # a job ends by then and queues itself again: others have their turn
CHECK_EVERY_SECONDS = 15  # what drifts in a small index is found and sent again well within a minute
CHECK_SECONDS = 0.5  # of these: a large index takes its time, and changes wait not much longer for a worker

# Of this process: its worker was told to stop.
stopping = Event()


def sync() -> None:
    """Whatever is pending is indexed, as much of it as fits into a slice of time or is begun when the worker stops."""
    connections = _connections()
    with metrics.failures():
        drained = Sync(connections, stopping=stopping).drain(SLICE_SECONDS)
    if drained.more:
        queues.enqueue(connections.settings, queues.INDEX, "indexer.jobs.sync")


def sweep() -> None:
    """For the scheduler: what lost its wake-up, its worker or its time is gone on with, old indices are deleted."""
    connections = _connections()
    try:
        sync()
    finally:  # an index that cannot be written to may be the very one that is being replaced
        rebuilding.clean(connections)
        if rebuilding.left_behind(connections):
            queues.enqueue(connections.settings, queues.JOBS, "indexer.jobs.resume_rebuild")


def check() -> None:
    """For the scheduler: a part of the index is compared with the database, and what differs is sent again.

    Where something was found there is more to find, as a rule: the rest of the pass follows at once.
    """
    connections = _connections()
    try:
        sync()  # as every job of the queue: whoever sees one that waits sends no wake-up
    except ContractError:  # as a rule of an organisation's own index: those of the others are checked all the same
        _check(connections)
        raise
    _check(connections)


def _check(connections: Connections) -> None:
    checked = checking.check(connections, CHECK_SECONDS)
    if checked.drifted:
        queues.wake_index(connections.settings)
        if not checked.ended:
            queues.enqueue(connections.settings, queues.INDEX, "indexer.jobs.check")


def rebuild() -> None:
    """The indices that shall be built anew are; where none is read, a first one is built."""
    connections = _connections()
    with connections.engine.connect() as db:
        first = write_set.live(db, connections.alias) is None
    if first:
        _in_slices(connections, rebuilding.steps(connections))
    else:
        resume_rebuild()


def resume_rebuild() -> None:
    """A rebuild or a move that was begun goes on."""
    connections = _connections()
    if rebuilding.left_behind(connections):
        _in_slices(connections, rebuilding.resume(connections))


def _in_slices(connections: Connections, work: Generator[Progress]) -> None:
    deadline = time.monotonic() + SLICE_SECONDS
    with closing(work) as steps:
        for _ in steps:
            if time.monotonic() >= deadline:
                queues.enqueue(connections.settings, queues.JOBS, "indexer.jobs.resume_rebuild")
                return


@cache
def _connections() -> Connections:
    """Those of this process: a worker that does not fork opens them once."""
    return Connections.open(Settings.load())
