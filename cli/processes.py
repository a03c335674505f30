"""The processes of the service, as in docker-compose.yml."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from cli.listening import Listening
from runtime import queues
from runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep running."""

    name: str
    arguments: tuple[str, ...]


def programs(settings: Settings) -> list[Program]:
    """One queue for each worker process: RQ hands a job over atomically only then."""
    return [
        Program("api", _python("gunicorn", *_gunicorn(settings), "app:create_app()")),
        *(
            Program(f"index-worker-{n}", _python("indexer", "worker", *_metrics(settings, n)))
            for n in _numbers(settings.index_workers)
        ),
        *(
            Program(f"job-worker-{n}", _python("rq.cli", "worker", "--logging_level=WARNING", queues.JOBS))
            for n in _numbers(settings.job_workers)
        ),
        Program("scheduler", _python("rq.cli", "cron", "--logging-level=WARNING", "cli.schedule")),
    ]


def environment(settings: Settings) -> dict[str, str]:
    """What they are told beside the environment of this process."""
    rq = {} if settings.redis_url is None else {"RQ_REDIS_URL": settings.redis_url}
    return settings.environment() | rq  # not on command lines: `ps` would show passwords


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _gunicorn(settings: Settings) -> list[str]:
    return [
        f"--bind={Listening.of(settings).bind}",
        f"--workers={settings.api_workers}",
        f"--threads={settings.api_threads}",
        "--graceful-timeout=10",  # a count takes milliseconds; a stream of members notices a closed connection
        "--no-control-socket",
        "--log-level=warning",
    ]


def _metrics(settings: Settings, number: int) -> list[str]:
    return [f"--metrics-port={settings.metrics_port + number - 1}"] if settings.metrics_port else []


def _numbers(count: int) -> range:
    return range(1, count + 1)
