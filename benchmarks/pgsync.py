"""pgsync (PyPI) beside this service, on the same tables and the same servers, in turns.

    python benchmarks/pgsync.py --contacts 50000

pgsync gets an environment of its own on first use, its documents have contacts with company, tags and events
(pgsync/schema.json), and PostgreSQL the logical decoding that it asks for.
"""

from __future__ import annotations

import os
import tempfile
import venv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import psycopg
import rename
import running
import side
from rename import Company
from running import Process, finished
from servers import filled, opened
from side import Side
from sqlalchemy.engine import make_url

from indexer.connections import Connections
from runtime import embedded
from runtime.settings import Settings

HERE = Path(__file__).with_suffix("")
_ENVIRONMENT = HERE / ".venv"
_INDEX = "pgsync_contacts"

MEASUREMENTS: dict[str, Callable[[Side, Company], str]] = {
    "one change": side.one_change,
    "company renamed": side.renaming,
    "renamed again": side.renaming,
    "queue emptied": side.emptied,
    "relations": side.related,
}


@click.command()
@click.option("--contacts", type=click.IntRange(min=1_000), default=50_000, show_default=True)
@click.option("--renamed", type=click.IntRange(min=1), default=rename.CONTACTS, show_default=True, help="Contacts.")
def main(contacts: int, renamed: int) -> None:
    """Print of both what was measured."""
    installed()
    with opened(logical) as connections, tempfile.TemporaryDirectory() as folder:
        filled(connections, contacts, organisations=5)
        company = rename.company(connections, renamed)
        running.rebuilt(connections.settings)  # uncounted: Java warms up
        seconds, peak = running.rebuilt(connections.settings)
        print(f"segments   loads {contacts:,} contacts at {contacts / seconds:,.0f}/s, peak memory {peak:.0f} MB")
        report("segments", ours(connections), company)
        env = environment(connections.settings, Path(folder))
        finished(command("bootstrap"), env)
        seconds, peak = finished(command("pgsync"), env)
        print(f"pgsync     loads {contacts:,} contacts at {contacts / seconds:,.0f}/s, peak memory {peak:.0f} MB")
        report("pgsync", theirs(connections, env), company)


def report(name: str, one: Side, company: Company) -> None:
    """Print one side's figures."""
    with one.running() as process:
        one.change(company.contact_ids[0])  # it has started
        for words, measure in MEASUREMENTS.items():
            print(f"{name:<10} {words}: {measure(one, company)}", flush=True)
        process.look()
        print(f"{name:<10} peak memory while running: {process.peak_megabytes:.0f} MB")
    print(f"{name:<10} killed in the middle: {side.killed(one, company)}", flush=True)
    print(f"{name:<10} one document refused, the others: {side.refused(one, company)}", flush=True)


def ours(connections: Connections) -> Side:
    """The index worker; the scheduler is beside it."""

    @contextmanager
    def worker() -> Iterator[Process]:
        with running.service(connections.settings, "index-worker", "scheduler") as started:
            yield started["index-worker-1"]

    return Side(connections, worker, connections.alias, exact="", woken=True)


def theirs(connections: Connections, env: Mapping[str, str]) -> Side:
    """A daemon of pgsync."""

    @contextmanager
    def daemon() -> Iterator[Process]:
        with running.kept({"pgsync": command("pgsync", "--daemon")}, env) as started:
            yield started["pgsync"]

    return Side(connections, daemon, _INDEX, exact=".keyword", woken=False)


def installed() -> None:
    """The version of pgsync that requirements.txt names is there."""
    if not _ENVIRONMENT.exists():
        venv.create(_ENVIRONMENT, with_pip=True)
    pip = [str(_ENVIRONMENT / "bin/python"), "-m", "pip", "install", "--quiet"]
    finished([*pip, "--requirement", str(HERE / "requirements.txt")], os.environ)


def logical(settings: Settings) -> None:
    """PostgreSQL, which finds this setting at its next start, decodes what it writes."""
    alone = replace(settings, database_url=None, redis_url="redis://unused", elasticsearch_url="http://unused")
    with embedded.servers(alone) as urls, psycopg.connect(_libpq(urls.database), autocommit=True) as db:
        db.execute("ALTER SYSTEM SET wal_level = logical")


def command(program: str, *arguments: str) -> list[str]:
    """A program of pgsync, with `GET /` answered."""
    bin_ = _ENVIRONMENT / "bin"
    files = (bin_ / "python", HERE / "launch.py", bin_ / program, "--config", HERE / "schema.json")
    return [*map(str, files), *arguments]


def environment(settings: Settings, folder: Path) -> dict[str, str]:
    """What pgsync is told: the servers, and where to keep what it has done."""
    url = make_url(str(settings.database_url))
    return {
        "PATH": os.environ["PATH"],
        "PG_URL": _libpq(str(settings.database_url)),
        "PG_HOST": str(url.host),
        "PG_PORT": str(url.port),
        "PG_USER": str(url.username),
        "PG_DATABASE": str(url.database),
        "ELASTICSEARCH_URL": str(settings.elasticsearch_url),
        "REDIS_URL": str(settings.redis_url),
        "CHECKPOINT_PATH": str(folder),
        "CONSOLE_LOGGING_HANDLER_MIN_LEVEL": "ERROR",
    }


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    main()
