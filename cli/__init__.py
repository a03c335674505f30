"""The command line: the one place that knows every layer and puts them together."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import NoReturn

import click

# name -> where it is written, and what `segments --help` says of it. A module is imported when its command is called:
# `segments servers status` starts no Flask.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("cli.serve:demo", "Everything with 20,000 made-up contacts, on this machine."),
    "serve": ("cli.serve:serve", "The API, its workers and what is missing of the servers."),
    "servers": ("cli.servers:servers", "The embedded PostgreSQL, Valkey and Elasticsearch."),
    "db": ("store.migrations.cli:db", "The database's schema."),
    "import": ("store.imports.cli:import_command", "Contacts with their events out of a file."),
    "generate": ("store.generate.cli:generate_command", "Made-up contacts, as many as wanted."),
    "index": ("indexer.cli:index", "The index: rebuild, status, worker."),
    "token": ("app.cli:token", "Tokens for the API."),
}


class _Commands(click.Group):
    """A group whose commands are imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Contact segmentation: conditions over contacts, counted at once."""


def main() -> NoReturn:
    """Run a command; what is refused, and a server that is away, is one line on standard error and exit code 1."""
    try:
        commands(prog_name="segments")
    except Exception as error:
        told = import_module("runtime.outages").refusal(error)
        if told is None:
            raise
        click.echo(f"segments: {told}", err=True)
        sys.exit(1)
    raise AssertionError("click ends the process itself")
