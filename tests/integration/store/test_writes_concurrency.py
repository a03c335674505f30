"""Batches that meet: real transactions on connections of their own."""

from __future__ import annotations

import random
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from store import companies, contacts, events, organisations
from store.organisations import Organisation
from store.outcomes import Outcome
from tests.integration.store.written import buy, timeline


def test_batches_in_opposite_order_do_not_deadlock(engine: Engine, organisation: Organisation) -> None:
    org = organisation.id
    rounds = 6

    def write(worker: int) -> None:
        names = [f"c{number}" for number in range(40)][:: 1 if worker % 2 else -1]
        for turn in range(rounds):
            items: list[object] = [
                {
                    "external_id": name,
                    "properties": {"city": f"{worker} {turn}"},
                    "tags": [f"tag {worker} {turn}", name],
                    "company": {"external_id": f"k{int(name[1:]) % 5}", "city": f"{worker} {turn}"},
                    "events": [{"id": f"{name} {turn}", "type": "seen", "at": "2022-01-01T00:00:00Z", "by": worker}],
                }
                for name in names
            ]
            with engine.begin() as db:
                contacts.write(db, org, items)
            with engine.begin() as db:
                events.write(db, org, [buy(name, id=name, amount=worker) for name in names])
            with engine.begin() as db:
                companies.write(db, org, [{"external_id": f"k{number}", "size": turn} for number in range(5)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with engine.connect() as db:
        assert len(timeline(db, org)) == 40 * (rounds + 1)


def test_batches_that_make_the_same_new_things_do_not_deadlock(engine: Engine) -> None:
    """Everything that batches name is new to all of them, and each names it in another order."""
    with engine.begin() as db:
        orgs = [organisations.create(db, f"organisation {uuid.uuid4()}").id for _ in range(12)]

    def write(worker: int) -> None:
        chance = random.Random(worker)
        for org in orgs:
            names = [f"c{number}" for number in chance.sample(range(40), 30)]
            items: list[object] = [
                {
                    "external_id": name,
                    "tags": [f"tag {name}", str(worker)],
                    "owner": f"{chance.randrange(9)}@example.com",
                    "team": f"team {chance.randrange(9)}",
                    "channels": {f"channel_{chance.randrange(4)}": "subscribed"},
                    "company": {"external_id": f"k{chance.randrange(9)}", "city": str(worker)},
                    "events": [{"id": name, "type": f"seen_{chance.randrange(4)}", "at": "2022-01-01", "by": worker}],
                }
                for name in names + names[:5]
            ]
            with engine.begin() as db:
                contacts.write(db, org, items)
            with engine.begin() as db:
                events.write(db, org, [buy(name, id=name, amount=worker) for name in names])
            with engine.begin() as db:
                companies.write(db, org, [{"external_id": f"k{n}", "size": worker} for n in chance.sample(range(9), 6)])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))


def test_batches_whose_statements_touch_different_contacts_do_not_deadlock(
    engine: Engine, organisation: Organisation
) -> None:
    names = [f"c{number}" for number in range(20)]

    def write(worker: int) -> None:
        for turn in range(30):
            said = f"{worker} {turn}"
            # One worker changes properties of the even contacts, then tags of the odd ones; the other the reverse.
            properties: list[object] = [
                {"external_id": name, "properties": {"city": said}} for name in names[worker::2]
            ]
            tags: list[object] = [{"external_id": name, "tags": [said]} for name in names[1 - worker :: 2]]
            with engine.begin() as db:
                contacts.write(db, organisation.id, properties + tags)

    with engine.begin() as db:
        contacts.write(db, organisation.id, [{"external_id": name} for name in names])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))


def test_writers_of_the_same_new_contact_make_one(engine: Engine, organisation: Organisation) -> None:
    barrier = threading.Barrier(4)

    def write(worker: int) -> tuple[Outcome, ...]:
        barrier.wait()
        with engine.begin() as db:
            return contacts.write(db, organisation.id, [{"external_id": "new", "properties": {"city": str(worker)}}])

    with ThreadPoolExecutor(4) as pool:
        outcomes = [one for (one,) in pool.map(write, range(4))]
    assert len({outcome.id for outcome in outcomes}) == 1
    assert sorted(outcome.status for outcome in outcomes) == ["created", "updated", "updated", "updated"]
