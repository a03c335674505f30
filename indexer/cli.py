"""`segments index`: rebuild, move, status, verify, worker."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby

import click
from tqdm import tqdm

from indexer import metrics
from indexer import rebuild as rebuilding
from indexer import status as statuses
from indexer.connections import Connections
from indexer.drift import repair as repairing
from indexer.drift import verify as verifying
from indexer.drift.report import Report
from indexer.progress import Progress
from indexer.worker import IndexWorker
from runtime import logs, queues
from runtime.settings import Settings
from store import backfill, organisations, write_set
from store.errors import NotFoundError
from store.holding import organisations_of

FAILED, DRIFTED = 1, 3  # exit codes; 2 is a wrong option


@click.group()
def index() -> None:
    """The search index, which follows what PostgreSQL holds."""


@index.command()
@click.option("--org", "name", help="Only its own index, or its part of the shared one.")
@click.option("--abort", is_flag=True, help="Give up what was begun; what is read now is read on.")
def rebuild(name: str | None, abort: bool) -> None:
    """Build the index anew beside the one that is read, and read it once it is complete.

    A rebuild that was killed goes on where it was. Ctrl-C gives it up.
    """
    if abort and name:
        raise click.UsageError("--abort gives up whatever was begun: leave --org out")
    with _connected() as connections:
        if abort:
            what = rebuilding.abort(connections)
            click.echo(f"{what} is given up" if what else "nothing is being rebuilt")
        elif name:
            _watched(connections, rebuilding.steps_of(connections, _organisation(connections, name)))
        else:
            _watched(connections, rebuilding.steps(connections))


@index.command()
@click.option("--org", "name", required=True, help="The organisation.")
@click.option("--shared", is_flag=True, help="Back into the index that organisations share.")
@click.option("--shards", type=click.IntRange(1, 1_024), help="Of its own index; otherwise INDEX_SHARDS.")
def move(name: str, shared: bool, shards: int | None) -> None:
    """Give an organisation an index of its own while it is in use.

    A move that was killed goes on where it was. Ctrl-C gives it up.
    """
    if shared and shards:
        raise click.UsageError("--shards is for an index of its own: leave it out")
    with _connected() as connections:
        org_id = _organisation(connections, name)
        if shared:
            _watched(connections, rebuilding.move_back(connections, org_id))
        else:
            _watched(connections, rebuilding.move_apart(connections, org_id, shards))


def _organisation(connections: Connections, name: str) -> int:
    with connections.engine.connect() as db:
        found = organisations.by_name(db, name)
    if found is None:
        raise NotFoundError(f"there is no organisation {name!r}", "give the name that its contacts were imported under")
    return found.id


def _watched(connections: Connections, work: Generator[Progress]) -> None:
    """The work with rate and remaining time on standard error, and which indices are read in the end."""
    filled = []
    try:
        with closing(work) as steps:
            for name, reports in groupby(steps, key=lambda progress: progress.name):
                _show(name, reports)
                filled.append(name)
    except KeyboardInterrupt:
        click.echo(f"{rebuilding.abort(connections)} is given up; what was read before is read still", err=True)
        raise click.exceptions.Exit(130) from None
    for name in filled:
        click.echo(f"{name} is read from now on")
    if not filled:
        click.echo("nothing is to be done: it is so already")


def _show(name: str, reports: Iterable[Progress]) -> None:
    with tqdm(desc=name, unit=" contacts", unit_scale=True, smoothing=0.1) as bar:
        for number, progress in enumerate(reports):
            if not number:
                bar.initial = bar.n = progress.done
            bar.total = max(progress.total, progress.done)  # contacts that came meanwhile
            bar.update(progress.done - bar.n)


@index.command()
def status() -> None:
    """What is pending, what is refused, which index is read, how far a rebuild is."""
    with _connected() as connections:
        for line in statuses.lines(connections):
            click.echo(line)


@index.command()
@click.option("--repair", is_flag=True, help="Have workers send again what differs, delete documents of nobody.")
@click.option(
    "--documents",
    type=click.IntRange(0),
    default=1_000,
    show_default=True,
    help="So many are compared field by field, by chance.",
)
def verify(repair: bool, documents: int) -> None:
    """Compare the index with the database, all of it, once.

    Ends with exit code 3 when something differs, repaired or not, and with 1 where an index could not be compared. What
    is on its way into the index is no difference.
    """
    report = Report()
    with _connected() as connections, tqdm(unit=" contacts", unit_scale=True, smoothing=0.1) as bar:
        with connections.engine.connect() as db:
            entries = write_set.write_set(db, connections.alias)
            bar.total = sum(backfill.total(db, organisations_of(entries, entry)) for entry in entries)
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
    if report.faults:
        click.echo(f"{len(report.faults)} indices could not be compared", err=True)
        raise click.exceptions.Exit(FAILED)
    if report.drifted:
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
