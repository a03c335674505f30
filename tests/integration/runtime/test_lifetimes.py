"""Who starts servers, who ends them, and what is left when somebody is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runtime.embedded.grounds import Ground
from runtime.embedded.locks import is_locked
from runtime.embedded.state import State
from tests.integration.runtime.servers import (
    ELSEWHERE,
    SECONDS,
    addresses,
    becomes,
    command,
    command_line,
    exported,
    parent,
    processes,
    remembered,
)


def test_up_leaves_them_running_and_down_keeps_the_data(servers_dir: Path) -> None:
    first = exported(command(servers_dir, "up").stdout)
    remembered(first["REDIS_URL"], "something")
    assert exported(command(servers_dir, "status").stdout) == first
    assert command(servers_dir, "down").returncode == 0
    assert becomes(lambda: processes(servers_dir) == [])
    assert command(servers_dir, "status").returncode == 3
    second = exported(command(servers_dir, "up").stdout)
    assert remembered(second["REDIS_URL"]) == "something"
    assert second == first, "the addresses stay while nobody takes the ports"


def test_down_deletes_the_data_when_asked(servers_dir: Path) -> None:
    remembered(exported(command(servers_dir, "up").stdout)["REDIS_URL"], "something")
    assert command(servers_dir, "down", "--delete-data").returncode == 0
    assert not Ground.of(servers_dir).folder.exists()
    assert remembered(exported(command(servers_dir, "up").stdout)["REDIS_URL"]) is None


def test_an_address_in_the_environment_replaces_its_twin_alone(servers_dir: Path) -> None:
    urls = exported(command(servers_dir, "up", REDIS_URL="redis://redis.example").stdout)
    assert (urls["REDIS_URL"], urls["ELASTICSEARCH_URL"]) == ("redis://redis.example", ELSEWHERE)
    assert "127.0.0.1" in urls["DATABASE_URL"]
    assert sorted(Ground.of(servers_dir).folder.glob("*.log")) == [Ground.of(servers_dir).folder / "postgres.log"]


def test_a_running_set_that_lacks_a_server_is_refused_with_the_remedy(servers_dir: Path) -> None:
    command(servers_dir, "up", REDIS_URL="redis://redis.example")
    refused = command(servers_dir, "up")
    assert refused.returncode == 1
    assert "started without valkey; run: segments servers down" in refused.stderr
    assert command(servers_dir, "status").returncode == 3


def test_two_starts_at_once_give_one_set(servers_dir: Path) -> None:
    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(lambda _: command(servers_dir, "up"), range(3)))
    assert [outcome.returncode for outcome in outcomes] == [0, 0, 0]
    assert len({outcome.stdout for outcome in outcomes}) == 1
    assert len([pid for pid in processes(servers_dir) if b"runtime.embedded.supervisor" in command_line(pid)]) == 1


@pytest.mark.parametrize("ephemeral", [True, False])
def test_a_killed_parent_leaves_no_server(servers_dir: Path, ephemeral: bool) -> None:
    with parent(servers_dir, ephemeral=ephemeral) as process:
        addresses(process)
        assert len(processes(servers_dir)) >= 3
        process.kill()
    assert becomes(lambda: processes(servers_dir) == [])


def test_what_a_killed_parent_left_on_disk_is_removed_by_the_next_one(servers_dir: Path) -> None:
    left = _killed(servers_dir)
    assert len(left) == 1
    with parent(servers_dir, ephemeral=True) as process:
        addresses(process)
        assert set((servers_dir / "ephemeral").iterdir()).isdisjoint(left)


def _killed(servers_dir: Path) -> list[Path]:
    with parent(servers_dir, ephemeral=True) as process:
        addresses(process)
        process.kill()
    left = list((servers_dir / "ephemeral").iterdir())
    assert becomes(lambda: not any(is_locked(State(folder).alive_lock) for folder in left))
    return left


def test_a_killed_supervisor_takes_its_servers_along_and_loses_no_data(servers_dir: Path) -> None:
    urls = exported(command(servers_dir, "up").stdout)
    remembered(urls["REDIS_URL"], "something")
    running = State(servers_dir).running()
    assert running is not None
    os.kill(running.supervisor, signal.SIGKILL)
    again = command(servers_dir, "up")  # at once: it waits for the servers that are still ending
    assert again.returncode == 0, again.stderr
    assert remembered(exported(again.stdout)["REDIS_URL"]) == "something"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_parent_stops_them_in_order(servers_dir: Path, number: signal.Signals) -> None:
    with parent(servers_dir, ephemeral=False) as process:
        addresses(process)
        os.killpg(process.pid, number)  # as the terminal does: to the whole group
        process.wait()
    assert becomes(lambda: not is_locked(State(servers_dir).alive_lock))
    assert "stopped" in State(servers_dir).log.read_text()


def test_a_server_that_dies_takes_the_set_down_and_says_so(servers_dir: Path) -> None:
    command(servers_dir, "up")
    (valkey,) = [pid for pid in processes(servers_dir) if b"valkey-server 127.0.0.1" in command_line(pid)]
    os.kill(valkey, signal.SIGKILL)
    assert becomes(lambda: processes(servers_dir) == [])
    assert "valkey ended by itself" in State(servers_dir).log.read_text()


def test_two_ephemeral_sets_live_side_by_side(servers_dir: Path) -> None:
    with parent(servers_dir, ephemeral=True) as one, parent(servers_dir, ephemeral=True) as other:
        assert set(addresses(one)) & set(addresses(other)) == {ELSEWHERE}


def test_a_state_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = command(tmp_path / "file" / "servers", "up")
    assert refused.returncode == 1
    assert "set SERVERS_DIR to a folder of yours" in refused.stderr


def test_the_caller_hears_why_a_server_did_not_start(servers_dir: Path) -> None:
    assert command(servers_dir, "up").returncode == 0
    assert command(servers_dir, "down").returncode == 0
    # The copy of another one, which takes no connections before that one is gone.
    cluster = Ground.of(servers_dir).folder / "postgres" / "cluster"
    (cluster / "standby.signal").touch()
    with (cluster / "postgresql.auto.conf").open("a") as settings:
        settings.write("hot_standby = off\n")
    refused = command(servers_dir, "up", SERVERS_START_SECONDS="0.1")
    assert refused.returncode == 1
    assert "postgres did not answer in time; its log" in refused.stderr
    assert becomes(lambda: processes(servers_dir) == [])


def test_a_detached_set_does_not_hold_the_callers_pipes(servers_dir: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", "segments servers up | cat"],
        env={
            **os.environ,
            "SERVERS_DIR": str(servers_dir),
            "ELASTICSEARCH_URL": ELSEWHERE,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        stdout=subprocess.PIPE,
        timeout=SECONDS,
        check=True,
    )
    assert b"DATABASE_URL" in done.stdout


def test_a_cache_that_cannot_be_made_is_said(servers_dir: Path) -> None:
    refused = command(servers_dir, "up", SERVERS_CACHE="/proc/cache", ELASTICSEARCH_URL="")
    assert refused.returncode == 1
    assert "set SERVERS_CACHE to a folder of yours" in refused.stderr


def test_a_user_without_a_home_is_served(servers_dir: Path) -> None:
    assert command(servers_dir, "up", HOME="/nonexistent").returncode == 0
