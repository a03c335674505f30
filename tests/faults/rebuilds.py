"""Rebuilds that are killed, given up, refused their swap, and disturbed by those who write meanwhile."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.requests import ALIASES, BULK, CREATE, SEARCH, SETTINGS
from tests.faults.stage import Stage
from tests.proxy import Act, Trap

# Where a rebuild may be killed: the request that it is about to make, or whose answer it awaits.
KILLED_AT: dict[str, tuple[bytes, Act]] = {
    "before-its-index-is-made": (CREATE, Act.HOLD),
    "when-its-index-is-made": (CREATE, Act.HOLD_ANSWER),
    "before-a-batch": (BULK, Act.HOLD),
    "in-mid-bulk": (BULK, Act.HOLD_HALF),
    "when-a-batch-is-taken": (BULK, Act.HOLD_ANSWER),
    "at-its-check": (SEARCH, Act.HOLD),
    "before-its-index-gets-copies": (SETTINGS, Act.HOLD),
    "before-the-swap": (ALIASES, Act.HOLD),
    "after-the-swap": (ALIASES, Act.HOLD_ANSWER),
}


def killed(at: str, *command: str) -> Callable[[Stage], None]:
    """A rebuild, or what else `segments index COMMAND` does, is killed there, and contacts change meanwhile."""
    pattern, act = KILLED_AT[at]

    def kill(stage: Stage) -> None:
        with _held(stage, pattern, act, *command) as (rebuild, _):
            stage.world.change()
            rebuild.kill()
        stage.wake()

    return kill


def aborted(stage: Stage) -> None:
    """A rebuild is given up in mid-bulk, and its last request arrives late."""
    with _held(stage, BULK, Act.HOLD) as (rebuild, trap):
        before = stage.read()
        stage.change()
        stage.service.command("indexer", "rebuild", "--abort")
        trap.open(let_through=True)
        assert rebuild.wait(60) == 1
    assert stage.read() == before


def swap_failing(stage: Stage) -> None:
    """Elasticsearch does not move the alias: the rebuild ends with an error, and somebody goes on with it."""
    before = stage.read()
    with stage.to_elasticsearch.trap(ALIASES, Act.ANSWER, times=2) as trap:
        with stage.service.started("indexer", "rebuild") as rebuild:
            stage.until(lambda: rebuild.poll() is not None, "the rebuild gives up")
        assert rebuild.returncode == 1
        stage.change()
        stage.until(lambda: trap.caught == trap.times, "the swap fails once more")
    stage.until_equal()
    assert stage.read() != before


def contacts_changing(stage: Stage) -> None:
    """Contacts that a rebuild has read and not yet sent are updated, deleted, and made anew under their old ids."""
    before = stage.read()
    with _held(stage, BULK, Act.HOLD) as (rebuild, trap):
        contacts = stage.world.sample(30)
        stage.world.update(contacts[:10])
        stage.world.delete(contacts[10:])
        stage.wake()
        stage.until(lambda: stage.pending() == 0, "the changes are in both indices")
        stage.world.recreate(contacts[20:])
        stage.world.create()
        stage.wake()
        stage.until(lambda: stage.pending() == 0, "the new contacts are in both indices")
        trap.open(let_through=True)
        assert rebuild.wait(60) == 0
    assert stage.read() != before


@contextmanager
def _held(stage: Stage, pattern: bytes, act: Act, *command: str) -> Iterator[tuple[subprocess.Popen[bytes], Trap]]:
    """A rebuild, or another command, in a process of its own that has come to a request like this, or to its answer."""
    command = command or ("rebuild",)
    with stage.to_elasticsearch.trap(pattern, act) as trap, stage.service.started("indexer", *command) as rebuild:
        stage.sprung(trap)
        yield rebuild, trap
