"""Organisations of made-up contacts, written by COPY straight into the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from psycopg import sql
from sqlalchemy import Connection, Engine, text

from store.generate import catalogue, engagement, people, relations
from store.generate.catalogue import Ids
from store.generate.people import Dice
from store.postgres import clock, driver

CHUNK = 10_000  # contacts in a transaction
_YEARS = 4  # that contacts have been coming
_ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many organisations, and how many contacts they have together; the first has half of them."""

    organisations: int
    contacts: int

    def __iter__(self) -> Iterator[int]:
        first = self.contacts if self.organisations == 1 else (self.contacts + 1) // 2
        yield first
        rest = self.contacts - first
        others = self.organisations - 1
        for number in range(others):
            yield rest // others + (number < rest % others)


def generate(engine: Engine, prefix: str, sizes: Sizes, seed: int) -> Iterator[int]:
    """Makes organisations named PREFIX, PREFIX 2, ...; gives the number of contacts written after each transaction.

    Raises:
        ConflictError: an organisation of such a name exists; nothing was written to it.
    """
    for number, contacts in enumerate(sizes):
        name = prefix if number == 0 else f"{prefix} {number + 1}"
        yield from _organisation(
            engine, name, _ZONES[number % len(_ZONES)], contacts, np.random.default_rng([seed, number])
        )


def _organisation(engine: Engine, name: str, time_zone: str, contacts: int, dice: Dice) -> Iterator[int]:
    with engine.begin() as db:
        ids = catalogue.found(db, name, time_zone)
        now = datetime.fromtimestamp(int(clock(db)), tz=UTC)
        lines = people.company_lines(dice, ids, max(1, contacts // 20))
        _copy(db, "companies", people.COMPANY_COLUMNS, lines)
        companies = list(db.scalars(_COMPANIES, {"org": ids.org}))
    for first in range(0, contacts, CHUNK):
        count = min(CHUNK, contacts - first)
        with engine.begin() as db:
            _chunk(db, dice, ids, companies, first, count, now)
        yield count


def _chunk(
    db: Connection, dice: Dice, ids: Ids, companies: Sequence[int], first: int, count: int, now: datetime
) -> None:
    ages = dice.random(count) ** 0.8 * _YEARS * 365 + 0.01
    _copy(db, "contacts", people.CONTACT_COLUMNS, people.contact_lines(dice, ids, companies, first, ages, now))
    names = [f"C-{number}" for number in range(first, first + count)]
    by_name = dict(map(tuple, db.execute(_CONTACTS, {"org": ids.org, "names": names})))
    contacts = np.array([by_name[name] for name in names], dtype=np.int64)
    _copy(db, "contact_tags", ("contact_id", "tag_id"), relations.tag_lines(dice, ids, contacts))
    columns = ("contact_id", "channel_id", "reachable", "unsubscribed")
    _copy(db, "contact_channels", columns, relations.channel_lines(dice, ids, contacts))
    rows = engagement.rows(dice, ids, contacts, first, ages, int(now.timestamp()))
    _copy(db, "events", engagement.COLUMNS, (engagement.HEADER, *rows, engagement.TRAILER), binary=True)


def _copy(db: Connection, table: str, columns: Iterable[str], parts: Iterable[bytes], *, binary: bool = False) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    form = sql.SQL(" (FORMAT binary)") if binary else sql.SQL("")
    statement = sql.SQL("COPY {} ({}) FROM STDIN{}").format(sql.Identifier(table), names, form)
    with driver(db).cursor() as cursor, cursor.copy(statement) as copy:
        for part in parts:
            copy.write(part)


_COMPANIES = text("SELECT id FROM companies WHERE org_id = :org ORDER BY id")
_CONTACTS = text("SELECT external_id, id FROM contacts WHERE org_id = :org AND external_id = ANY (:names)")
