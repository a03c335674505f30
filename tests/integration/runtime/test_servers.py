"""Each server by itself: taken ports, crashes, and root."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.embedded import EmbeddedError, grounds, programs, server
from runtime.embedded.grounds import Account, Ground
from runtime.embedded.plan import KINDS
from runtime.embedded.ports import LOOPBACK, free_port
from runtime.embedded.server import Options, Server
from runtime.settings import Settings
from tests.integration.runtime.servers import SECONDS, remembered

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    ground = Ground.of(tmp_path / "state")
    ground.make()
    yield ground
    shutil.rmtree(ground.folder)


@pytest.fixture
def make(ground: Ground) -> Iterator[Callable[[str], Server]]:
    """Makes a server of a kind, which is stopped after the test."""
    made: list[Server] = []

    def one(kind: str) -> Server:
        installed = programs.ready([kind], Settings.load().servers_cache, ground.account)
        made.append(KINDS[kind](ground, installed, Options(ephemeral=True)))
        return made[-1]

    yield one
    for each in made:
        each.stop()


def answering(one: Server) -> Server:
    one.start()
    one.wait(time.monotonic() + SECONDS)
    return one


@pytest.mark.parametrize("kind", KINDS)
def test_a_port_that_is_taken_in_the_last_moment_is_given_up_for_another(
    kind: str, make: Callable[[str], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((LOOPBACK, 0)) as somebody:
        taken = somebody.getsockname()[1]
        choices = iter([taken])
        monkeypatch.setattr(server, "free_port", lambda _: next(choices, None) or free_port())
        one = answering(make(kind))
        assert one.port != taken
    assert str(one.port) in one.url


def test_a_port_that_is_always_taken_ends_in_an_error_with_the_log(
    make: Callable[[str], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((LOOPBACK, 0)) as somebody:
        taken = somebody.getsockname()[1]
        monkeypatch.setattr(server, "free_port", lambda _: taken)
        with pytest.raises(EmbeddedError, match=r"(?s)valkey ended with code 1 while starting.*already in use"):
            answering(make("valkey"))


def test_the_former_port_is_kept_while_it_is_free(make: Callable[[str], Server]) -> None:
    one = answering(make("valkey"))
    former = one.port
    one.stop()
    assert answering(make("valkey")).port == former


@pytest.mark.parametrize("kind", ["postgres", "valkey"])
def test_another_port_is_found_when_the_former_one_is_taken(kind: str, make: Callable[[str], Server]) -> None:
    one = answering(make(kind))
    one.stop()
    with socket.create_server((LOOPBACK, one.port)):
        assert answering(make(kind)).port != one.port


def test_a_server_comes_back_after_a_crash(make: Callable[[str], Server]) -> None:
    one = answering(make("valkey"))
    remembered(one.url, "something")
    one.kill()
    assert one.ended
    assert remembered(answering(one).url) == "something"


def test_an_unfinished_cluster_is_made_again(make: Callable[[str], Server], ground: Ground) -> None:
    left = ground.room("postgres/unfinished") / "cluster"
    left.mkdir()
    (left / "PG_VERSION").write_text("")
    answering(make("postgres"))


@as_root
def test_root_runs_servers_as_nobody_in_folders_that_are_theirs(make: Callable[[str], Server], ground: Ground) -> None:
    assert ground.account == Account(65534, 65534)
    for kind in ("postgres", "valkey"):
        one = answering(make(kind))
        process = one._running().pid
        assert Path(f"/proc/{process}").stat().st_uid == 65534
        room = (ground.folder / kind).stat()
        assert (room.st_uid, room.st_mode & 0o777) == (65534, 0o700)


@as_root
def test_below_a_home_that_nobody_enters_the_servers_live_under_var_tmp(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    ground = Ground.of(home / "checkout" / ".servers")
    assert ground.folder.parent == grounds.staging()
    assert ground != Ground.of(home / "other" / ".servers")


@as_root
def test_programs_that_nobody_can_reach_are_copied(tmp_path: Path) -> None:
    installed = tmp_path / "site-packages"
    (installed / "package").mkdir(parents=True)
    (installed / "package" / "program").write_text("#!/bin/sh\n")
    (installed / "package" / "program").chmod(0o700)
    (installed / "package" / "library").write_text("")
    (installed / "package" / "link").symlink_to("library")
    (tmp_path / "programs").mkdir()
    tmp_path.chmod(0o700)
    account = Account.needed()
    assert account is not None
    assert not account.enters(installed / "package")
    copy = programs._copied(installed, ("package",), tmp_path / "programs" / "package-1")
    assert (copy / "package" / "program").stat().st_mode & 0o777 == 0o755
    assert (copy / "package" / "library").stat().st_mode & 0o777 == 0o644
    assert (copy / "package" / "link").readlink() == Path("library")


@as_root
def test_what_was_copied_can_be_entered_whatever_the_umask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grounds, "_STAGING", tmp_path)
    before = os.umask(0o077)
    try:
        shelf = programs._shelf()
    finally:
        os.umask(before)
    assert [folder.stat().st_mode & 0o777 for folder in (shelf.parent, shelf)] == [0o755, 0o755]


@as_root
def test_a_staging_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grounds, "_STAGING", tmp_path)
    (tmp_path / "segments-0").mkdir()
    os.chown(tmp_path / "segments-0", 1000, 1000)
    with pytest.raises(EmbeddedError, match="is not a folder of this user; remove it"):
        grounds.staging()
