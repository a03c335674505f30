from __future__ import annotations

from dataclasses import replace

import pytest
from rq import Queue, SimpleWorker

from runtime import queues
from runtime.embedded.ports import free_port
from runtime.settings import Settings, SettingsError


def queue(settings: Settings, name: str) -> Queue:
    return Queue(name, connection=queues.connect(settings))


def test_a_job_is_known_by_its_name_and_run_by_a_worker(own_settings: Settings) -> None:
    job = queues.enqueue(own_settings, queues.JOBS, "math.hypot")
    assert (job.func_name, job.origin, job.timeout) == ("math.hypot", "jobs", 3600)
    connection = queues.connect(own_settings, timeout=None)
    SimpleWorker([queue(own_settings, queues.JOBS)], connection=connection).work(burst=True, logging_level="WARNING")
    assert job.return_value(refresh=True) == 0.0


def test_a_job_carries_its_arguments_by_name_and_does_not_describe_them(own_settings: Settings) -> None:
    job = queues.enqueue(own_settings, queues.JOBS, "app.jobs.export", export_id=7)
    (queued,) = queue(own_settings, queues.JOBS).jobs
    assert (queued.id, queued.kwargs, queued.description) == (job.id, {"export_id": 7}, "app.jobs.export")


def test_a_queue_that_nobody_serves_is_refused(own_settings: Settings) -> None:
    with pytest.raises(ValueError, match="no queue default; there are index, jobs"):
        queues.enqueue(own_settings, "default", "math.hypot")


def test_one_wake_up_waits_for_each_worker(own_settings: Settings) -> None:
    settings = replace(own_settings, index_workers=2)
    assert [queues.wake_index(settings) for _ in range(3)] == [True, True, False]
    assert [job.func_name for job in queue(settings, queues.INDEX).jobs] == ["indexer.jobs.sync"] * 2


def test_a_job_that_may_be_passed_over_is_no_wake_up(own_settings: Settings) -> None:
    """A sweep that waits behind a long job expires, and whoever trusted in it would wait for the next one."""
    waiting = queue(own_settings, queues.INDEX)
    for _ in range(20):
        waiting.enqueue_call("indexer.jobs.sweep", ttl=5)
    assert [queues.wake_index(own_settings) for _ in range(2)] == [True, False]


def test_a_wake_up_without_redis_is_logged_and_fails_nothing(
    own_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    assert not queues.wake_index(replace(own_settings, redis_url=f"redis://127.0.0.1:{free_port()}"))
    assert "the sweep will find the change" in caplog.text


def test_no_address_is_said_with_the_remedy(own_settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"REDIS_URL is not set; set it, or run: eval"):
        queues.connect(replace(own_settings, redis_url=None))
