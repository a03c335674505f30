"""Keeps processes running until told to stop, then stops them in order."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from cli.processes import Program
from runtime.embedded.children import end, end_with_parent

_POLL_SECONDS = 0.1
_LONGEST_BACKOFF_SECONDS = 30.0
_HEALTHY_SECONDS = 60.0  # a process that ran so long begins with the shortest back-off again
_ORDER_SECONDS = 15.0  # to end what is being done; a job that takes longer is begun again, being safe to run twice
_FORCE_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody asked this process to stop."""


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM and SIGINT end the block in order; once, so that ending it is not interrupted."""
    numbers = (signal.SIGTERM, signal.SIGINT)

    def stop(_number: int, _frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    former = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    except Stopped:
        pass  # this is what was asked for
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


class Watched:
    """One program, started again when it ends."""

    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self.program = program
        self._environment = environment
        self._backoff = 1.0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self._started = time.monotonic()
        self._again: float | None = None
        return subprocess.Popen(
            self.program.arguments,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C is for this process, which stops the others in order
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509  # nothing there takes a lock
        )

    def look(self) -> None:
        """Report that it has ended, and start it again when its time has come."""
        now = time.monotonic()
        if self._again is not None:
            if now >= self._again:
                self.process = self._start()
        elif (code := self.process.poll()) is not None:
            if now - self._started >= _HEALTHY_SECONDS:
                self._backoff = 1.0
            _log.error("%s ended with code %s; started again in %.0f s", self.program.name, code, self._backoff)
            self._again = now + self._backoff
            self._backoff = min(2 * self._backoff, _LONGEST_BACKOFF_SECONDS)


def supervise(programs: Sequence[Program], environment: Mapping[str, str], look: Callable[[], None]) -> None:
    """Run the programs with `environment` beside this process's own until Stopped, or until `look`, called again and
    again, raises something else.
    """
    watched: list[Watched] = []
    try:
        watched.extend(Watched(program, {**os.environ, **environment}) for program in programs)
        while True:
            for each in watched:
                each.look()
            look()
            time.sleep(_POLL_SECONDS)
    finally:
        _stop([each.process for each in watched])


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask once, ask again (RQ then leaves its job), use force."""
    for seconds in (_ORDER_SECONDS, _FORCE_SECONDS):
        for process in processes:
            if process.poll() is None:
                process.terminate()
        if _all_ended(processes, time.monotonic() + seconds):
            return
    for process in processes:
        end(process, seconds=0)


def _all_ended(processes: Sequence[subprocess.Popen[bytes]], deadline: float) -> bool:
    while any(process.poll() is None for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
