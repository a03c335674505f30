"""Servers and what stands on them.

The session has one set of servers: the embedded one, or those that DATABASE_URL, REDIS_URL and ELASTICSEARCH_URL name.
Tests do not clean up after each other: each works in an organisation of its own, or, where that is not enough, with
`own_settings` in a database, an index and a Redis database of its own.
"""

from __future__ import annotations

import itertools
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runtime.settings import Settings

if TYPE_CHECKING:  # unit tests import no client of a server
    from elasticsearch import Elasticsearch
    from sqlalchemy import Connection, Engine

    from runtime.embedded import Urls
    from store.organisations import Organisation

_PATIENCE_SECONDS = 60.0  # of the tests' own requests; the client's default is 10, which a busy machine may take
_REDIS_DATABASES = itertools.cycle(range(1, 16))  # 0 is the session's


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """RQ's workers answer Ctrl-C in their own way, and go on doing so when they have ended."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def servers() -> Iterator[Urls]:
    """PostgreSQL, Redis and Elasticsearch."""
    from runtime import embedded

    with embedded.servers(Settings.load(), ephemeral=True) as urls:
        yield urls


@pytest.fixture(scope="session")
def template(servers: Urls) -> Iterator[str]:
    """The name of a migrated database that others are copied from."""
    from runtime import database
    from store.migrations import upgrade

    with _database(servers, template=None) as name:
        engine = database.engine(_settings(servers, name))
        upgrade(engine)
        engine.dispose()  # a database that somebody is connected to cannot be copied
        yield name


@pytest.fixture(scope="session")
def settings(servers: Urls, template: str) -> Iterator[Settings]:
    """Settings of the session: a migrated database, an index prefix and a Redis database that all tests share."""
    with _own(servers, template, redis=0) as own:
        yield own


@pytest.fixture
def own_settings(servers: Urls, template: str) -> Iterator[Settings]:
    """Settings of this test alone: an empty, migrated database, no index, an empty Redis database."""
    with _own(servers, template, redis=next(_REDIS_DATABASES)) as own:
        yield own


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    """An engine on the session's database."""
    from runtime import database

    made = database.engine(settings)
    yield made
    made.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def organisation(engine: Engine) -> Organisation:
    """A new organisation, committed."""
    from store import organisations

    with engine.begin() as connection:
        return organisations.create(connection, f"organisation {uuid.uuid4()}")


@pytest.fixture(scope="session")
def elastic(servers: Urls) -> Iterator[Elasticsearch]:
    """A client of the session's Elasticsearch, for looking at what the code under test wrote."""
    from elasticsearch import Elasticsearch

    with Elasticsearch(servers.elasticsearch, request_timeout=_PATIENCE_SECONDS) as client:
        yield client


def _settings(servers: Urls, database: str) -> Settings:
    from sqlalchemy import make_url

    url = make_url(servers.database).set(database=database)
    return replace(
        Settings.load(),
        database_url=url.render_as_string(hide_password=False),
        redis_url=servers.redis,
        elasticsearch_url=servers.elasticsearch,
        secret_key="a secret of the tests",
    )


@contextmanager
def _own(servers: Urls, template: str, *, redis: int) -> Iterator[Settings]:
    """Settings with a copy of the template, an index prefix and a Redis database; all three are gone afterwards."""
    prefix = f"test-{uuid.uuid4().hex[:12]}"
    with _database(servers, template=template) as name, _redis(servers, redis) as redis_url, _indices(servers, prefix):
        yield replace(_settings(servers, name), index_prefix=prefix, redis_url=redis_url)


@contextmanager
def _database(servers: Urls, *, template: str | None) -> Iterator[str]:
    from sqlalchemy import text

    from runtime import database

    name = f"test_{uuid.uuid4().hex[:12]}"
    server = database.engine(replace(Settings.load(), database_url=servers.database))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}"))
    try:
        yield name
    finally:
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@contextmanager
def _redis(servers: Urls, number: int) -> Iterator[str]:
    """The address of an empty Redis database."""
    from redis import Redis

    url = f"{servers.redis.rstrip('/').removesuffix('/0')}/{number}"
    with Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@contextmanager
def _indices(servers: Urls, prefix: str) -> Iterator[None]:
    """Indices of that prefix are deleted afterwards."""
    from elasticsearch import Elasticsearch

    yield
    with Elasticsearch(servers.elasticsearch, request_timeout=_PATIENCE_SECONDS) as client:
        if made := list(client.indices.get(index=f"{prefix}*", expand_wildcards="all")):
            client.indices.delete(index=made)
