"""`segments token`: what opens the API."""

from __future__ import annotations

import click

from runtime import database
from runtime.settings import Settings
from store import organisations, tokens
from store.errors import NotFoundError
from store.tokens import Scope


@click.group()
def token() -> None:
    """Tokens for the API."""


@token.command()
@click.option("--org", required=True, help="The organisation that the token opens.")
@click.option("--name", required=True, help="What it is for.")
@click.option("--scopes", default="read", show_default=True, help=f"Some of {','.join(Scope)}; none includes another.")
def create(org: str, name: str, scopes: str) -> None:
    """Make a token and print its secret, which cannot be shown again."""
    engine = database.engine(Settings.load())
    try:
        with engine.begin() as db:
            organisation = organisations.by_name(db, org)
            if organisation is None:
                raise NotFoundError(f"there is no organisation {org!r}", "import or generate its contacts first")
            secret = tokens.create(db, organisation.id, name, [scope.strip() for scope in scopes.split(",")])
        click.echo(secret)
    finally:
        engine.dispose()
