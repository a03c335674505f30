"""RQ queues. Jobs are named, not imported, and their arguments are ids and scalars: siblings reach each other here."""

from __future__ import annotations

import logging
from typing import Final

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job

from runtime.settings import Settings, SettingsError

INDEX: Final = "index"  # keeps the index in step; nothing slow stands in its way
JOBS: Final = "jobs"  # exports, assignments, history: as long as they take
NAMES: Final = (INDEX, JOBS)

Scalar = str | int | float | bool | None

_LOOKED_AT = 16  # more jobs wait only where no worker is, and then one wake-up a minute does no harm
_NEVER_EXPIRES = -1  # as Redis says it
_CALL_SECONDS = 5.0  # a queue that does not answer by then is away
_RESULT_SECONDS = 600  # what a job returns is only looked at by people

_log = logging.getLogger(__name__)
_connections: dict[tuple[str, float | None], Redis] = {}


def connect(settings: Settings, *, timeout: float | None = _CALL_SECONDS) -> Redis:
    """This process's connection pool; workers, which wait for jobs, ask for one without a timeout."""
    if settings.redis_url is None:
        raise SettingsError("REDIS_URL is not set", 'set it, or run: eval "$(segments servers up)"')
    key = (settings.redis_url, timeout)
    if key not in _connections:
        _connections[key] = Redis.from_url(
            settings.redis_url, socket_connect_timeout=_CALL_SECONDS, socket_timeout=timeout, health_check_interval=30
        )
    return _connections[key]


def enqueue(settings: Settings, queue: str, job: str, **arguments: Scalar) -> Job:
    """Put a job on a queue by its dotted name; raises ValueError for a queue that no worker serves."""
    if queue not in NAMES:
        raise ValueError(f"no queue {queue}; there are {', '.join(NAMES)}")
    return Queue(queue, connection=connect(settings)).enqueue_call(
        job,
        kwargs=arguments,
        timeout=settings.job_timeout_seconds,
        result_ttl=_RESULT_SECONDS,
        failure_ttl=settings.failed_job_days * 86_400,
        description=job,  # arguments may name people
    )


def wake_index(settings: Settings) -> bool:
    """Tell the index workers, after a commit, that there is work; False when nothing needed to be said or could be.

    A job that still waits reads after this call what was committed before it, so one for each worker is enough. When
    Redis is away the change is not lost: the sweep finds it.
    """
    try:
        if _waiting(Queue(INDEX, connection=connect(settings))) >= settings.index_workers:
            return False
        enqueue(settings, INDEX, "indexer.jobs.sync")
    except RedisError as error:
        _log.warning("no wake-up, the sweep will find the change: %s", error)
        return False
    return True


def _waiting(queue: Queue) -> int:
    """How many of the newest jobs will be run for certain: scheduled ones that wait too long are passed over."""
    with queue.connection.pipeline(transaction=False) as pipe:
        for job_id in queue.get_job_ids(offset=-_LOOKED_AT):
            pipe.ttl(Job.key_for(job_id))
        return pipe.execute().count(_NEVER_EXPIRES)
