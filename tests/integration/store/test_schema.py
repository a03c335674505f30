from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import click.testing
import pytest
from sqlalchemy import Connection, Engine, text

from runtime.settings import Settings
from store.migrations import upgrade
from store.migrations.cli import db as command
from store.tables import metadata

CATALOGUE = {
    "columns": """
        SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
               replace(pg_get_expr(adbin, adrelid), :schema || '.', '')
          FROM pg_attribute
          JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r'
          LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE relnamespace = to_regnamespace(:schema) AND attnum > 0 AND NOT attisdropped""",
    "constraints": """
        SELECT conname, replace(pg_get_constraintdef(oid), :schema || '.', '')
          FROM pg_constraint WHERE connamespace = to_regnamespace(:schema)""",
    "indexes": "SELECT replace(indexdef, :schema || '.', '') FROM pg_indexes WHERE schemaname = :schema",
    "sequences": """
        SELECT relname, seqmax FROM pg_sequence JOIN pg_class ON pg_class.oid = seqrelid
         WHERE relnamespace = to_regnamespace(:schema)""",
}


@pytest.mark.parametrize("part", CATALOGUE)
def test_the_migrations_make_what_the_tables_say(db: Connection, part: str) -> None:
    db.execute(text("CREATE SCHEMA said"))
    db.execute(text("SET LOCAL search_path TO said"))
    metadata.create_all(db, checkfirst=False)
    said = db.execute(text(CATALOGUE[part]), {"schema": "said"}).all()
    db.execute(text("SET LOCAL search_path TO public"))
    made = db.execute(text(CATALOGUE[part]), {"schema": "public"}).all()
    assert said
    assert {row for row in made if "alembic_version" not in str(row)} == set(said)


def test_upgrading_twice_at_once_is_the_same_as_once(engine: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, [engine, engine]))
    with engine.connect() as db:
        assert db.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_the_command_brings_the_database_up_to_date(own_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", own_settings.database_url or "")
    result = click.testing.CliRunner().invoke(command, ["upgrade"], catch_exceptions=False)
    assert result.output == "The database is up to date.\n"
