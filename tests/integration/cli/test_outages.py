"""A command that cannot use a server ends with one line: which server, why, and what to do."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import text

from runtime import database
from runtime.settings import Settings
from store import organisations
from tests.serving import environment

AWAY = {
    "PostgreSQL": ("DATABASE_URL", "postgresql://127.0.0.1:1/none"),
    "Redis": ("REDIS_URL", "redis://127.0.0.1:1"),
    "Elasticsearch": ("ELASTICSEARCH_URL", "http://127.0.0.1:1"),
}


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
def test_a_server_that_is_away_is_named_with_its_setting(own_settings: Settings, command: str, server: str) -> None:
    setting, address = AWAY[server]
    line = told(environment(own_settings) | {setting: address}, command)
    assert line.startswith(f"segments: {server} ")
    assert line.endswith(f"; check {setting}")


def test_a_database_without_tables_is_told_what_makes_them(own_settings: Settings) -> None:
    engine = database.engine(own_settings)
    with engine.begin() as db:
        organisations.create(db, "away")
        db.execute(text("DROP TABLE tokens"))
    engine.dispose()
    line = told(environment(own_settings), "token create --org away --name t")
    assert line == "segments: the database lacks tables; run: segments db upgrade"


def told(environment: dict[str, str], command: str) -> str:
    """The last line on standard error; the command ended with exit code 1 and no traceback."""
    run = [sys.executable, "-m", "cli", *command.split()]
    ended = subprocess.run(run, check=False, env=environment, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr.splitlines()[-1]
