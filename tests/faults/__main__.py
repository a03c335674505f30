"""`python -m tests.faults [NAME...]`: these faults, or all; the exit code is 1 where one fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.settings import Settings
from tests.faults.matrix import FAULTS, run
from tests.faults.stage import own_stage


def main(names: list[str]) -> int:
    """Run the faults and say how each ended."""
    if unknown := [name for name in names if name not in FAULTS]:
        print(f"no fault {', '.join(unknown)}; there are:\n" + "\n".join(FAULTS))  # noqa: T201 (the answer)
        return 2
    wanted, passed = names or list(FAULTS), 0
    settings = Settings.load()
    with _said_in(settings.servers_dir / "faults.log"), own_stage(settings) as opened:
        for verdict in run(opened, wanted):
            print(verdict.line(), flush=True)  # noqa: T201
            passed += verdict.healed is not None
    print(f"faults: {passed}/{len(wanted)}")  # noqa: T201
    return 0 if passed == len(wanted) else 1


@contextmanager
def _said_in(log: Path) -> Iterator[None]:
    """What this process and those that it starts say about the faults goes there."""
    log.parent.mkdir(parents=True, exist_ok=True)
    before = os.dup(sys.stderr.fileno())
    with log.open("wb") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    print(f"what the processes say: {log}", flush=True)  # noqa: T201
    try:
        yield
    finally:
        os.dup2(before, sys.stderr.fileno())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
