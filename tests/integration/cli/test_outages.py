"""A command that cannot use a server ends with one line: which server, why, and what to do."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from sqlalchemy import text

from cli import main
from runtime import database
from runtime.settings import Settings
from store import organisations
from tests.serving import environment

NOWHERE = "127.0.0.1:1"


@pytest.mark.parametrize(
    ("command", "away", "server"),
    [
        ("db upgrade", "database_url", "PostgreSQL"),
        ("generate --contacts 1", "database_url", "PostgreSQL"),
        ("index status", "database_url", "PostgreSQL"),
        ("token create --org away --name t", "database_url", "PostgreSQL"),
        ("index rebuild", "elasticsearch_url", "Elasticsearch"),
        ("index worker", "redis_url", "Redis"),
    ],
)
def test_a_server_that_is_away_is_named_with_its_setting(
    own_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    away: str,
    server: str,
) -> None:
    scheme = {"database_url": "postgresql", "redis_url": "redis", "elasticsearch_url": "http"}[away]
    settings = replace(own_settings, **{away: f"{scheme}://{NOWHERE}"})
    line = told(settings, monkeypatch, capsys, command)
    assert line.startswith(f"segments: {server} ")
    assert line.endswith(f"; check {away.upper()}")


def test_a_database_without_tables_is_told_what_makes_them(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = database.engine(own_settings)
    with engine.begin() as db:
        organisations.create(db, "away")
        db.execute(text("DROP TABLE tokens"))
    engine.dispose()
    line = told(own_settings, monkeypatch, capsys, "token create --org away --name t")
    assert line == "segments: the database lacks tables; run: segments db upgrade"


def told(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str) -> str:
    """The last line on standard error; the command ended with exit code 1."""
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["segments", *command.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    return capsys.readouterr().err.splitlines()[-1]
