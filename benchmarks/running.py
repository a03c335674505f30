"""The service's own processes, started for a measurement, and the memory that a process takes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from servers import environment

from cli.processes import programs
from runtime.settings import Settings

_STOP_SECONDS = 30.0
_LOOK_SECONDS = 0.05


@dataclass(slots=True)
class Process:
    """A process, and the megabytes that it had in memory at most, as far as it was looked at."""

    popen: subprocess.Popen[bytes]
    peak_megabytes: float = 0.0
    may_end: bool = False

    def look(self) -> None:
        """See how much memory it took so far: the process itself, not what started it."""
        try:
            status = Path(f"/proc/{self.popen.pid}/status").read_text()
        except OSError:  # it has ended, or this is no Linux
            return
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                self.peak_megabytes = max(self.peak_megabytes, int(line.split()[1]) / 1024)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.may_end = True
        self.popen.kill()
        self.popen.wait()


def finished(command: Sequence[str], env: Mapping[str, str], folder: Path | None = None) -> tuple[float, float]:
    """The seconds that a command took, and its peak memory in megabytes; raises where it fails."""
    begun = time.perf_counter()
    started = subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    process = Process(started)
    while True:
        process.look()
        try:
            _, errors = started.communicate(timeout=_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    if started.returncode:
        raise click.ClickException(f"{' '.join(command)} ended with {started.returncode}: {_tail(errors)}")
    return time.perf_counter() - begun, process.peak_megabytes


@contextmanager
def kept(commands: Mapping[str, Sequence[str]], env: Mapping[str, str]) -> Iterator[dict[str, Process]]:
    """The commands run during the block; one that has ended by then, unless it may, is an error."""
    started: dict[str, Process] = {}
    with tempfile.TemporaryFile() as said:
        try:
            for name, command in commands.items():
                started[name] = Process(subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=said))
            yield started
            for name, process in started.items():
                process.look()
                if (code := process.popen.poll()) is not None and not process.may_end:
                    said.seek(0)
                    raise click.ClickException(f"{name} ended with {code} while it was measured: {_tail(said.read())}")
        finally:
            for process in started.values():
                process.popen.terminate()
            for process in started.values():
                process.popen.wait(_STOP_SECONDS)


@contextmanager
def service(settings: Settings, *names: str) -> Iterator[dict[str, Process]]:
    """The service's processes whose names begin so, as `segments serve` starts them."""
    chosen = {one.name: one.arguments for one in programs(settings) if one.name.startswith(names)}
    with kept(chosen, environment(settings)) as started:
        yield started


def rebuilt(settings: Settings) -> tuple[float, float]:
    """`segments index rebuild`, its start included: seconds and peak memory in megabytes."""
    return finished([sys.executable, "-m", "indexer", "rebuild"], environment(settings))


def _tail(log: bytes) -> str:
    return log.decode(errors="replace")[-2_000:]
