"""Secrets that outlive a process, in files that only their owner can read."""

from __future__ import annotations

import os
from pathlib import Path


def read(file: Path) -> str | None:
    """The secret kept in `file`, if there is one."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def keep(file: Path, secret: str) -> None:
    """Write a secret; at no time can anybody else read it, and what stands in `file` is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.part")
    unfinished.touch(mode=0o600, exist_ok=False)
    unfinished.write_text(secret, encoding="utf-8")
    unfinished.replace(file)
