"""A mark says of each write whether the index has it, whoever else writes at the same time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Connection, Engine, text

from runtime import database
from runtime.settings import Settings
from store import marks, organisations, state
from store.marks import Mark

ORG, NEIGHBOUR = 1, 2
ANNA, BERT, CLEO = 1, 2, 3


@pytest.fixture
def engine(own_settings: Settings) -> Iterator[Engine]:
    """A database of its own, with an organisation of three contacts that are indexed, and another of one."""
    made = database.engine(own_settings)
    with made.begin() as db:
        for name in ("first", "second"):
            organisations.create(db, name)
        db.execute(text("INSERT INTO companies (org_id, external_id, name) VALUES (1, 'acme', 'Acme')"))
        db.execute(text("INSERT INTO contacts (org_id, external_id) VALUES (1, 'a'), (1, 'b'), (1, 'c'), (2, 'd')"))
    index(made)
    yield made
    made.dispose()


def touch(db: Connection, *contact_ids: int) -> Mark:
    """Change the contacts; the mark of it."""
    before = marks.newest_drawn(db)
    change = text("UPDATE contacts SET city = coalesce(city, '') || 'x' WHERE id = ANY (:ids)")
    db.execute(change, {"ids": list(contact_ids)})
    return marks.mark(db, before)


def changed(engine: Engine, *contact_ids: int) -> Mark:
    with engine.begin() as db:
        return touch(db, *contact_ids)


def claimed(engine: Engine) -> tuple[state.Claim, dict[int, int]]:
    """What a worker has at hand."""
    with engine.begin() as db:
        claim = state.claim(db)
        return claim, state.versions(db, claim.contact_ids)


def complete(engine: Engine, work: tuple[state.Claim, dict[int, int]], but: Sequence[int] = ()) -> None:
    claim, versions = work
    with engine.begin() as db:
        state.complete(db, claim.lease, {one: version for one, version in versions.items() if one not in but}, claim.at)
        state.release(db, claim)


def index(engine: Engine, but: Sequence[int] = ()) -> None:
    complete(engine, claimed(engine), but)


def reached(engine: Engine, mark: Mark, org_id: int = ORG) -> bool:
    with engine.connect() as db:
        return marks.reached(db, org_id, mark)


def test_a_write_is_reached_once_its_contacts_are_indexed(engine: Engine) -> None:
    mark = changed(engine, ANNA, BERT)
    assert not reached(engine, mark)
    index(engine, but=[BERT])
    assert not reached(engine, mark)
    index(engine)
    assert reached(engine, mark)


def test_a_write_of_nothing_is_reached(engine: Engine) -> None:
    assert reached(engine, changed(engine))


def test_later_changes_of_others_are_not_waited_for(engine: Engine) -> None:
    mark = changed(engine, ANNA)
    index(engine)
    changed(engine, BERT)
    assert reached(engine, mark)


def test_a_contact_that_was_pending_before_and_changes_afterwards_is_waited_for(engine: Engine) -> None:
    changed(engine, ANNA)
    before = claimed(engine)
    mark = changed(engine, ANNA)
    changed(engine, ANNA)
    assert not reached(engine, mark)
    complete(engine, before)
    assert not reached(engine, mark)
    index(engine)
    assert reached(engine, mark)


def test_a_contact_that_never_comes_to_rest_does_not_delay_its_readers(engine: Engine) -> None:
    mark = changed(engine, ANNA)
    at_hand = claimed(engine)
    changed(engine, ANNA)
    complete(engine, at_hand)
    with engine.connect() as db:
        assert state.freshness(db, ORG).pending == 1
    assert reached(engine, mark)


def test_a_transaction_that_began_earlier_and_commits_later_has_a_mark_of_its_own(engine: Engine) -> None:
    with engine.begin() as slow:
        late = touch(slow, ANNA)
        early = changed(engine, BERT)
        index(engine)
        assert reached(engine, early)
        assert late.through < early.through
    assert not reached(engine, late)
    index(engine)
    assert reached(engine, late)


def test_a_deleted_contact_is_waited_for(engine: Engine) -> None:
    with engine.begin() as db:
        before = marks.newest_drawn(db)
        db.execute(text("DELETE FROM contacts WHERE id = :id"), {"id": ANNA})
        mark = marks.mark(db, before)
    assert not reached(engine, mark)
    index(engine)
    assert reached(engine, mark)


def test_every_contact_of_a_company_is_waited_for(engine: Engine) -> None:
    with engine.begin() as db:
        db.execute(text("UPDATE contacts SET company_id = 1 WHERE org_id = 1"))
    index(engine)
    with engine.begin() as db:
        before = marks.newest_drawn(db)
        db.execute(text("UPDATE companies SET name = 'Emca'"))
        mark = marks.mark(db, before)
    index(engine, but=[CLEO])
    assert not reached(engine, mark)
    index(engine)
    assert reached(engine, mark)


def test_a_contact_that_was_refused_before_is_no_obstacle_and_one_that_is_refused_now_is(engine: Engine) -> None:
    changed(engine, ANNA)
    with engine.begin() as db:
        state.fail(db, state.claim(db).lease, {ANNA: "too long"})
    other = changed(engine, BERT)
    assert not reached(engine, other)
    index(engine)
    assert reached(engine, other)

    mark = changed(engine, ANNA)
    with engine.begin() as db:
        state.fail(db, state.claim(db).lease, {ANNA: "too long"})
    assert not reached(engine, mark)


def test_the_neighbours_changes_are_not_waited_for(engine: Engine) -> None:
    mark = changed(engine, ANNA)
    index(engine)
    changed(engine, 4)
    assert reached(engine, mark)
    with engine.begin() as db:
        theirs = touch(db, 4)
    assert reached(engine, theirs, ORG)
    assert not reached(engine, theirs, NEIGHBOUR)


def test_two_writes_of_one_request_have_one_mark(engine: Engine) -> None:
    first = changed(engine, ANNA)
    index(engine)
    both = changed(engine, BERT).with_earlier(first)
    assert both.after == first.after
    assert not reached(engine, both)
    index(engine)
    assert reached(engine, both)


def test_before_the_first_change_no_version_was_drawn(own_settings: Settings) -> None:
    empty = database.engine(own_settings)
    with empty.connect() as db:
        assert marks.newest_drawn(db) == 0
    empty.dispose()


class Interleaving:
    """Writers and workers whose steps come in any order; `written` are committed writes with the versions they gave.

    No step waits for another: a writer touches, and a worker completes, only what no open transaction holds.
    """

    def __init__(self, engine: Engine, seed: int) -> None:
        self.engine = engine
        self.chance = random.Random(seed)
        self.open: list[tuple[Connection, Mark, dict[int, int]]] = []
        self.at_hand: list[tuple[state.Claim, dict[int, int]]] = []
        self.written: list[tuple[Mark, dict[int, int]]] = []

    def held(self) -> set[int]:
        return {contact for _, _, versions in self.open for contact in versions}

    def begin(self) -> None:
        free = sorted({ANNA, BERT, CLEO} - self.held())
        if not free:
            return
        contacts = self.chance.sample(free, self.chance.randint(1, len(free)))
        db = self.engine.connect()
        mark = touch(db, *contacts)
        self.open.append((db, mark, state.versions(db, contacts)))

    def commit(self) -> None:
        if self.open:
            db, mark, versions = self.open.pop(self.chance.randrange(len(self.open)))
            db.commit()
            db.close()
            self.written.append((mark, versions))

    def claim(self) -> None:
        with self.engine.begin() as db:
            claim = state.claim(db, self.chance.randint(1, 3))
        if claim.contact_ids:
            self.at_hand.append((claim, {}))

    def read(self) -> None:
        if self.at_hand:
            claim, versions = self.chance.choice(self.at_hand)
            with self.engine.connect() as db:
                versions.update(state.versions(db, claim.contact_ids))

    def complete(self) -> None:
        ready = [work for work in self.at_hand if work[1] and not self.held() & work[1].keys()]
        if ready:
            work = self.chance.choice(ready)
            self.at_hand.remove(work)
            complete(self.engine, work, but=self.chance.sample(sorted(work[1]), self.chance.randint(0, 1)))

    def indexed(self) -> dict[int, int]:
        with self.engine.connect() as db:
            return dict(map(tuple, db.execute(text("SELECT contact_id, indexed_version FROM index_state"))))


@pytest.mark.parametrize("seed", range(3))
def test_in_no_order_of_steps_a_write_is_reached_too_early_or_never(engine: Engine, seed: int) -> None:
    world = Interleaving(engine, seed)
    steps = (world.begin, world.commit, *2 * (world.claim, world.read, world.complete))  # workers keep up
    for _ in range(150):
        world.chance.choice(steps)()
        indexed = world.indexed()
        for mark, versions in world.chance.sample(world.written, min(3, len(world.written))):
            if reached(engine, mark):
                assert all(indexed[contact] >= version for contact, version in versions.items())
    while world.open:
        world.commit()
    for work in world.at_hand:
        complete(engine, work, but=tuple(work[1]))
    index(engine)
    assert all(reached(engine, mark) for mark, _ in world.written)
