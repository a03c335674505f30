"""The service's own processes, watched over as `segments serve` does it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.processes import _python, environment, programs
from cli.supervision import Watched, _stop
from runtime.settings import Settings

_POLL_SECONDS = 0.05
_COMMAND_SECONDS = 60.0
WORKER, JOBS, SCHEDULER = "index-worker-1", "job-worker-1", "scheduler"


class Service:
    """Index workers, a job worker and the scheduler; what ends is started again whenever somebody waits."""

    def __init__(self, settings: Settings) -> None:
        self._environment = {**os.environ, **environment(settings)}
        self._watched = {
            program.name: Watched(program, self._environment) for program in programs(settings) if program.name != "api"
        }

    @classmethod
    @contextmanager
    def running(cls, settings: Settings) -> Iterator[Service]:
        """The processes, ended with the block."""
        service = cls(settings)
        try:
            yield service
        finally:
            _stop([each.process for each in service._watched.values()])

    def kill(self, name: str = WORKER) -> None:
        """`kill -9`."""
        process = self._watched[name].process
        process.send_signal(signal.SIGKILL)
        process.wait()

    @contextmanager
    def another(self, name: str) -> Iterator[None]:
        """One more process of this kind, while the block runs."""
        more = Watched(self._watched[name].program, self._environment)
        self._watched[f"another {name}"] = more
        try:
            yield
        finally:
            del self._watched[f"another {name}"]
            _stop([more.process])

    @contextmanager
    def started(self, module: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """`python -m MODULE ARGUMENTS` beside them; killed with the block if it is not over by then."""
        process = subprocess.Popen(_python(module, *arguments), env=self._environment, stdout=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def command(self, module: str, *arguments: str) -> None:
        """`python -m MODULE ARGUMENTS`, to its end; raises CalledProcessError when it fails."""
        command = _python(module, *arguments)
        subprocess.run(command, env=self._environment, check=True, capture_output=True, timeout=_COMMAND_SECONDS)

    def until(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        """Return once it holds; raises TimeoutError naming `what`."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds:.0f} s: {what}")
            for each in self._watched.values():
                each.look()
            time.sleep(_POLL_SECONDS)

    def forgive(self) -> None:
        """What was killed is started again as soon as after a first crash."""
        for each in self._watched.values():
            each._backoff = 1.0
