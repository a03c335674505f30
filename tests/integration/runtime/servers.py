"""Sets of servers without Elasticsearch, which takes longest, started and looked at from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from runtime.embedded.grounds import Ground

SECONDS = 180.0  # a busy machine takes a minute for what takes six seconds otherwise
ELSEWHERE = "http://elasticsearch.example"  # an address that is only handed on

PARENT = """
import time
from runtime import embedded
from runtime.settings import Settings

with embedded.servers(Settings.load(), ephemeral={ephemeral}) as urls:
    print(urls.database, urls.redis, urls.elasticsearch, flush=True)
    time.sleep(600)
"""


def environment(servers_dir: Path, **more: str) -> dict[str, str]:
    """The environment of a process that has its servers at `servers_dir`."""
    without = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    return {**without, "SERVERS_DIR": str(servers_dir), "ELASTICSEARCH_URL": ELSEWHERE, **more}


@contextmanager
def parent(servers_dir: Path, *, ephemeral: bool) -> Iterator[subprocess.Popen[str]]:
    """A process that uses servers, in a process group of its own as at a terminal."""
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(ephemeral=ephemeral)],
        env=environment(servers_dir),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        process_group=0,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def addresses(process: subprocess.Popen[str]) -> list[str]:
    """Of the servers of a `parent`."""
    assert process.stdout is not None
    return process.stdout.readline().split()


def command(servers_dir: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`segments servers …`."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("segments")), "servers", *arguments],
        env=environment(servers_dir, **more),
        capture_output=True,
        text=True,
        check=False,
    )


def exported(text: str) -> Mapping[str, str]:
    """What the lines `export NAME=value` say."""
    pairs = [line.removeprefix("export ").partition("=") for line in text.splitlines()]
    return {name: value for name, _, value in pairs}


def processes(servers_dir: Path) -> list[int]:
    """The supervisors and servers that run for `servers_dir`, wherever their data lies."""
    places = [os.fsencode(servers_dir), os.fsencode(Ground.of(servers_dir).folder)]
    places += [os.fsencode(Ground.of(folder).folder) for folder in (servers_dir / "ephemeral").glob("*")]
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
            line += os.fsencode((entry / "cwd").readlink()) if line else b""  # Valkey writes over its command line
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it ended while we looked, or is somebody else's
        if any(place in line for place in places):
            found.append(int(entry.name))
    return found


def command_line(pid: int) -> bytes:
    """Of a process, without the NULs between its arguments; nothing of one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except (FileNotFoundError, ProcessLookupError):
        return b""


def becomes(condition: Callable[[], bool]) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def remembered(redis_url: str, value: str | None = None) -> str | None:
    """Set a value in Redis if one is given; the value there before."""
    with Redis.from_url(redis_url, decode_responses=True) as client:
        found = client.get("remembered")
        if value is not None:
            client.set("remembered", value)
    assert found is None or isinstance(found, str)
    return found
