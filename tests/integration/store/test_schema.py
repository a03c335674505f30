from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import click.testing
import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from runtime import database
from runtime.settings import Settings
from store import contacts
from store.migrations import upgrade
from store.migrations.cli import db as command
from store.organisations import Organisation
from store.tables import metadata
from tests.waits import until_waiting

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

EVENT = {"type": "seen", "at": "2022-01-01T00:00:00Z"}

PLACED = """
    SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     UNION ALL SELECT CAST(tgenabled AS text) || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
     ORDER BY 1"""


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


def test_upgrading_what_is_up_to_date_waits_for_nobody(engine: Engine, organisation: Organisation) -> None:
    """An import upgrades before it begins, while others write."""
    impatient = create_engine(engine.url, connect_args={"options": "-c lock_timeout=1000"})
    with engine.begin() as db:
        contacts.write(db, organisation.id, [{"external_id": "a", "tags": ["VIP"], "events": [EVENT]}])
        upgrade(impatient)
    impatient.dispose()


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TRIGGER capture_updated ON contacts",
        "ALTER TABLE contacts DISABLE TRIGGER capture_updated",
        "DROP FUNCTION retry_refused CASCADE",
        "CREATE OR REPLACE FUNCTION retry_refused() RETURNS void LANGUAGE sql AS ''",
    ],
)
def test_upgrading_puts_back_what_is_missing(own_settings: Settings, damage: str) -> None:
    engine = database.engine(own_settings)
    with engine.begin() as db:
        before = db.execute(text(PLACED)).all()
        db.execute(text(damage))
        assert db.execute(text(PLACED)).all() != before
    upgrade(engine)
    with engine.begin() as db:
        assert db.execute(text(PLACED)).all() == before
    engine.dispose()


def test_an_upgrade_that_deadlocks_with_a_writer_is_tried_again(own_settings: Settings) -> None:
    engine = database.engine(own_settings)
    with engine.begin() as db:
        db.execute(text("DROP TRIGGER capture_inserted ON contacts"))
    hold = "LOCK TABLE {} IN ROW EXCLUSIVE MODE"
    with ThreadPoolExecutor(2) as pool, engine.connect() as look, engine.connect() as writer, engine.connect() as first:
        first.execute(text(hold.format("indices")))
        writer.execute(text("SET LOCAL deadlock_timeout = '1 min'"))  # so that the upgrade is the one to be ended
        writer.execute(text(hold.format("events")))
        upgraded = pool.submit(upgrade, engine)
        until_waiting(look, upgraded)  # it has changed contacts
        written = pool.submit(writer.execute, text(hold.format("contacts")))
        until_waiting(look, upgraded, written)
        first.rollback()  # it goes on to events
        written.result()
        writer.rollback()
        upgraded.result()
    with engine.connect() as db:
        assert "capture_inserted AFTER INSERT ON public.contacts" in str(db.execute(text(PLACED)).all())
    engine.dispose()


def test_the_command_brings_the_database_up_to_date(own_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", own_settings.database_url or "")
    result = click.testing.CliRunner().invoke(command, ["upgrade"], catch_exceptions=False)
    assert result.output == "The database is up to date.\n"
