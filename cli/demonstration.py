"""The demo: an organisation with made-up contacts, and a token that opens it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys

from cli import secret_files
from cli.processes import environment
from runtime import database
from runtime.settings import Settings
from store import organisations, tokens

ORGANISATION = "Demo"
CONTACTS = 20_000
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
    if (kept := _valid(settings, secret_files.read(file))) is not None:
        return kept
    _segments(settings, "generate", "--contacts", str(CONTACTS), "--org-prefix", ORGANISATION, "--seed", "1")
    _segments(settings, "index", "rebuild")
    token = _new_token(settings)
    secret_files.keep(file, token)
    return token


def greeting(url: str, token: str) -> str:
    """Where the service is, and a request to try."""
    body = json.dumps({"tree": _TREE, "sample": 3})
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
            "",
            "How many bought or opened an e-mail of late, and three of them:",
            "",
            " ".join(request),
            "",
        )
    )


def _valid(settings: Settings, token: str | None) -> str | None:
    """The token, if it still opens something: the data may be another since it was kept."""
    if token is None:
        return None
    engine = database.engine(settings)
    with engine.connect() as db:
        found = tokens.find(db, token)
    engine.dispose()
    return token if found is not None else None


def _new_token(settings: Settings) -> str:
    engine = database.engine(settings)
    with engine.begin() as db:
        organisation = organisations.by_name(db, ORGANISATION)
        assert organisation is not None, "it was generated before"
        token = tokens.create(db, organisation.id, "demo", _SCOPES)
    engine.dispose()
    return token


def _segments(settings: Settings, *arguments: str) -> None:
    """A command of this service, as anybody would type it."""
    subprocess.run([sys.executable, "-m", "cli", *arguments], env={**os.environ, **environment(settings)}, check=True)
