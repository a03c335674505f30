"""The connection of psycopg below a connection of SQLAlchemy, for what only the driver offers: COPY and scripts."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import Connection, text


def driver(db: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection under `db`: in the same transaction."""
    connection = db.connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


def run_script(db: Connection, script: str) -> None:
    """Run the statements of `script` as they stand, % signs included."""
    driver(db).execute(script.encode())


def clock(db: Connection) -> float:
    """The database's clock, epoch seconds: the one clock that all processes share."""
    return float(db.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
