"""The process that keeps the index in step."""

from __future__ import annotations

from types import FrameType

from rq import Queue, SimpleWorker

from indexer import jobs
from runtime import queues
from runtime.settings import Settings


class IndexWorker(SimpleWorker):
    """Does jobs in its own process: connections stay open, and a change is found some 50 ms sooner than with a fork.

    Told to stop, it ends within a batch or two; told again, it gives back what it has claimed and ends.
    """

    # RQ waits ever longer for a Redis that is away, up to a minute: changes would wait as long once it is back.
    max_connection_wait_time = 5.0

    @classmethod
    def of(cls, settings: Settings) -> IndexWorker:
        """A worker of the queue `index` alone."""
        connection = queues.connect(settings, timeout=None)
        return cls([Queue(queues.INDEX, connection=connection)], connection=connection)

    def request_stop(self, signum: int | None, frame: FrameType | None) -> None:
        """What a signal to end calls."""
        jobs.stopping.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # of RQ's
