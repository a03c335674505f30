"""Claims and the contacts that the index refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text

from runtime import database
from runtime.settings import Settings
from store import organisations, state

CONTACTS = 50


@pytest.fixture
def engine(own_settings: Settings) -> Iterator[Engine]:
    """A database of its own: a claim takes what is due, whosever it is."""
    made = database.engine(own_settings)
    with made.begin() as db:
        organisations.create(db, "first")
        db.execute(text(_INSERT), {"n": CONTACTS})
    yield made
    made.dispose()


_INSERT = "INSERT INTO contacts (org_id, external_id) SELECT 1, 'c' || random() FROM generate_series(1, :n)"


def test_refused_contacts_whose_next_try_has_come_have_a_tenth_of_a_claim(engine: Engine) -> None:
    with engine.begin() as db:
        claim = state.claim(db)
        state.fail(db, claim.lease, dict.fromkeys(claim.contact_ids[:20], "too long"))
        state.release(db, claim)
        due = text(
            "UPDATE index_state SET retry_at = clock_timestamp(), leased_until = clock_timestamp() WHERE error > ''"
        )
        db.execute(due)
        for retried, fresh in ((3, 27), (3, 3), (3, 0)):
            taken = state.claim(db, 30).contact_ids
            assert len(set(taken) & set(claim.contact_ids[:20])) == retried
            assert len(taken) - retried == fresh


def test_a_refused_contact_is_another_workers_when_its_lease_ends(engine: Engine) -> None:
    with engine.begin() as db:
        state.fail(db, state.claim(db).lease, {4: "too long"})
        db.execute(text("UPDATE index_state SET retry_at = clock_timestamp(), leased_until = NULL WHERE error > ''"))
        assert state.claim(db, lease_seconds=60).contact_ids == (4,)
        assert state.claim(db).contact_ids == ()
        db.execute(text("UPDATE index_state SET leased_until = clock_timestamp() WHERE contact_id = 4"))
        assert state.claim(db).contact_ids == (4,)


def test_refused_contacts_that_wait_cost_a_claim_nothing(engine: Engine) -> None:
    with engine.begin() as db:
        db.execute(text(_INSERT), {"n": 5_000})
        db.execute(text("UPDATE index_state SET attempts = 30"))  # it is half an hour until the next
        state.fail(db, (claim := state.claim(db, 10_000)).lease, dict.fromkeys(claim.contact_ids, "too long"))
        db.execute(text("UPDATE contacts SET city = 'Bonn' WHERE id = 4"))
    with engine.connect() as db:
        db.execute(text("ANALYZE index_state"))
        explained = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {state._CLAIM.text}")
        asked = {"lease": 1, "limit": 1_000, "seconds": 30, "without": []}
        plan = db.execute(explained, asked).scalar_one()[0]["Plan"]
    assert plan["Actual Rows"] == 1
    assert looked_at(plan) < 100


def looked_at(plan: dict[str, Any]) -> float:
    """How many rows the steps of a plan read only to leave them out."""
    left_out: float = plan.get("Rows Removed by Filter", 0) * plan["Actual Loops"]
    return left_out + sum(looked_at(step) for step in plan.get("Plans", ()))
