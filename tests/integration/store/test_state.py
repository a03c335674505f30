from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, text

from runtime import database
from runtime.settings import Settings
from store import organisations, postgres, state, write_set

CONTACTS = 50


@pytest.fixture
def engine(own_settings: Settings) -> Iterator[Engine]:
    """A database of its own: a claim takes what is due, whosever it is."""
    made = database.engine(own_settings)
    with made.begin() as db:
        for name in ("first", "second"):
            organisations.create(db, name)
        db.execute(
            text("INSERT INTO contacts (org_id, external_id) SELECT 1, 'c' || n FROM generate_series(1, :n) AS n"),
            {"n": CONTACTS},
        )
    yield made
    made.dispose()


def versions(db: Connection, ids: tuple[int, ...]) -> dict[int, int]:
    rows = db.execute(
        text("SELECT contact_id, version FROM index_state WHERE contact_id = ANY (:ids)"), {"ids": list(ids)}
    )
    return dict(map(tuple, rows))


def drain(engine: Engine) -> None:
    with engine.begin() as db:
        claim = state.claim(db)
        state.complete(db, claim.lease, versions(db, claim.contact_ids))


def refuse_for_long(db: Connection, claim: state.Claim, reasons: Mapping[int, str]) -> None:
    """As at the last of many attempts: it is half an hour until the next."""
    db.execute(text("UPDATE index_state SET attempts = 30"))
    state.fail(db, claim.lease, reasons)


def touch(engine: Engine, contact_id: int) -> None:
    with engine.begin() as db:
        db.execute(text("UPDATE contacts SET city = coalesce(city, '') || 'x' WHERE id = :id"), {"id": contact_id})


def test_pending_contacts_are_claimed_once(engine: Engine) -> None:
    with engine.begin() as db:
        first = state.claim(db, 30)
    with engine.begin() as db:
        second = state.claim(db, 30)
    with engine.begin() as db:
        third = state.claim(db, 30)
    assert len(first.contact_ids) == 30
    assert len(second.contact_ids) == 20
    assert not set(first.contact_ids) & set(second.contact_ids)
    assert third.contact_ids == ()


def test_claims_that_meet_share_the_work_and_do_not_wait(engine: Engine) -> None:
    with engine.connect() as one, engine.connect() as other:
        first, second = state.claim(one, 30), state.claim(other, 30)
        assert set(first.contact_ids).isdisjoint(second.contact_ids)
        assert len(first.contact_ids) + len(second.contact_ids) == CONTACTS


def test_the_longest_waiting_come_first(engine: Engine) -> None:
    drain(engine)
    for contact_id in (7, 3, 5, 7):
        touch(engine, contact_id)
    with engine.begin() as db:
        assert state.claim(db, 2).contact_ids == (3, 7)


def contacts(engine: Engine, org_id: int, count: int) -> set[int]:
    made = text("""
        INSERT INTO contacts (org_id, external_id) SELECT :org, 'd' || n FROM generate_series(1, :n) AS n
        RETURNING id""")
    with engine.begin() as db:
        return set(db.execute(made, {"org": org_id, "n": count}).scalars())


def test_every_organisation_has_its_share_of_a_claim_and_what_it_leaves_is_the_others(engine: Engine) -> None:
    few = contacts(engine, 2, 3)
    with engine.begin() as db:
        third = organisations.create(db, "third").id
    many = contacts(engine, third, 100)
    with engine.begin() as db:
        first = set(state.claim(db, 30).contact_ids)
        second = set(state.claim(db, 30).contact_ids)
    assert len(first) == len(second) == 30
    assert few < first
    assert len(many & first) == len(many & second) == 10


def test_of_more_organisations_than_places_none_is_always_passed_by(engine: Engine) -> None:
    with engine.begin() as db:
        ids = [organisations.create(db, f"more {number}").id for number in range(5)]
    waiting = {one for org_id in ids for one in contacts(engine, org_id, 100)}
    claimed: set[int] = set()
    for _ in range(60):
        with engine.begin() as db:
            claimed.update(state.claim(db, 1).contact_ids)
    assert len(claimed) == 60
    assert len(claimed & waiting) > 20  # 50 is to be expected: the first organisation waits as well


def test_a_lease_that_ran_out_is_claimed_again(engine: Engine) -> None:
    with engine.begin() as db:
        first = state.claim(db, lease_seconds=-1)
    with engine.begin() as db:
        assert state.claim(db).contact_ids == first.contact_ids


