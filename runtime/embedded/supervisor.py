"""The process that owns a set of servers: starts them, watches them, and takes them with it when it ends.

`python -m runtime.embedded.supervisor PLAN` writes one line of JSON on standard output: the addresses once all servers
answer, or what went wrong. Attached, it ends when its standard input closes, that is: when whoever started it is gone,
however that came about. Killed itself, the kernel signals its servers.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import sys
import threading
import time
from types import FrameType

from mappings.errors import ServiceError
from runtime.embedded.errors import EmbeddedError
from runtime.embedded.locks import locked
from runtime.embedded.plan import Plan
from runtime.embedded.server import Server
from runtime.embedded.state import Running, State

_PREDECESSOR_SECONDS = 30.0  # how long servers of a killed supervisor may take to end
_log = logging.getLogger("runtime.embedded.supervisor")


class _Stopped(BaseException):
    """Somebody asked this process to stop."""


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # a signal handler's signature
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, signal.SIG_IGN)  # once is enough: stopping in order is not to be interrupted
    raise _Stopped


def main(text: str) -> int:
    """Run the servers of a plan until told to stop; the exit code is 1 when they failed."""
    plan = Plan.of_text(text)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    if plan.attached:
        threading.Thread(target=_stop_with_standard_input, daemon=True).start()
    elif os.fork() != 0:  # detached: whoever started this waits for the process that ends here
        return 0
    try:
        _run(plan)
    except _Stopped:
        return 0
    except ServiceError as error:
        _log.error("%s", error)  # the error says it all
        _say({"error": error.detail, "remedy": error.remedy})
        return 1
    return 0


def _stop_with_standard_input() -> None:
    os.read(0, 1)
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    signal.pthread_kill(main_thread, signal.SIGTERM)


def _run(plan: Plan) -> None:
    state = State(plan.state)
    with (
        locked(state.alive_lock, seconds=_PREDECESSOR_SECONDS) as descriptor,
        locked(state.supervisor_lock, seconds=_PREDECESSOR_SECONDS),
    ):
        state.clear()
        plan.ground.make()
        servers = plan.servers(keep=(descriptor,))
        try:
            urls = _started(servers, time.monotonic() + plan.start_seconds)
            state.write(Running(os.getpid(), urls))
            _say({"urls": urls})
            _watch(servers)
        finally:
            state.clear()
            _stop_all(servers)
            if plan.options.ephemeral:
                shutil.rmtree(plan.ground.folder)


def _started(servers: list[Server], deadline: float) -> dict[str, str]:
    for server in servers:
        server.start()
    for server in servers:
        server.wait(deadline)
    _log.info("answering: %s", ", ".join(f"{server.name} on port {server.port}" for server in servers))
    return {server.name: server.url for server in servers}


def _watch(servers: list[Server]) -> None:
    """Return never: a server that ends is an error, and the others go with it."""
    while True:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        for server in servers:
            if server.ended:
                raise EmbeddedError(f"{server.name} ended by itself", f"see its log {server.log}")


def _stop_all(servers: list[Server]) -> None:
    for server in servers:
        server.ask_to_stop()
    for server in servers:
        server.stop()
    _log.info("stopped")


def _say(message: dict[str, object]) -> None:
    """The one line for whoever started this; nothing more is ever written there."""
    if not sys.stdout.closed:
        print(json.dumps(message), flush=True)  # noqa: T201  # the protocol
        sys.stdout.close()
        os.close(1)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sys.exit(main(sys.argv[1]))
