"""What runs in RQ's workers, and the command line."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner, Result
from rq.cron import CronScheduler

from indexer import filling, jobs, rebuild
from indexer.cli import index
from indexer.connections import Connections
from indexer.sync import Sync
from mappings.errors import ContractError
from runtime import queues
from store import write_set
from tests.integration.indexer.shop import Shop, count, environment, found
from tests.integration.indexer.work import SECONDS, waiting, work

pytestmark = pytest.mark.usefixtures("jobs_environment")


def ask(connections: Connections) -> None:
    with connections.engine.begin() as db:
        write_set.ask(db, connections.alias)


def live(connections: Connections) -> str:
    with connections.engine.connect() as db:
        entry = write_set.live(db, connections.alias)
    return entry.name if entry else ""


def test_a_wake_up_brings_changes_into_the_index(connections: Connections, shop: Shop) -> None:
    anna = shop.contact("a")
    queues.wake_index(connections.settings)
    assert work(connections, queues.INDEX) == []
    assert found(connections) == {anna}


def test_a_sweep_finds_what_no_wake_up_served(connections: Connections, shop: Shop) -> None:
    anna = shop.contact("a")
    jobs.sweep()
    assert found(connections) == {anna}


def test_a_job_that_runs_twice_does_no_harm(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    for job in (jobs.sync, jobs.sync, jobs.sweep, jobs.sweep, jobs.resume_rebuild):
        job()
    assert count(connections) == 3
    assert waiting(connections, queues.JOBS) == []


def test_what_does_not_fit_into_a_slice_is_gone_on_with(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.contacts(3)
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0.0)
    jobs.sync()
    assert waiting(connections, queues.INDEX) == ["indexer.jobs.sync"]
    monkeypatch.undo()
    assert work(connections, queues.INDEX) == []
    assert count(connections) == 3


def test_a_rebuild_is_done_in_slices(connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.contacts(30)
    jobs.sync()
    old = live(connections)
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(filling, "BATCH", 10)
    ask(connections)
    jobs.rebuild()
    assert waiting(connections, queues.JOBS) == ["indexer.jobs.resume_rebuild"]
    assert live(connections) == old
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 60.0)
    assert work(connections, queues.JOBS) == []
    assert live(connections) != old
    assert count(connections) == 30


def test_a_rebuild_that_was_asked_for_twice_is_done_once(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    jobs.sync()
    old = live(connections)
    ask(connections)
    ask(connections)
    jobs.rebuild()
    new = live(connections)
    jobs.rebuild()
    assert live(connections) == new != old


def test_a_sweep_has_an_abandoned_rebuild_gone_on_with(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    steps = rebuild.steps(connections)
    name = next(steps).name
    jobs.sweep()
    assert waiting(connections, queues.JOBS) == []  # somebody is at it
    steps.close()
    jobs.sweep()
    jobs.sweep()
    assert work(connections, queues.JOBS) == []
    assert live(connections) == name
    jobs.sweep()
    assert waiting(connections, queues.JOBS) == []


def test_a_worker_of_another_contract_fails_its_job_and_says_why(shop: Shop) -> None:
    jobs.sync()
    shop.contact("a")
    shop.run("UPDATE indices SET fingerprint = 'another'")
    jobs._connections().indices._widths.clear()
    with pytest.raises(ContractError, match="segments index rebuild"):
        jobs.sweep()


def test_the_schedule_sweeps_every_few_seconds_and_checks_less_often(connections: Connections) -> None:
    scheduler = CronScheduler(connection=queues.connect(connections.settings))
    scheduler.load_config_from_file("indexer.schedule")
    assert [(job.func, job.queue_name, job.interval) for job in scheduler.get_jobs()] == [
        (jobs.sweep, queues.INDEX, jobs.SWEEP_SECONDS),
        (jobs.check, queues.INDEX, jobs.CHECK_EVERY_SECONDS),
    ]


def command(*words: str) -> Result:
    return CliRunner().invoke(index, words, catch_exceptions=False)


def test_rebuild_and_status_on_the_command_line(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    assert "no index behind" in command("status").output
    assert "is read from now on" in command("rebuild").output
    Sync(connections).drain(60)
    status = command("status").output
    assert f"{live(connections)}  live" in status
    assert "0 contacts pending" in status


def test_status_tells_of_a_rebuild_and_of_refused_contacts(connections: Connections, shop: Shop) -> None:
    shop.contacts(4)
    shop.run("UPDATE index_state SET error = 'no date' WHERE contact_id % 2 = 0")
    steps = rebuild.steps(connections)
    next(steps)
    status = command("status").output
    assert "building  0 of 4 contacts (0 %)" in status
    assert "2 contacts refused" in status
    assert "  2  no date  (0 attempts)" in status
    steps.close()


def test_a_rebuild_is_given_up_on_the_command_line(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    assert "nothing is being rebuilt" in command("rebuild", "--abort").output
    steps = rebuild.steps(connections)
    next(steps)
    steps.close()
    assert "is given up" in command("rebuild", "--abort").output
    assert not rebuild.left_behind(connections)


def test_ctrl_c_gives_a_rebuild_up(connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.contacts(30)
    Sync(connections).drain(60)
    old = live(connections)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(filling, "_check", interrupted)
    result = command("rebuild")
    assert result.exit_code == 130
    assert "is given up" in result.output
    assert live(connections) == old
    assert not rebuild.left_behind(connections)


def test_a_worker_serves_the_queue_of_the_index(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    queues.wake_index(connections.settings)
    worker = [sys.executable, "-m", "indexer", "worker", "--burst"]
    subprocess.run(worker, env=environment(connections.settings), check=True, capture_output=True, timeout=SECONDS)
    assert count(connections) == 3


def test_what_is_refused_is_one_line_and_an_exit_code(connections: Connections) -> None:
    nowhere = environment(connections.settings) | {"DATABASE_URL": "mysql://nowhere"}
    status = [sys.executable, "-m", "indexer", "status"]
    answer = subprocess.run(status, env=nowhere, check=False, capture_output=True, text=True, timeout=SECONDS)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("indexer: DATABASE_URL names mysql")
