"""The queues, and a worker that empties them."""

from __future__ import annotations

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
