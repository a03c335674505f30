"""`segments db`: the database's schema."""

from __future__ import annotations

import click

from runtime import database
from runtime.settings import Settings
from store.migrations import upgrade


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def upgrade_command() -> None:
    """Bring the database's tables and triggers up to date."""
    engine = database.engine(Settings.load())
    try:
        upgrade(engine)
    finally:
        engine.dispose()
    click.echo("The database is up to date.")
