"""How soon the index follows what is written, on servers of its own, with the processes that `segments serve` runs.

    python benchmarks/sync.py                    # all of it, with 100,000 contacts
    python benchmarks/sync.py --contacts 1000000 --seconds 300 steady rename

steady   200 contacts a second change, each in a transaction of its own
rename   a company with 10,000 contacts gets another name, beside what Elasticsearch alone takes for the same documents
store    8 writers add 10,000 single events a minute, a transaction each
http     the same through the API
"""

from __future__ import annotations

import sys
from typing import Literal

import click
import rename
import running
import steady
import writes
from pace import until
from servers import filled, opened, settled

from cli.listening import Listening
from indexer.connections import Connections

Measurement = Literal["steady", "rename", "store", "http"]
ALL: tuple[Measurement, ...] = ("steady", "rename", "store", "http")


@click.command()
@click.option("--contacts", type=click.IntRange(min=1_000), default=100_000, show_default=True)
@click.option("--seconds", type=click.IntRange(min=1), default=60, show_default=True, help="Of each, but for rename.")
@click.option("--rate", type=click.IntRange(min=1), default=200, show_default=True, help="Changes a second (steady).")
@click.option("--renamed", type=click.IntRange(min=1), default=rename.CONTACTS, show_default=True, help="Contacts.")
@click.argument("measurements", nargs=-1, type=click.Choice(ALL))
def main(contacts: int, seconds: int, rate: int, renamed: int, measurements: tuple[Measurement, ...]) -> None:
    """Print what was measured beside what is aimed at; an error of any write fails the run."""
    errors = 0
    with opened() as connections:
        filled(connections, contacts, organisations=5)
        took, peak = running.rebuilt(connections.settings)
        print(f"{contacts:,} contacts, indexed in {took:.0f} s, peak memory {peak:.0f} MB", flush=True)
        with running.service(connections.settings, "index-worker", "scheduler", "api") as started:
            company = rename.company(connections, renamed)
            settled(connections)  # the worker has started, and Java is warm
            for measurement in measurements or ALL:
                print(measurement, flush=True)
                errors += measured(connections, measurement, seconds, rate, company)
            worker = started["index-worker-1"]
            worker.look()
            print(f"the worker's peak memory: {worker.peak_megabytes:.0f} MB")
    sys.exit(1 if errors else 0)


def measured(
    connections: Connections, measurement: Measurement, seconds: int, rate: int, company: rename.Company
) -> int:
    """One of them; the errors there were."""
    match measurement:
        case "steady":
            return steady.measure(connections, rate, seconds)
        case "rename":
            rename.measure(connections, company)
            return 0
        case "store":
            return writes.through_store(connections, seconds)
        case "http":
            listening = Listening.of(connections.settings)
            until(listening.answers)
            return writes.through_http(connections, listening.url, seconds)


if __name__ == "__main__":
    main()
