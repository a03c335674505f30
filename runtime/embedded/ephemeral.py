"""State folders that last as long as one process, and the remains of those that were killed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from runtime.embedded.grounds import Ground
from runtime.embedded.locks import is_locked, locked
from runtime.embedded.state import State

_LOCK_SECONDS = 60.0  # to make a folder and remove a few


@contextmanager
def ephemeral_state(servers_dir: Path) -> Iterator[State]:
    """A new state folder, removed with the block. Those that a killed process left behind are removed first."""
    above = servers_dir / "ephemeral"
    above.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        with locked(servers_dir / "ephemeral.lock", seconds=_LOCK_SECONDS):
            _sweep(above)
            state = State(Path(tempfile.mkdtemp(dir=above, prefix="")))
            state.folder.chmod(0o755)  # the servers' account passes through
            held.enter_context(locked(state.start_lock, seconds=0))
        held.callback(_remove, state)
        yield state


def _sweep(above: Path) -> None:
    for folder in above.iterdir():
        state = State(folder)
        if not is_locked(state.start_lock) and not is_locked(state.alive_lock):
            _remove(state)


def _remove(state: State) -> None:
    shutil.rmtree(Ground.of(state.folder).folder, ignore_errors=True)
    shutil.rmtree(state.folder)
