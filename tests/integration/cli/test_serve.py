"""The whole service, started as a person starts it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from runtime.embedded.ports import free_port
from runtime.settings import Settings
from tests.integration.runtime.servers import becomes, command, command_line, environment, processes


@pytest.fixture
def servers_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    command(tmp_path, "down", "--delete-data")


@pytest.fixture
def serving(servers_dir: Path, own_settings: Settings) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`segments serve` with servers of its own, save Elasticsearch, and its address, once it has said it."""
    prefix = own_settings.index_prefix
    told = environment(servers_dir, API_PORT=str(free_port()), INDEX_PREFIX=prefix)
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "serve"],
        env={**told, "ELASTICSEARCH_URL": own_settings.elasticsearch_url or ""},
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    with process:
        assert process.stdout is not None
        try:
            address = next(line.strip() for line in process.stdout if line.strip())
            yield process, address
        finally:
            process.kill()


def children(process: subprocess.Popen[str]) -> dict[int, bytes]:
    """The command lines of the processes that it started, by process id."""
    found = {}
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        for pid in (task / "children").read_text().split():
            found[int(pid)] = command_line(int(pid))
    return found


def test_it_answers_restarts_what_ends_and_stops_in_order(
    serving: tuple[subprocess.Popen[str], str], servers_dir: Path
) -> None:
    process, address = serving
    assert becomes(lambda: _ready(address))  # the first sweep makes the index

    assert becomes(lambda: len(_workers(process)) == 1)
    before = _workers(process)
    os.kill(next(iter(before)), signal.SIGKILL)
    assert becomes(lambda: bool(_workers(process) - before))

    started = children(process)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait() == 0
    assert becomes(_all_gone(started))
    assert becomes(lambda: processes(servers_dir) == [])


def test_it_ends_when_its_servers_do(serving: tuple[subprocess.Popen[str], str], servers_dir: Path) -> None:
    process, _ = serving
    started = children(process)
    assert command(servers_dir, "down").returncode == 0
    assert process.wait() == 1
    assert becomes(_all_gone(started))


def test_killed_it_leaves_nothing(serving: tuple[subprocess.Popen[str], str], servers_dir: Path) -> None:
    process, _ = serving
    started = children(process)
    assert len(started) == 5
    process.kill()
    assert becomes(_all_gone(started))
    assert becomes(lambda: processes(servers_dir) == [])


def _ready(address: str) -> bool:
    connection = HTTPConnection(address.removeprefix("http://"))
    connection.request("GET", "/readyz")
    answer = json.load(connection.getresponse())
    connection.close()
    return bool(answer["ready"])


def _workers(process: subprocess.Popen[str]) -> set[int]:
    # RQ gives a worker another name where setproctitle is installed, and one more while it does a job.
    called = re.compile(b"indexer worker|Listening on index|Processing .* from index ")
    return {pid for pid, line in children(process).items() if called.search(line)}


def _all_gone(started: dict[int, bytes]) -> Callable[[], bool]:
    # Those whose parent is gone stay as zombies where nobody takes note of their end.
    return lambda: not any(map(command_line, started))
