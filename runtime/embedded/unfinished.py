"""Making things whole: built in a folder beside their place, then renamed to it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def workplace(beside: Path) -> Iterator[Path]:
    """An empty folder on the same file system as `beside`, gone afterwards; so are those that killed processes left.

    The caller holds a lock that all who work beside `beside` take.
    """
    prefix = f"unfinished-{beside.name}-"
    for left in beside.parent.glob(f"{prefix}*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=beside.parent, prefix=prefix) as folder:
        yield Path(folder)
