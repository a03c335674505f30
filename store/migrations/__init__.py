"""The schema of the database, brought up to date.

Alembic revisions make and change the tables. The triggers of `capture.sql` are code rather than history: after the
revisions, in the same transaction, they are put in place anew where they are not as the script makes them.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from store.postgres import repeated, run_script

_HERE = Path(__file__).parent
_CAPTURE = _HERE.parent / "capture.sql"

# Any number, the same for all: two processes that start together migrate one after the other.
_LOCK = 7_306_141_020


@repeated
def upgrade(engine: Engine) -> None:
    """The database has the newest schema and triggers afterwards.

    Where it had them nothing is changed and no table is locked: nobody who writes meanwhile has to wait.
    """
    with engine.begin() as db:
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(db), "head")
        _place_triggers(db)


def _config(db: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = db
    return config


def _place_triggers(db: Connection) -> None:
    script = _CAPTURE.read_text(encoding="utf-8")
    if db.execute(_PLACED).scalar() == _fingerprint(db, script):
        return
    run_script(db, script)
    db.execute(text(f"COMMENT ON TABLE alembic_version IS '{_fingerprint(db, script)}'"))


def _fingerprint(db: Connection, script: str) -> str:
    """Of the script and of the functions and triggers as the database has them."""
    definitions = db.execute(_DEFINITIONS).scalars()
    return f"triggers {sha256(' '.join([script, *definitions]).encode()).hexdigest()}"


_PLACED = text("SELECT obj_description('alembic_version'::regclass, 'pg_class')")

_DEFINITIONS = text("""
    SELECT pg_get_functiondef(oid) AS definition FROM pg_proc
     WHERE pronamespace = CAST(current_schema AS regnamespace) AND prokind = 'f'
     UNION ALL
    SELECT pg_get_triggerdef(pg_trigger.oid) || CAST(tgenabled AS text)
      FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
     WHERE relnamespace = CAST(current_schema AS regnamespace) AND NOT tgisinternal
     ORDER BY definition""")
