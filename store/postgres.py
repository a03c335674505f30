"""What is PostgreSQL's own: the driver's connection for COPY and scripts, its clock, transactions to be repeated."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.errors import DeadlockDetected, ForeignKeyViolation, SerializationFailure, UniqueViolation
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_random_exponential


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


ATTEMPTS = 6


def _others_went_first(error: BaseException) -> bool:
    match error:
        case OperationalError(orig=DeadlockDetected() | SerializationFailure()):
            return True
        case DeadlockDetected() | SerializationFailure():  # of a script
            return True
        case IntegrityError(orig=ForeignKeyViolation() | UniqueViolation()):  # something was deleted or made meanwhile
            return True
    return False


# Makes of a function that is one transaction one that is run again where another transaction made it fail. Our writers
# take their locks in one order (store/writing), but cascades and SQL by hand may take them in another.
repeated = retry(
    retry=retry_if_exception(_others_went_first),
    stop=stop_after_attempt(ATTEMPTS),
    wait=wait_random_exponential(multiplier=0.05, max=1),
    reraise=True,
)
