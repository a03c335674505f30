"""A company with many contacts gets another name: all of their documents change with it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import click
import ready
from figures import aim
from pace import until
from servers import FIRST
from sqlalchemy import text

from indexer.connections import Connections
from runtime.queues import wake_index
from store import companies, organisations, write_set

CONTACTS = 10_000
AIM_SECONDS = 5.0
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Company:
    """A company and the contacts that work there."""

    org_id: int
    id: int
    external_id: str
    contact_ids: Sequence[int]


def company(connections: Connections, size: int) -> Company:
    """The first organisation's first company, where so many of its contacts and no others work from now on."""
    with connections.engine.begin() as db:
        found = organisations.by_name(db, FIRST)
        assert found is not None, "it was filled"
        id_, external_id = db.execute(_FIRST_COMPANY, {"org": found.id}).one()
        db.execute(_EMPTY, {"company": id_})
        ids = db.execute(_MOVE, {"org": found.id, "company": id_, "size": size}).scalars().all()
    if len(ids) != size:
        raise click.ClickException(f"{FIRST} has {len(ids):,} contacts: ask for twice as many --contacts as {size:,}")
    return Company(found.id, id_, external_id, sorted(ids))


def renamed(connections: Connections, one: Company, name: str) -> float:
    """The company has another name; the seconds that the transaction took."""
    begun = time.perf_counter()
    with connections.engine.begin() as db:
        companies.write(db, one.org_id, [{"external_id": one.external_id, "name": name}])
    return time.perf_counter() - begun


def measure(connections: Connections, one: Company) -> None:
    """Print how long it takes until all contacts are found by the new name, and what Elasticsearch alone takes.

    In turns, with the same documents, into the same index. Workers run.
    """
    size = len(one.contact_ids)
    with connections.engine.connect() as db:
        entry = write_set.live(db, connections.alias)
    assert entry is not None, "workers have made one"
    longest = 0.0
    for _ in range(ROUNDS):
        name = f"Renamed {time.time_ns()}"
        wrote = renamed(connections, one, name)
        wake_index(connections.settings)
        seconds = until(lambda name=name: _found(connections, one, name) == size)  # type: ignore[misc]
        alone = ready.send(connections, entry, ready.batches_of(connections, one.contact_ids))
        longest = max(longest, seconds)
        print(
            f"  {size:,} contacts: transaction {wrote:.2f} s; from commit to all found {seconds:.2f} s,"
            f" {size / seconds:,.0f}/s; ready documents alone {alone:.2f} s, {size / alone:,.0f}/s;"
            f" {alone / seconds:.2f} of their rate",
            flush=True,
        )
    aim(f"a company of {size:,} contacts renamed and found in less than {AIM_SECONDS:.0f} s", met=longest < AIM_SECONDS)


def _found(connections: Connections, one: Company, name: str) -> int:
    clauses = [{"term": {"org_id": one.org_id}}, {"term": {"company.name": name}}]
    answer = connections.indices.client.count(index=connections.alias, query={"bool": {"filter": clauses}})
    return int(answer["count"])


_FIRST_COMPANY = text("SELECT id, external_id FROM companies WHERE org_id = :org ORDER BY id LIMIT 1")
_EMPTY = text("UPDATE contacts SET company_id = NULL WHERE company_id = :company")
_MOVE = text("""
    UPDATE contacts SET company_id = :company
     WHERE id IN (SELECT id FROM contacts WHERE org_id = :org ORDER BY id LIMIT :size) RETURNING id""")
