"""A command that cannot use a server ends with one line: which server, why, and what to do."""

from __future__ import annotations

import sys

import pytest
from sqlalchemy import text

from cli import main
from runtime import database
from runtime.settings import Settings
from store import organisations
from tests.serving import environment

AWAY = {
    "PostgreSQL": ("DATABASE_URL", "postgresql://127.0.0.1:1/none"),
    "Redis": ("REDIS_URL", "redis://127.0.0.1:1"),
    "Elasticsearch": ("ELASTICSEARCH_URL", "http://127.0.0.1:1"),
}


@pytest.fixture(autouse=True)
def _environment(own_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(own_settings).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("command", "server"),
    [
        ("db upgrade", "PostgreSQL"),
        ("generate --contacts 1", "PostgreSQL"),
        ("index status", "PostgreSQL"),
        ("token create --org away --name t", "PostgreSQL"),
        ("index rebuild", "Elasticsearch"),
        ("index worker", "Redis"),
    ],
)
def test_a_server_that_is_away_is_named_with_its_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, server: str
) -> None:
    setting, address = AWAY[server]
    monkeypatch.setenv(setting, address)
    line = told(monkeypatch, capsys, command)
    assert line.startswith(f"segments: {server} ")
    assert line.endswith(f"; check {setting}")


def test_a_database_without_tables_is_told_what_makes_them(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = database.engine(own_settings)
    with engine.begin() as db:
        organisations.create(db, "away")
        db.execute(text("DROP TABLE tokens"))
    engine.dispose()
    line = told(monkeypatch, capsys, "token create --org away --name t")
    assert line == "segments: the database lacks tables; run: segments db upgrade"


def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str) -> str:
    """The last line on standard error; the command ended with exit code 1."""
    monkeypatch.setattr(sys, "argv", ["segments", *command.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    return capsys.readouterr().err.splitlines()[-1]
