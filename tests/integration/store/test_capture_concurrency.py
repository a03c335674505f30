"""Writers that meet: real transactions on connections of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, text

from store.organisations import Organisation
from tests.integration.store.world import World, versions
from tests.waits import SECONDS, until_waiting

DECLARE = (
    "INSERT INTO behaviours (org_id, key, label, kind, event_type_id, condition) "
    """VALUES (:org, 'large', 'Large', 'declared', :purchase, '{"field": "amount", "operator": ">", "value": 5}')"""
)
WHOM = "SELECT id, {} FROM contacts WHERE org_id = :org ORDER BY id"
BUY = "INSERT INTO events (contact_id, event_type_id, at) VALUES (:bert, :purchase, now())"


@pytest.fixture
def world(engine: Engine, organisation: Organisation) -> World:
    with engine.begin() as db:
        return World.make(db, organisation.id)


@contextmanager
def waiting(engine: Engine, work: Callable[[Connection], object]) -> Iterator[None]:
    """`work` runs in a transaction of its own and waits for a lock; it has committed when the block was left."""

    def transaction() -> None:
        with engine.begin() as db:
            work(db)

    with ThreadPoolExecutor(1) as pool, engine.connect() as look:
        done = pool.submit(transaction)
        until_waiting(look, done)
        yield
        done.result(SECONDS)


def test_versions_follow_the_order_of_commits(engine: Engine, world: World) -> None:
    def version(db: Connection, contact: str) -> int:
        return versions(db, world.ids["org"])[world.ids[contact]]

    def later(db: Connection) -> None:
        world.run(db, "UPDATE contact_channels SET unsubscribed = true WHERE contact_id = :anna")

    with engine.connect() as db:
        world.run(db, "INSERT INTO contact_tags VALUES (:anna, :lead)")
        first = version(db, "anna")
        with waiting(engine, later):
            with engine.begin() as other:  # draws a version while the later writer waits for its own
                world.run(other, "INSERT INTO contact_tags VALUES (:bert, :lead)")
                between = version(other, "bert")
            db.commit()
        assert first < between < version(db, "anna")


def test_writers_in_opposite_order_do_not_deadlock(engine: Engine, world: World) -> None:
    with engine.begin() as db:
        world.run(db, "INSERT INTO contacts (org_id, external_id, company_id) "
                      "SELECT :org, 'n' || n, :acme FROM generate_series(1, 400) AS n")  # fmt: skip
    statements = [
        f"INSERT INTO events (contact_id, event_type_id, at) {WHOM.format(':purchase, now()')}",
        f"INSERT INTO events (contact_id, event_type_id, at) {WHOM.format(':shipped, now()')} DESC",
        f"INSERT INTO contact_tags {WHOM.format(':lead')} DESC ON CONFLICT DO NOTHING",
        "UPDATE companies SET size = coalesce(size, 0) + 1 WHERE id = :acme",
    ]

    def write(statement: str) -> None:
        for _ in range(10):
            with engine.begin() as db:
                world.run(db, statement)

    with ThreadPoolExecutor(len(statements)) as pool:
        list(pool.map(write, statements))


def test_an_event_written_while_a_behaviour_is_declared_is_not_overlooked(engine: Engine, world: World) -> None:
    with engine.connect() as db:
        world.run(db, BUY)
        written = versions(db, world.ids["org"])[world.ids["bert"]]
        with waiting(engine, lambda other: world.run(other, DECLARE)):
            db.commit()
        assert versions(db, world.ids["org"])[world.ids["bert"]] > written
        filled = text("SELECT fill_total FROM behaviours WHERE org_id = :org AND key = 'large'")
        assert db.execute(filled, world.ids).scalar_one() == 2


def test_an_event_moved_while_a_behaviour_is_declared_is_not_overlooked(engine: Engine, world: World) -> None:
    with engine.connect() as db:
        world.run(db, "UPDATE events SET contact_id = :bert WHERE id = :bought")
        written = versions(db, world.ids["org"])[world.ids["bert"]]
        with waiting(engine, lambda other: world.run(other, DECLARE)):
            db.commit()
        assert versions(db, world.ids["org"])[world.ids["bert"]] > written


def test_an_event_written_after_a_behaviour_was_declared_waits_for_it(engine: Engine, world: World) -> None:
    with engine.connect() as db:
        world.run(db, DECLARE)
        highest = db.execute(text("SELECT last_value FROM contact_version")).scalar_one()
        with waiting(engine, lambda other: world.run(other, BUY)):
            db.commit()
        assert versions(db, world.ids["org"])[world.ids["bert"]] > highest
