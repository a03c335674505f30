from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import supervision
from cli.processes import Program
from cli.supervision import Stopped, stoppable, supervise

SECONDS = 60.0


def program(name: str, code: str) -> Program:
    return Program(name, (sys.executable, "-c", code))


def until(condition: Callable[[], bool]) -> Callable[[], None]:
    """Stops the supervision when the condition holds, and fails when that takes too long."""
    deadline = time.monotonic() + SECONDS

    def look() -> None:
        if condition():
            raise Stopped
        assert time.monotonic() < deadline

    return look


def test_a_program_that_ends_is_reported_and_started_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    runs = tmp_path / "runs"
    crashing = program("crashing", f"open({str(runs)!r}, 'a').write('x'); raise SystemExit(7)")
    with stoppable():
        supervise([crashing], {}, until(lambda: runs.exists() and len(runs.read_text()) == 2))
    assert [record.getMessage() for record in caplog.records][:1] == [
        "crashing ended with code 7; started again in 1 s"
    ]


def test_it_waits_longer_each_time(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watched = supervision.Watched(program("crashing", "raise SystemExit(7)"), dict(os.environ))
    for _ in range(7):
        watched.process.wait()
        watched.look()
        now[0] += supervision._LONGEST_BACKOFF_SECONDS
        watched.look()
    watched.process.wait()
    now[0] += supervision._HEALTHY_SECONDS
    watched.look()
    waits = [record.getMessage().split()[-2] for record in caplog.records]
    assert waits == ["1", "2", "4", "8", "16", "30", "30", "1"]


def test_a_signal_ends_it_in_order() -> None:
    with stoppable():
        supervise([program("idle", "input()")], {}, lambda: os.kill(os.getpid(), signal.SIGTERM))


def test_what_is_seen_amiss_ends_it_as_an_error() -> None:
    def look() -> None:
        raise LookupError("amiss")

    with pytest.raises(LookupError, match="amiss"), stoppable():
        supervise([program("idle", "input()")], {}, look)


def test_programs_are_told_what_they_need_and_asked_to_stop(tmp_path: Path) -> None:
    said, stopped = tmp_path / "said", tmp_path / "stopped"
    code = f"""
import os, pathlib, signal, time
def stop(*_):
    pathlib.Path({str(stopped)!r}).touch()
    raise SystemExit
signal.signal(signal.SIGTERM, stop)
pathlib.Path({str(said)!r}).write_text(os.environ["DATABASE_URL"])
time.sleep(60)
"""
    with stoppable():
        supervise(
            [program("waiting", code)],
            {"DATABASE_URL": "postgresql://here"},
            until(lambda: said.exists() and said.read_text() != ""),
        )
    assert said.read_text() == "postgresql://here"
    assert stopped.exists()


def test_one_that_does_not_stop_is_ended_by_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "_ORDER_SECONDS", 0.2)
    monkeypatch.setattr(supervision, "_FORCE_SECONDS", 0.2)
    pid = tmp_path / "pid"
    code = f"""
import os, pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path({str(pid)!r}).write_text(str(os.getpid()) + " ")
time.sleep(60)
"""
    with stoppable():
        supervise(
            [program("stubborn", code)],
            {},
            until(lambda: pid.exists() and pid.read_text().endswith(" ")),
        )
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()


def test_handlers_are_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stoppable():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
