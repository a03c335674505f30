"""How fast the index is rebuilt, beside how fast Elasticsearch takes the very same documents when they are ready.

    python benchmarks/rebuild.py --contacts 100000 --contacts 1000000

Servers of its own, with the settings of a demo, and for each size: made-up contacts; then, in turns, a rebuild by the
command that operators use, in a process of its own, and a bulk load of its documents out of a file; at last counts of
condition trees beside SQL.
"""

from __future__ import annotations

import os
import queue
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import click
from sqlalchemy import select
from trees import differences

from indexer import bulk, creation, rebuild, source
from indexer.bulk import Item
from indexer.connections import Connections
from indexer.documents import build
from indexer.overlap import SENDERS
from runtime import embedded
from runtime.settings import Settings
from store import write_set
from store.generate.generate import Sizes, generate
from store.migrations import upgrade
from store.tables import contacts

ROUNDS = 3
ORGANISATIONS = 5
_HEAD = struct.Struct("<qqi")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One rebuild by a process of its own."""

    seconds: float
    peak_megabytes: float


@click.command()
@click.option(
    "--contacts", "sizes", type=click.IntRange(min=1_000), multiple=True, default=(100_000,), show_default=True
)
@click.option("--rounds", type=click.IntRange(min=1), default=ROUNDS, show_default=True)
def main(sizes: tuple[int, ...], rounds: int) -> None:
    """Print contacts a second of both, the worker's peak memory, and whether counts are those of SQL."""
    wrong = 0
    for size in sizes:
        with opened() as connections, tempfile.TemporaryDirectory() as folder:
            filled(connections, size)
            documents = Path(folder, "documents")
            prepared = spool(connections, documents)
            print(f"{size:,} contacts; documents built and written to a file: {size / prepared:,.0f}/s", flush=True)
            compare(connections, documents, size, rounds)
            for tree, difference in differences(connections):
                wrong += difference is not None
                print(f"  {difference or 'as SQL'}  {tree}")
    sys.exit(1 if wrong else 0)


def compare(connections: Connections, documents: Path, size: int, rounds: int) -> None:
    """A rebuild and a bulk load in turns: what disturbs the machine disturbs both. Once uncounted: Java warms up."""
    load(connections, documents)
    for _ in range(rounds):
        rebuilt = rebuild_apart(connections)
        seconds = load(connections, documents)
        print(
            f"  rebuild {size / rebuilt.seconds:>7,.0f}/s   ready documents {size / seconds:>7,.0f}/s"
            f"   {seconds / rebuilt.seconds:.2f} of it   peak memory {rebuilt.peak_megabytes:.0f} MB",
            flush=True,
        )


@contextmanager
def opened() -> Iterator[Connections]:
    """Connections to servers of its own: as those of a demo, not as those of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the servers may run under an account of their own
        settings = replace(Settings.load(), servers_dir=Path(folder, "servers"))
        with embedded.servers(settings) as urls:
            connections = Connections.open(
                replace(
                    settings,
                    database_url=urls.database,
                    redis_url=urls.redis,
                    elasticsearch_url=urls.elasticsearch,
                )
            )
            yield connections
            connections.close()


def filled(connections: Connections, size: int) -> None:
    """A migrated database with so many made-up contacts."""
    upgrade(connections.engine)
    for _ in generate(connections.engine, "Generated", Sizes(ORGANISATIONS, size), seed=1):
        pass
    with connections.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.exec_driver_sql("VACUUM ANALYZE")


def rebuild_apart(connections: Connections) -> Rebuilt:
    """`segments index rebuild`, its start included, and the memory that its process took at most."""
    settings = connections.settings
    environment = os.environ | {
        name.upper(): str(getattr(settings, name)) for name in ("database_url", "redis_url", "elasticsearch_url")
    }
    begun = time.perf_counter()
    command = [sys.executable, "-m", "indexer", "rebuild"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise click.ClickException(f"the rebuild ended with exit code {process.returncode}")
    rebuild.clean(connections, grace_seconds=0)
    return Rebuilt(seconds, usage.ru_maxrss / 1024)


def spool(connections: Connections, file: Path) -> float:
    """The documents of all contacts as they are sent, in a file, batch by batch; the seconds it took."""
    begun = time.perf_counter()
    after = 0
    with file.open("wb") as out:
        while True:
            with source.snapshot(connections.engine) as db:
                query = select(contacts.c.id).where(contacts.c.id > after).order_by(contacts.c.id).limit(rebuild.BATCH)
                ids = db.execute(query).scalars().all()
                rows = source.read(db, ids)
            if not ids:
                return time.perf_counter() - begun
            after = ids[-1]
            items, _ = bulk.encode(build(rows).documents)
            for item in items:
                out.write(_HEAD.pack(item.contact_id, item.version, len(item.lines)))
                out.write(item.lines)


def load(connections: Connections, file: Path) -> float:
    """Send what the file holds to a new index, as the rebuild does; the seconds it took."""
    entry = creation.new_index(connections)
    batches: queue.Queue[tuple[Item, ...] | None] = queue.Queue(maxsize=SENDERS * 2)

    def send() -> None:
        while (items := batches.get()) is not None:
            outcome = bulk.deliver(connections.indices.client, entry.target, items)
            if outcome.written != len(items):
                raise click.ClickException(f"{len(items) - outcome.written} documents were not written")

    senders = [threading.Thread(target=send) for _ in range(SENDERS)]
    begun = time.perf_counter()
    for sender in senders:
        sender.start()
    with file.open("rb") as ready:
        while items := tuple(_items(ready, rebuild.BATCH)):
            batches.put(items)
    for _ in senders:
        batches.put(None)
    for sender in senders:
        sender.join()
    connections.indices.refresh(entry)
    seconds = time.perf_counter() - begun
    connections.indices.delete(entry)
    with connections.engine.begin() as db:
        write_set.forget(db, entry.name)
    return seconds


def _items(ready: BinaryIO, count: int) -> Iterator[Item]:
    for _ in range(count):
        head = ready.read(_HEAD.size)
        if not head:
            return
        contact_id, version, size = _HEAD.unpack(head)
        yield Item(contact_id, version, ready.read(size), deletes=False)


if __name__ == "__main__":
    main()
