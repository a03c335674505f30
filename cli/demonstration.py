"""The demo: an organisation with made-up contacts, and a token that opens it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import count

from sqlalchemy import Engine

from cli import secret_files
from cli.processes import environment
from runtime import database
from runtime.settings import Settings
from store import organisations, tokens

ORGANISATION = "Demo"
CONTACTS = 20_000
_TOKEN = "demo"  # noqa: S105  # its name, not its secret
_SCOPES = ("read", "write", "export", "admin")

# Active customers, as the README words them.
_TREE = {
    "combinator": "and",
    "rules": [
        {
            "combinator": "or",
            "rules": [
                {
                    "field": "engagement.purchase",
                    "operator": "happened",
                    "value": {"window": {"last": {"n": 3, "unit": "month"}}},
                },
                {
                    "field": "engagement.email_opened",
                    "operator": "happened",
                    "value": {"window": {"last": {"n": 30, "unit": "day"}}},
                },
            ],
        },
        {"field": "tags", "operator": "containsNone", "value": ["Churned"]},
    ],
}


def prepare(settings: Settings) -> str:
    """The demo's token; the first time, its contacts are made and indexed before."""
    file = settings.servers_dir / "demo-token"
    engine = database.engine(settings)
    try:
        token = _valid(engine, secret_files.read(file))
        if token is None:
            token = _token(engine, _filled(settings, engine))
            secret_files.keep(file, token)
    finally:
        engine.dispose()
    return token


def greeting(url: str, token: str) -> str:
    """Where the service is, and a request to try."""
    body = json.dumps({"tree": _TREE, "sample": 3, "columns": ["full_name", "city"]})
    request = (
        f"curl -s {url}/v1/segments/preview",
        f"-H {shlex.quote(f'Authorization: Bearer {token}')}",
        "-H 'Content-Type: application/json'",
        f"-d {shlex.quote(body)}",
    )
    return "\n".join(
        (
            "",
            f"  address  {url}",
            f"  token    {token}",
            f"  pages    {url}/docs",
            "",
            "How many bought or opened an e-mail of late, and three of them:",
            "",
            " ".join(request),
            "",
        )
    )


def _valid(engine: Engine, token: str | None) -> str | None:
    """The token, if it still opens something: the data may be another since it was kept."""
    if token is None:
        return None
    with engine.connect() as db:
        return token if tokens.find(db, token) is not None else None


def _filled(settings: Settings, engine: Engine) -> str:
    """The name of an organisation whose contacts are complete and indexed."""
    for name in _names():
        with engine.connect() as db:
            found = organisations.by_name(db, name)
            # The token is made last: an organisation without one was left unfinished and is left alone.
            complete = found is not None and any(token.name == _TOKEN for token in tokens.all_of(db, found.id))
        if found is None:
            _segments(settings, "generate", f"--contacts={CONTACTS}", "--organisations=1", f"--org-prefix={name}")
            _segments(settings, "index", "rebuild")
        if found is None or complete:
            return name
    raise AssertionError("names do not end")


def _names() -> Iterator[str]:
    yield ORGANISATION
    yield from (f"{ORGANISATION} {number}" for number in count(2))


def _token(engine: Engine, name: str) -> str:
    with engine.begin() as db:
        organisation = organisations.by_name(db, name)
        assert organisation is not None, "it was filled before"
        return tokens.create(db, organisation.id, _TOKEN, _SCOPES)


def _segments(settings: Settings, *arguments: str) -> None:
    """A command of this service, as anybody would type it."""
    subprocess.run([sys.executable, "-m", "cli", *arguments], env={**os.environ, **environment(settings)}, check=True)
