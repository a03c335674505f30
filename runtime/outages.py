"""What it means to whoever ran a command that a client of PostgreSQL, Redis or Elasticsearch gave up."""

from __future__ import annotations

import psycopg
from elastic_transport import TransportError
from psycopg.errors import UndefinedTable
from redis.exceptions import RedisError
from sqlalchemy import exc as sqlalchemy

from mappings.errors import ServiceError

# What SQLAlchemy raises, and what COPY and scripts raise, which go past it.
DATABASE_AWAY = (
    sqlalchemy.OperationalError,
    sqlalchemy.InterfaceError,
    sqlalchemy.TimeoutError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)


def refusal(error: Exception) -> ServiceError | None:
    """What was refused, or which server cannot be used and where its address is set; None for a fault of our own."""
    match error:
        case ServiceError():
            return error
        case sqlalchemy.ProgrammingError(orig=UndefinedTable()):
            return ServiceError("the database lacks tables", "run: segments db upgrade")
        case RedisError():
            return _unusable("Redis", error, "REDIS_URL")
        case TransportError():
            return _unusable("Elasticsearch", error, "ELASTICSEARCH_URL")
        case _ if isinstance(error, DATABASE_AWAY):
            return _unusable("PostgreSQL", getattr(error, "orig", error), "DATABASE_URL")
    return None


def _unusable(server: str, cause: BaseException, setting: str) -> ServiceError:
    reason = str(cause).partition("\n")[0]  # the lines behind it may quote what was being written
    return ServiceError(f"{server} cannot be used: {reason}", f"check {setting}")
