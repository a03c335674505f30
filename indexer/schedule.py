"""What RQ's scheduler starts again and again: `rq cron indexer.schedule`."""

from __future__ import annotations

from rq import cron

from indexer import jobs
from runtime import queues

cron.register(
    jobs.sweep,
    queues.INDEX,
    interval=jobs.SWEEP_SECONDS,
    job_timeout=600,
    result_ttl=0,
    ttl=jobs.SWEEP_SECONDS,  # without a worker, sweeps do not pile up
    failure_ttl=3_600,  # while Elasticsearch is away every sweep fails, and one of them tells it all
)

cron.register(
    jobs.check,
    queues.INDEX,
    interval=jobs.CHECK_EVERY_SECONDS,
    job_timeout=600,
    result_ttl=0,
    ttl=jobs.CHECK_EVERY_SECONDS,
    failure_ttl=3_600,
)
