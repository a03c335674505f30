"""Child processes that end with their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runtime.embedded.grounds import Account

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, and the signal that makes it end in good order."""

    arguments: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop: signal.Signals = signal.SIGTERM


def start(
    command: Command, *, log: Path, account: Account | None = None, keep: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    """Start `command`, its output going to `log`; it gets the signal `command.stop` when the calling thread ends.

    `keep` are file descriptors that it inherits. Its environment is the given one and PATH, nothing else: settings of
    the caller's own Java, PostgreSQL or Redis do not reach it.
    """
    with log.open("wb") as output:
        return subprocess.Popen(
            [os.fspath(argument) for argument in command.arguments],
            cwd=command.folder,
            env={"PATH": os.environ.get("PATH", os.defpath), **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=keep,
            process_group=0,  # Ctrl-C at the terminal is for the parent, which then stops its children in order
            preexec_fn=end_with_parent(command.stop),  # noqa: PLW1509  # nothing there takes a lock
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the child gets signal `number` when this thread ends. None where no system call does that."""
    if sys.platform != "linux":
        return None
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # loaded here: after the fork no import is safe

    def arm() -> None:
        if prctl(_PR_SET_PDEATHSIG, int(number)) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
        if os.getppid() != parent:  # it ended before the signal was armed
            os._exit(1)

    return arm


def end(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """Wait for `process`, which has been told to stop, up to `seconds`; then end it by force."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
