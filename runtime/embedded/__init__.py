"""Real servers out of packages, for a demo and for tests: PostgreSQL, Valkey and Elasticsearch on loopback.

Those that a setting names are used as they are; the rest is started here. Nothing but Python is needed beforehand.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from runtime.embedded import launching, programs
from runtime.embedded.ephemeral import ephemeral_state
from runtime.embedded.errors import EmbeddedError
from runtime.embedded.grounds import Ground
from runtime.embedded.locks import locked
from runtime.embedded.plan import Plan, Urls, joined, missing
from runtime.embedded.server import Options
from runtime.embedded.state import State
from runtime.settings import Settings

__all__ = ["EmbeddedError", "Urls", "down", "running", "servers", "up"]

_START_SECONDS = 900.0  # a second start waits for the first one, which may download
_STOP_SECONDS = 60.0


@contextmanager
def servers(settings: Settings, *, ephemeral: bool = False) -> Iterator[Urls]:
    """The servers while the block runs.

    Ephemeral: a set of its own, with ports and data of its own, gone afterwards. Otherwise the set of the state folder,
    which keeps its data: the running one if it runs, and then it stays; else one that ends with the block.
    Whatever is started here ends with this process, even when this process is killed.
    """
    with ExitStack() as held:
        names, embedded = missing(settings), dict[str, str]()
        if names and ephemeral:
            state = held.enter_context(ephemeral_state(settings.servers_dir))
            plan = _plan(settings, state, names, Options(ephemeral=True, heap=settings.elasticsearch_heap))
            embedded = held.enter_context(launching.attached(plan))
        elif names:
            state = _state(settings)
            with locked(state.start_lock, seconds=_START_SECONDS):
                found = _found(state, names)
                embedded = found or held.enter_context(launching.attached(_plan(settings, state, names)))
        yield joined(settings, embedded)


def up(settings: Settings) -> Urls:
    """Start what is missing and leave it running; a set that runs already is found."""
    names, embedded = missing(settings), dict[str, str]()
    if names:
        state = _state(settings)
        with locked(state.start_lock, seconds=_START_SECONDS):
            embedded = _found(state, names) or launching.detached(_plan(settings, state, names, attached=False))
    return joined(settings, embedded)


def running(settings: Settings) -> Urls | None:
    """The addresses if all that is missing runs, else None."""
    found = State(settings.servers_dir).running()
    names = missing(settings)
    if found is None:
        return None if names else joined(settings, {})
    return joined(settings, found.urls) if set(names) <= set(found.urls) else None


def down(settings: Settings, *, delete_data: bool = False) -> bool:
    """Stop the set of the state folder and, if asked, delete what it kept; False when none ran."""
    state = _state(settings)
    with locked(state.start_lock, seconds=_START_SECONDS):
        if (found := state.running()) is not None:
            os.kill(found.supervisor, signal.SIGTERM)
        with locked(state.alive_lock, seconds=_STOP_SECONDS):
            ground = Ground.of(state.folder).folder
            if delete_data and ground.exists():
                shutil.rmtree(ground)
    return found is not None


def _state(settings: Settings) -> State:
    folder = settings.servers_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(f"{folder} cannot be made: {error}", "set SERVERS_DIR to a folder of yours") from error
    return State(folder)


def _found(state: State, names: tuple[str, ...]) -> dict[str, str] | None:
    """The addresses of a running set that has all of `names`."""
    found = state.running()
    if found is None:
        return None
    if lacking := set(names) - set(found.urls):
        raise EmbeddedError(
            f"the running servers were started without {', '.join(sorted(lacking))}",
            "run: segments servers down, and start again",
        )
    return found.urls


def _plan(
    settings: Settings, state: State, names: tuple[str, ...], options: Options | None = None, *, attached: bool = True
) -> Plan:
    """The plan for `names`; what their programs need is fetched first."""
    ground = Ground.of(state.folder)
    return Plan(
        state=state.folder,
        ground=ground,
        programs=programs.ready(names, settings.servers_cache, ground.account),
        options=options or Options(heap=settings.elasticsearch_heap),
        names=names,
        start_seconds=settings.servers_start_seconds,
        attached=attached,
    )