def test_a_released_lease_is_claimed_again(engine: Engine) -> None:
    with engine.begin() as db:
        first = state.claim(db)
        state.release(db, first)
        assert state.claim(db).contact_ids == first.contact_ids


def test_a_completed_contact_is_not_pending(engine: Engine) -> None:
    drain(engine)
    with engine.begin() as db:
        assert state.freshness(db) == state.Freshness(0, 0.0)
        assert state.claim(db).contact_ids == ()


def test_a_contact_that_changed_while_it_was_indexed_stays_pending_and_is_due_at_once(engine: Engine) -> None:
    with engine.begin() as db:
        claim = state.claim(db)
        seen = versions(db, claim.contact_ids)
    touch(engine, 9)
    with engine.begin() as db:
        state.complete(db, claim.lease, seen)
        assert state.claim(db).contact_ids == (9,)


def test_a_contact_that_never_rests_has_waited_since_its_last_claim_at_most(engine: Engine) -> None:
    """Else one that always changes while it is indexed would look ever older, and be taken before all others."""
    with engine.begin() as db:
        db.execute(text("UPDATE index_state SET changed_at = changed_at - interval '1 hour'"))
    with engine.begin() as db:
        claim = state.claim(db)
        seen = versions(db, claim.contact_ids)
    touch(engine, 9)
    with engine.begin() as db:
        assert state.freshness(db).lag_seconds >= 3_600
        state.complete(db, claim.lease, seen, claim.at)
        assert state.freshness(db).pending == 1
        assert state.freshness(db).lag_seconds < 600


def test_a_late_completion_takes_nothing_back(engine: Engine) -> None:
    with engine.begin() as db:
        slow = state.claim(db, lease_seconds=-1)
        old = versions(db, slow.contact_ids)
    touch(engine, 9)
    with engine.begin() as db:
        state.claim(db)
        state.complete(db, slow.lease, old)  # of a lease that is another worker's by now
        assert state.claim(db).contact_ids == ()  # theirs stays theirs
    with engine.begin() as db:
        db.execute(text("UPDATE index_state SET leased_until = NULL, lease = NULL"))
        again = state.claim(db)
        assert again.contact_ids == (9,)
        state.complete(db, again.lease, versions(db, (9,)))
        state.complete(db, slow.lease, old)
        assert state.freshness(db).pending == 0


def test_a_refused_contact_waits_longer_each_time_and_keeps_its_reason(engine: Engine) -> None:
    waits = []
    for _ in range(3):
        with engine.begin() as db:
            db.execute(text("UPDATE index_state SET leased_until = NULL, retry_at = NULL"))
            claim = state.claim(db)
            before = postgres.clock(db)
            state.fail(db, claim.lease, {4: "too long"})
            found = text("SELECT error, lease, extract(epoch FROM leased_until) FROM index_state WHERE contact_id = 4")
            error, lease, until = db.execute(found).one()
            assert (error, lease) == ("too long", None)
            waits.append((float(until) - before, float(until) - postgres.clock(db)))
    for longest, (since_before, since_after) in zip((1, 2, 4), waits, strict=True):
        assert since_before >= longest / 2
        assert since_after <= longest


def test_refused_contacts_are_not_all_tried_again_at_the_same_moment(engine: Engine) -> None:
    with engine.begin() as db:
        claim = state.claim(db)
        refuse_for_long(db, claim, dict.fromkeys(claim.contact_ids, "too long"))
        tries = {one.next_try for one in state.refusals(db, 1, limit=CONTACTS)}
    assert len(tries) == CONTACTS


def test_refused_contacts_are_listed_with_reason_attempts_and_next_try(engine: Engine) -> None:
    with engine.begin() as db:
        claim = state.claim(db)
        state.fail(db, claim.lease, {4: "too long", 7: "too odd"})
        four, seven = state.refusals(db, 1, limit=10)
        assert (four.contact_id, four.reason, four.attempts) == (4, "too long", 1)
        assert (seven.contact_id, seven.reason, seven.attempts) == (7, "too odd", 1)
        assert four.next_try is not None
        assert (state.refused(db, 1), state.refusals(db, 1, limit=1)) == (2, (four,))
        assert state.freshness(db, with_refused=False).pending == CONTACTS - 2
        assert (state.refused(db, 2), state.refusals(db, 2, limit=10)) == (0, ())
        db.execute(text("UPDATE index_state SET leased_until = NULL, retry_at = NULL"))
        state.claim(db)
        assert [one.next_try for one in state.refusals(db, limit=10)] == [None, None]


