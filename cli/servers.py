"""`segments servers`: the embedded servers by hand."""

from __future__ import annotations

import shlex
import sys

import click

from runtime import embedded, logs
from runtime.embedded import Urls
from runtime.settings import Settings


@click.group()
def servers() -> None:
    """The embedded PostgreSQL, Valkey and Elasticsearch; an address in the environment replaces its twin."""


@servers.command()
def up() -> None:
    """Start what is missing, leave it running and print where it is, for: eval "$(segments servers up)"."""
    settings = Settings.load()
    logs.configure(settings)
    _print(embedded.up(settings))


@servers.command()
@click.option("--delete-data", is_flag=True, help="Delete what they kept, too.")
def down(delete_data: bool) -> None:
    """Stop what `up` started; the data stays."""
    stopped = embedded.down(Settings.load(), delete_data=delete_data)
    click.echo("stopped" if stopped else "nothing was running", err=True)


@servers.command()
def status() -> None:
    """Print where they are; exit code 3 when they do not run."""
    urls = embedded.running(Settings.load())
    if urls is None:
        click.echo("not running; start them with: segments servers up", err=True)
        sys.exit(3)
    _print(urls)


def _print(urls: Urls) -> None:
    for name, url in urls.exports().items():
        click.echo(f"export {name}={shlex.quote(url)}")
