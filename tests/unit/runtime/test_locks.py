from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runtime.embedded import EmbeddedError
from runtime.embedded.locks import is_locked, locked


def test_a_lock_is_held_for_the_block(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert not is_locked(lock)
    with locked(lock, seconds=0):
        assert is_locked(lock)
        with pytest.raises(EmbeddedError, match="another process still holds"), locked(lock, seconds=0):
            pass
    assert not is_locked(lock)


def test_a_child_that_inherits_it_holds_it_longer_than_its_parent(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with locked(lock, seconds=0) as descriptor:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(descriptor,))
    assert is_locked(lock)
    child.communicate(b"\n")
    assert not is_locked(lock)


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    code = f"""
from pathlib import Path
from runtime.embedded.locks import locked
with locked(Path({str(lock)!r}), seconds=0):
    print(flush=True)
    input()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert is_locked(lock)
        holder.kill()
    assert not is_locked(lock)
