"""`segments serve` and `segments demo`: the whole service on one machine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click

from cli import demonstration, secret_files
from cli.listening import Listening, ListeningError
from cli.processes import environment, programs
from cli.supervision import stoppable, supervise
from runtime import database, embedded, logs
from runtime.embedded.ports import free_port
from runtime.settings import Settings


@click.command()
def serve() -> None:
    """The API, its workers and what is missing of the servers, until Ctrl-C."""
    settings = _settings()
    if not Listening.of(settings).is_free():
        raise ListeningError(f"port {settings.api_port} of {settings.api_host} is taken", "set API_PORT to another one")
    with stoppable(), _ready(settings) as ready:
        _run(ready, f"\n  {Listening.of(ready).url}\n")


@click.command()
def demo() -> None:
    """The whole service with 20,000 made-up contacts, until Ctrl-C. A second start finds them again."""
    settings = _settings()
    if not Listening.of(settings).is_free():
        settings = replace(settings, api_port=free_port())
    with stoppable(), _ready(settings) as ready:
        token = demonstration.prepare(ready)
        _run(ready, demonstration.greeting(Listening.of(ready).url, token))


def _settings() -> Settings:
    settings = Settings.load()
    logs.configure(settings)
    return settings


@contextmanager
def _ready(settings: Settings) -> Iterator[Settings]:
    """Settings with running servers, a migrated database and a secret key."""
    from store.migrations import upgrade

    with embedded.servers(settings) as urls:
        ready = replace(
            settings,
            database_url=urls.database,
            redis_url=urls.redis,
            elasticsearch_url=urls.elasticsearch,
            secret_key=settings.secret_key or _kept_key(settings),
        )
        engine = database.engine(ready)
        upgrade(engine)
        engine.dispose()
        yield ready


def _kept_key(settings: Settings) -> str:
    """A key made on first use: sessions and cursors outlive a restart."""
    file = settings.servers_dir / "secret-key"
    if (key := secret_files.read(file)) is None:
        key = secrets.token_urlsafe(32)
        secret_files.keep(file, key)
    return key


def _run(settings: Settings, greeting: str) -> None:
    supervise(
        programs(settings),
        environment(settings),
        ready=Listening.of(settings).answers,
        greet=lambda: click.echo(greeting),
    )
