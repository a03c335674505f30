"""`segments index`: rebuild, status, verify, worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from tqdm import tqdm

from indexer import metrics
from indexer import rebuild as rebuilding
from indexer import status as statuses
from indexer.connections import Connections
from indexer.drift import repair as repairing
from indexer.drift import verify as verifying
from indexer.drift.report import Report
from indexer.worker import IndexWorker
from runtime import logs, queues
from runtime.settings import Settings
from store import backfill, write_set

DRIFTED = 3  # exit code; 1 is an error and 2 a wrong option


@click.group()
def index() -> None:
    """The search index, which follows what PostgreSQL holds."""


@index.command()
@click.option("--abort", is_flag=True, help="Give up a rebuild that was begun; the index that is read stays.")
def rebuild(abort: bool) -> None:
    """Build the index anew beside the one that is read, and read it once it is complete.

    A rebuild that was killed goes on where it was. Ctrl-C gives it up.
    """
    with _connected() as connections:
        if abort:
            name = rebuilding.abort(connections)
            click.echo(f"{name} is given up" if name else "nothing is being rebuilt")
            return
        try:
            name = _watched(connections)
        except KeyboardInterrupt:
            click.echo(f"{rebuilding.abort(connections)} is given up; what was read before is read still", err=True)
            raise click.exceptions.Exit(130) from None
        click.echo(f"{name} is read from now on")


def _watched(connections: Connections) -> str:
    """Rebuild with rate and remaining time on standard error; the name of the new index."""
    name = ""
    with tqdm(unit=" contacts", unit_scale=True, smoothing=0.1) as bar:
        for progress in rebuilding.steps(connections):
            if not name:
                name, bar.initial, bar.n = progress.name, progress.done, progress.done
                bar.set_description(name)
            bar.total = max(progress.total, progress.done)  # contacts that came meanwhile
            bar.update(progress.done - bar.n)
    return name


@index.command()
def status() -> None:
    """What is pending, what is refused, which index is read, how far a rebuild is."""
    with _connected() as connections:
        for line in statuses.lines(connections):
            click.echo(line)


@index.command()
@click.option("--repair", is_flag=True, help="Have workers send again what differs, delete documents of nobody.")
@click.option("--documents", default=1_000, show_default=True, help="So many are compared field by field, by chance.")
def verify(repair: bool, documents: int) -> None:
    """Compare the index with the database, all of it, once.

    Ends with exit code 3 when something differs, repaired or not. What is on its way into the index is no difference.
    """
    report = Report()
    with _connected() as connections, tqdm(unit=" contacts", unit_scale=True, smoothing=0.1) as bar:
        with connections.engine.connect() as db:
            bar.total = backfill.total(db) * len(write_set.write_set(db, connections.alias))
        for step in verifying.steps(connections, documents):
            report.add(step)
            if repair:
                repairing.repair(connections, step.entry, step.drifts)
            bar.update(step.compared)
        if repair and report.drifted:
            queues.wake_index(connections.settings)
    for line in report.lines():
        click.echo(line)
    if report.drifted:
        then = "workers send them again" if repair else "repair them now: segments index verify --repair"
        click.echo(f"{report.drifted:,} documents are not as the database says; {then}", err=True)
        raise click.exceptions.Exit(DRIFTED)


@index.command()
@click.option("--burst", is_flag=True, help="End when the queue is empty.")
@click.option("--metrics-port", type=int, help="Where Prometheus finds this worker's metrics; METRICS_PORT otherwise.")
def worker(burst: bool, metrics_port: int | None) -> None:
    """Serve the queue that keeps the index in step, and no other."""
    settings = Settings.load()
    logs.configure(settings)
    if port := metrics_port or settings.metrics_port:
        metrics.serve(settings.metrics_host, port)
    IndexWorker.of(settings).work(burst=burst)


@contextmanager
def _connected() -> Iterator[Connections]:
    connections = Connections.open(Settings.load())
    try:
        yield connections
    finally:
        connections.close()
