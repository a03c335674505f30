"""What one process of the API holds: settings, connections, the signer of cursors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import BoundedSemaphore
from typing import Final

from flask import current_app, g
from itsdangerous import URLSafeSerializer
from sqlalchemy import Connection, Engine

from app.audience import Index
from runtime.queues import wake_index
from runtime.settings import Settings
from store import marks

EXTENSION: Final = "segments"


@dataclass(frozen=True, slots=True)
class Service:
    """Made once by `create_app`; nothing in it opens a connection before one is needed."""

    settings: Settings
    engine: Engine
    index: Index
    cursors: URLSafeSerializer
    waiting: BoundedSemaphore  # places for requests that wait for the index

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()
        self.index.close()

    def clock(self) -> datetime:
        """The only place of the API that looks at the clock."""
        return datetime.now(UTC)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and writes nothing."""
        with (
            self.engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as db,
            db.begin(),
        ):
            yield db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end; the index workers are then told that there may be work.

        `g.written` is then the mark of what the request has written so far.
        """
        with self.engine.begin() as db:
            before = marks.newest_drawn(db)
            yield db
            written = marks.mark(db, before)
        g.written = written.with_earlier(g.get("written"))
        wake_index(self.settings)


def service() -> Service:
    """The running application's."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Service)
    return found