def test_refused_contacts_are_due_when_an_index_changes(engine: Engine) -> None:
    with engine.begin() as db:
        entry = write_set.register(db, "contacts")
        refuse_for_long(db, state.claim(db), {4: "too long", 7: "too odd"})
        write_set.advance_backfill(db, entry.name, through=5, sent=5)
        assert state.claim(db).contact_ids == ()
        write_set.set_state(db, entry.name, "live")
        assert state.claim(db).contact_ids == (4, 7)


def test_a_refused_contact_that_changes_while_it_is_tried_begins_with_the_shortest_wait(engine: Engine) -> None:
    with engine.begin() as db:
        claim = state.claim(db)
        db.execute(text("UPDATE index_state SET attempts = 1000, error = 'too long' WHERE contact_id = 4"))
    touch(engine, 4)
    with engine.begin() as db:
        state.fail(db, claim.lease, {4: "too long"})
        wait = text("SELECT extract(epoch FROM leased_until - clock_timestamp()) FROM index_state WHERE contact_id = 4")
        assert db.execute(wait).scalar_one() <= 1


def test_the_longest_wait_of_a_refused_contact_is_an_hour(engine: Engine) -> None:
    with engine.begin() as db:
        claim = state.claim(db)
        db.execute(text("UPDATE index_state SET attempts = 1000000"))
        state.fail(db, claim.lease, {4: "too long"})
        wait = text("SELECT extract(epoch FROM leased_until - clock_timestamp()) FROM index_state WHERE contact_id = 4")
        assert 1790 < db.execute(wait).scalar_one() <= 3600
        assert state.claim(db).contact_ids == ()


def test_the_reason_of_a_contact_that_was_deleted_while_it_was_tried_is_not_kept(engine: Engine) -> None:
    with engine.begin() as db:
        claim = state.claim(db)
    with engine.begin() as db:
        db.execute(text("DELETE FROM contacts WHERE id = 4"))
    with engine.begin() as db:
        state.fail(db, claim.lease, {4: "it quotes the contact", 7: "too odd"})
        assert [one.contact_id for one in state.refusals(db, limit=10)] == [7]
        db.execute(text("UPDATE index_state SET leased_until = NULL, retry_at = NULL"))
        assert 4 in state.claim(db).contact_ids  # its delete is still to be indexed


def test_a_refused_contact_that_changes_is_due_at_once(engine: Engine) -> None:
    drain(engine)
    touch(engine, 4)
    with engine.begin() as db:
        refuse_for_long(db, state.claim(db), {4: "too long"})
        assert state.claim(db).contact_ids == ()
    touch(engine, 4)
    with engine.begin() as db:
        claim = state.claim(db)
        assert claim.contact_ids == (4,)
        state.complete(db, claim.lease, versions(db, (4,)))
        row = db.execute(text("SELECT error, attempts FROM index_state WHERE contact_id = 4")).one()
        assert tuple(row) == (None, 0)


def test_a_change_does_not_end_a_lease(engine: Engine) -> None:
    with engine.begin() as db:
        state.claim(db)
    touch(engine, 4)
    with engine.begin() as db:
        assert state.claim(db).contact_ids == ()


def test_freshness_is_of_one_organisation_or_of_all(engine: Engine) -> None:
    with engine.begin() as db:
        assert state.freshness(db, 1).pending == CONTACTS
        assert state.freshness(db, 1).lag_seconds > 0
        assert state.freshness(db, 2) == state.Freshness(0, 0.0)
        assert state.freshness(db).pending == CONTACTS


def test_what_waits_is_counted_as_far_as_asked(engine: Engine) -> None:
    with engine.begin() as db:
        for most, expected in ((CONTACTS - 1, (CONTACTS - 1, False)), (CONTACTS, (CONTACTS, True))):
            found = state.freshness(db, 1, most)
            assert (found.pending, found.exact) == expected
            assert found.lag_seconds > 0


def test_completing_while_writers_come_from_the_other_end_does_not_deadlock(engine: Engine) -> None:
    def write() -> None:
        with engine.begin() as db:
            db.execute(text("INSERT INTO events (contact_id, event_type_id, at) "
                            "SELECT id, 1, now() FROM contacts ORDER BY id DESC"))  # fmt: skip

    with engine.begin() as db:
        db.execute(text("INSERT INTO event_types (org_id, key, label, actor) VALUES (1, 'seen', 'Seen', 'contact')"))
    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(one) for _ in range(20) for one in (write, lambda: drain(engine))]
        for one in work:
            one.result()
