"""`segments token`: what opens the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Connection

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
    with _organisation(org) as (db, org_id):
        click.echo(tokens.create(db, org_id, name, [scope.strip() for scope in scopes.split(",")]))


@token.command("list")
@click.option("--org", required=True, help="The organisation that they open.")
def list_(org: str) -> None:
    """The tokens that were not revoked: id, name, scopes and when each was made."""
    with _organisation(org) as (db, org_id):
        for one in tokens.all_of(db, org_id):
            click.echo(f"{one.id}  {one.name}  {','.join(sorted(one.scopes))}  {one.created_at:%Y-%m-%d}")


@token.command()
@click.argument("token_id", metavar="ID", type=int)
@click.option("--org", required=True, help="The organisation that it opens.")
def revoke(token_id: int, org: str) -> None:
    """From now on the token opens nothing; `list` has its id."""
    with _organisation(org) as (db, org_id):
        tokens.revoke(db, org_id, token_id)


@contextmanager
def _organisation(name: str) -> Iterator[tuple[Connection, int]]:
    """A transaction, and the id of the organisation of that name; raises NotFoundError."""
    engine = database.engine(Settings.load())
    try:
        with engine.begin() as db:
            found = organisations.by_name(db, name)
            if found is None:
                raise NotFoundError(f"there is no organisation {name!r}", "import or generate its contacts first")
            yield db, found.id
    finally:
        engine.dispose()
