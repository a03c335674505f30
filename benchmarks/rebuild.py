"""How fast the index is rebuilt, beside how fast Elasticsearch takes the very same documents when they are ready.

    python benchmarks/rebuild.py --contacts 100000 --contacts 1000000

Servers of its own, with the settings of a demo, and for each size: made-up contacts; then, in turns, a rebuild by the
command that operators use, in a process of its own, and a bulk load of its documents out of a file; at last counts of
condition trees beside SQL.
"""

from __future__ import annotations

import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import ready
from running import rebuilt
from servers import filled, opened
from trees import differences

from indexer import creation, filling, rebuild
from indexer.bulk import Item
from indexer.connections import Connections
from store import write_set

ROUNDS = 3
ORGANISATIONS = 5
_HEAD = struct.Struct("<qqi")


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
            filled(connections, size, ORGANISATIONS)
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
        rebuilding, peak = rebuilt(connections.settings)
        rebuild.clean(connections, grace_seconds=0)
        seconds = load(connections, documents)
        print(
            f"  rebuild {size / rebuilding:>7,.0f}/s   ready documents {size / seconds:>7,.0f}/s"
            f"   {seconds / rebuilding:.2f} of it   peak memory {peak:.0f} MB",
            flush=True,
        )


def spool(connections: Connections, file: Path) -> float:
    """The documents of all contacts as they are sent, in a file, batch by batch; the seconds it took."""
    begun = time.perf_counter()
    with file.open("wb") as out:
        for items in ready.batches(connections):
            for item in items:
                out.write(_HEAD.pack(item.contact_id, item.version, len(item.lines)))
                out.write(item.lines)
    return time.perf_counter() - begun


def load(connections: Connections, file: Path) -> float:
    """Send what the file holds to a new index, as the rebuild does; the seconds it took."""
    entry = creation.new_index(connections)
    with file.open("rb") as documents:
        seconds = ready.send(connections, entry, iter(lambda: tuple(_items(documents, filling.BATCH)), ()))
    connections.indices.delete(entry)
    with connections.engine.begin() as db:
        write_set.forget(db, entry.name)
    return seconds


def _items(documents: BinaryIO, count: int) -> Iterator[Item]:
    for _ in range(count):
        head = documents.read(_HEAD.size)
        if not head:
            return
        contact_id, version, size = _HEAD.unpack(head)
        yield Item(contact_id, version, documents.read(size), deletes=False)


if __name__ == "__main__":
    main()
