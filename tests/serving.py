"""The service in processes of its own, as `segments serve` starts them, for tests that come from outside."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO
from urllib.request import ProxyHandler, build_opener

from runtime.settings import Settings

START_SECONDS = 180.0  # a busy machine takes a minute for what takes a few seconds otherwise

straight = build_opener(ProxyHandler({})).open  # past the proxy that http_proxy may name


def environment(settings: Settings) -> dict[str, str]:
    """What a process is told to work on the same servers as the test."""
    return os.environ | {
        "DATABASE_URL": settings.database_url or "",
        "REDIS_URL": settings.redis_url or "",
        "RQ_REDIS_URL": settings.redis_url or "",
        "ELASTICSEARCH_URL": settings.elasticsearch_url or "",
        "INDEX_PREFIX": settings.index_prefix,
        "SECRET_KEY": settings.secret_key or "",
    }


def command(settings: Settings, *arguments: str) -> str:
    """What `segments ARGUMENTS` prints; raises CalledProcessError when it fails."""
    run = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(run, env=environment(settings), stdout=subprocess.PIPE, text=True, check=True).stdout


@contextmanager
def process(settings: Settings, *arguments: str, log: IO[bytes] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m ARGUMENTS`, ended with the block; what it says goes to `log`."""
    run = [sys.executable, "-m", *arguments]
    running = subprocess.Popen(run, env=environment(settings), stdout=log, stderr=log)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(timeout=START_SECONDS)


@contextmanager
def api(
    settings: Settings, arguments: Sequence[str] = ("--threads", "4"), log: IO[bytes] | None = None
) -> Iterator[int]:
    """The port that a gunicorn with the API listens on; `arguments` say how it works."""
    with socket.socket() as held:  # as long as the block runs: nobody else is given the port
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        bind = ("--reuse-port", "--bind", f"127.0.0.1:{port}")
        with process(settings, "gunicorn", "--no-control-socket", *arguments, *bind, "app:create_app()", log=log) as it:
            _wait_for(port, it)
            yield port


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
        except ConnectionError:
            time.sleep(0.1)  # until the deadline: nothing tells when a port begins to listen
        else:
            return
        finally:
            connection.close()
    raise TimeoutError("the API did not start")
