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
        _run(settings, ready, f"\n  {Listening.of(ready).url}\n")


@click.command()
def demo() -> None:
    """The whole service with 20,000 made-up contacts, until Ctrl-C. A second start finds them again."""
    settings = _settings()
    if not Listening.of(settings).is_free():
        settings = replace(settings, api_port=free_port())
    with stoppable(), _ready(settings) as ready:
        token = demonstration.prepare(ready)
        _run(settings, ready, demonstration.greeting(Listening.of(ready).url, token))


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


class Watch:
    """Sees whether the embedded servers go on, and greets once the API answers."""

    def __init__(self, given: Settings, listening: Listening, greeting: str) -> None:
        self._given = given
        self._listening = listening
        self._greeting: str | None = greeting

    def look(self) -> None:
        """Raises EmbeddedError when the servers have ended: nothing works without them."""
        if embedded.running(self._given) is None:
            raise embedded.EmbeddedError(
                "the embedded servers have ended",
                f"see {self._given.servers_dir / 'supervisor.log'}, and start again",
            )
        if self._greeting is not None and self._listening.answers():
            click.echo(self._greeting)
            self._greeting = None


def _run(given: Settings, ready: Settings, greeting: str) -> None:
    supervise(programs(ready), environment(ready), Watch(given, Listening.of(ready), greeting).look)
