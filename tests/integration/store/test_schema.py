from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from store.migrations import upgrade
from store.tables import metadata


def test_the_migrations_make_what_the_tables_say(db: Connection) -> None:
    context = MigrationContext.configure(db, opts={"compare_type": True, "compare_server_default": True})
    assert compare_metadata(context, metadata) == []


def test_the_constraints_of_the_tables_are_in_the_database(db: Connection) -> None:
    # alembic does not compare these
    named = text("SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace")
    wanted = {
        f"ck_{table.name}_{one.name}" if not str(one.name).startswith("ck_") else str(one.name)
        for table in metadata.tables.values()
        for one in table.constraints
        if one.__visit_name__ == "check_constraint"
    }
    assert set(db.execute(named).scalars()) == wanted


def test_upgrading_twice_at_once_is_the_same_as_once(engine: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, [engine, engine]))
    with engine.connect() as db:
        assert db.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
