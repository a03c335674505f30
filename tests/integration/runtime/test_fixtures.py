"""What the other tests stand on."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, text

from runtime import database
from runtime.settings import Settings
from store.organisations import Organisation


def test_a_transaction_of_a_test_is_rolled_back(db: Connection) -> None:
    assert db.execute(text("SELECT to_regclass('left_behind')")).scalar_one() is None
    db.execute(text("CREATE TABLE left_behind ()"))


test_and_the_next_one_sees_nothing_of_it = test_a_transaction_of_a_test_is_rolled_back


@pytest.mark.usefixtures("organisation")
def test_own_settings_share_nothing_with_the_session(own_settings: Settings, settings: Settings) -> None:
    shared = {"database_url", "redis_url", "index_prefix"}
    assert all(getattr(own_settings, name) != getattr(settings, name) for name in shared)
    engine = database.engine(own_settings)
    with engine.connect() as db:
        assert db.execute(text("SELECT count(*) FROM organisations")).scalar_one() == 0
    engine.dispose()


def test_each_test_has_an_organisation_of_its_own(engine: Engine, organisation: Organisation) -> None:
    with engine.connect() as db:
        found = db.execute(text("SELECT name FROM organisations WHERE id = :id"), {"id": organisation.id}).scalar_one()
    assert found == organisation.name
