"""The schema of the database, brought up to date.

Alembic revisions make and change the tables. The triggers of `capture.sql` are code rather than history: they are put
in place anew after the revisions, in the same transaction.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from store.postgres import run_script

_HERE = Path(__file__).parent
_CAPTURE = _HERE.parent / "capture.sql"

# Any number, the same for all: two processes that start together migrate one after the other.
_LOCK = 7_306_141_020


def upgrade(engine: Engine) -> None:
    """The database has the newest schema and triggers afterwards; nothing changes where it had them."""
    with engine.begin() as db:
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(db), "head")
        run_script(db, _CAPTURE.read_text(encoding="utf-8"))


def _config(db: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = db
    return config
