"""Starting a supervisor and hearing from it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from runtime.embedded.errors import EmbeddedError
from runtime.embedded.plan import Plan
from runtime.embedded.state import State

_STOP_SECONDS = 60.0


@contextmanager
def attached(plan: Plan) -> Iterator[dict[str, str]]:
    """The addresses of the plan's servers, which end with the block or with this process."""
    process = _start(plan)
    try:
        yield _heard(process, State(plan.state))
    finally:
        _end(process)


def detached(plan: Plan) -> dict[str, str]:
    """The addresses of the plan's servers, which go on without this process."""
    process = _start(plan)
    try:
        urls = _heard(process, State(plan.state))
        process.wait()  # the first process ends at once, having left a second one behind
    finally:
        _end(process)
    return urls


def _start(plan: Plan) -> subprocess.Popen[bytes]:
    with State(plan.state).log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "runtime.embedded.supervisor", plan.text()],
            stdin=subprocess.PIPE if plan.attached else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches the process that started it, which then stops it in order
        )


def _heard(process: subprocess.Popen[bytes], state: State) -> dict[str, str]:
    """What the supervisor says: addresses, or an error that is raised here."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise EmbeddedError("the supervisor of the servers ended without a word", f"see {state.log}")
    message = json.loads(line)
    if "error" in message:
        raise EmbeddedError(message["error"], message["remedy"])
    urls = message["urls"]
    assert isinstance(urls, dict)
    return urls


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let go of the supervisor; an attached one stops its servers and ends."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()  # its servers are signalled by the kernel
        process.wait()
