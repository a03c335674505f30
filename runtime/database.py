"""Connections to PostgreSQL."""

from __future__ import annotations

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError

from runtime.settings import Settings, SettingsError

_DRIVER = "postgresql+psycopg"  # psycopg 3, whatever driver the address names or leaves open


def engine(settings: Settings) -> Engine:
    """An engine for the process; connections are opened when they are needed, and tried before they are used again."""
    return create_engine(
        url(settings),
        pool_size=settings.database_pool,
        max_overflow=settings.database_overflow,
        pool_timeout=settings.database_timeout_seconds,
        pool_pre_ping=True,
        hide_parameters=True,  # errors are logged, and kept with failed jobs; what contacts are written with is neither
        connect_args={
            "connect_timeout": max(2, round(settings.database_timeout_seconds)),  # libpq takes less than 2 for 2
            "options": "-c timezone=UTC",
        },
    )


def url(settings: Settings) -> URL:
    """The address with its driver; raises SettingsError when there is none or it is none of PostgreSQL's."""
    if settings.database_url is None:
        raise SettingsError("DATABASE_URL is not set", 'set it, or run: eval "$(segments servers up)"')
    try:
        found = make_url(settings.database_url)
    except ArgumentError as error:
        raise SettingsError(f"DATABASE_URL is not an address: {error}", "write postgresql://user@host/name") from error
    if found.get_backend_name() not in ("postgresql", "postgres"):
        raise SettingsError(f"DATABASE_URL names {found.drivername}", "write postgresql://user@host/name")
    return found.set(drivername=_DRIVER)
