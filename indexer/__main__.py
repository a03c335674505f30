"""`python -m indexer`: the same as `segments index`."""

from __future__ import annotations

import sys

import click

from indexer.cli import index
from mappings.errors import ServiceError

if __name__ == "__main__":
    try:
        index(prog_name="python -m indexer")
    except ServiceError as error:
        click.echo(f"indexer: {error}", err=True)
        sys.exit(1)
