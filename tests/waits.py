"""Tests that let transactions meet wait until one waits for another."""

from __future__ import annotations

import time
from concurrent.futures import Future
from typing import Any

from sqlalchemy import Connection, text

SECONDS = 60.0

_WAITING = text("""
    SELECT count(DISTINCT pid) FROM pg_locks
     WHERE NOT granted AND pid IN (SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database
                                    WHERE datname = current_database())""")


def until_waiting(look: Connection, *works: Future[Any]) -> None:
    """Each of these waits for a lock in the database of `look`, which may hold it; what one of them raised is raised.

    Nobody else waits there.
    """
    deadline = time.monotonic() + SECONDS
    while look.execute(_WAITING).scalar_one() < len(works):
        ended = [work.result() for work in works if work.done()]
        assert not ended, "it waited for nobody"
        assert time.monotonic() < deadline
