"""Temporary tables that rows are copied into, and the text format of COPY."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection

from store.postgres import driver, run_script

NULL = "\\N"

# The tables are the session's own and forget their rows at the end of the transaction.
_TABLES = """
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_companies (
        external_id text NOT NULL, patch jsonb NOT NULL, custom jsonb NOT NULL,
        id bigint, created boolean NOT NULL DEFAULT false
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_contacts (
        external_id text NOT NULL, patch jsonb NOT NULL, custom jsonb NOT NULL, tags bigint[], channels jsonb,
        id bigint, created boolean NOT NULL DEFAULT false
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_events (
        position integer, contact_id bigint NOT NULL, event_type_id bigint NOT NULL, channel_id bigint,
        external_id text, at bigint NOT NULL, amount bigint, currency text, properties jsonb NOT NULL,
        id bigint NOT NULL DEFAULT nextval('events_id_seq')
    ) ON COMMIT DELETE ROWS;
    DELETE FROM staged_companies;
"""

_CLEAR_CONTACTS = """
    DELETE FROM staged_contacts;
    DELETE FROM staged_events;
"""

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def prepare(db: Connection) -> None:
    """The staging tables exist and are empty."""
    run_script(db, _TABLES + _CLEAR_CONTACTS)


def clear_contacts(db: Connection) -> None:
    """No contacts and events are staged any more; companies still are."""
    run_script(db, _CLEAR_CONTACTS)


def copy(db: Connection, target: str, lines: Iterable[str]) -> None:
    """Copy lines, the columns' values between tabs, into `target`: a table and its columns, as COPY wants it."""
    content = "".join(lines).encode()  # before the COPY begins: the connection can do nothing else until it ends
    with driver(db).cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN".encode()) as stream:
        stream.write(content)


def text(value: str | None) -> str:
    """A text as COPY reads it."""
    return NULL if value is None else value if value.isalnum() else value.translate(_ESCAPES)


def encoded(value: Any) -> str:
    """A value as JSON that COPY reads."""
    try:
        return escaped(orjson.dumps(value).decode())
    except TypeError:  # an integer beyond 64 bits
        return escaped(json.dumps(value))


def escaped(written: str) -> str:
    """JSON that is written already, as COPY reads it."""
    return written.replace("\\", "\\\\")
