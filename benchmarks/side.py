"""An indexer beside another one: how to start it, how to ask its index, what is measured of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median

from pace import reached, until
from redis import Redis
from rename import Company, renamed
from running import Process
from sqlalchemy import text

from indexer.connections import Connections
from runtime.queues import wake_index

CHANGES = 20
KILLED_AFTER_SECONDS = 0.5
HEALING_SECONDS = 60.0
_CHANGE = text("UPDATE contacts SET job_title = :title WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Side:
    """`running` keeps its process, `exact` makes of a field one that is matched whole, `woken` is told of commits."""

    connections: Connections
    running: Callable[[], AbstractContextManager[Process]]
    index: str
    exact: str
    woken: bool

    def found(self, field: str, value: str) -> int:
        """How many documents have this value."""
        query = {"term": {field + self.exact: value}}
        return int(self.connections.indices.client.count(index=self.index, query=query)["count"])

    def wake(self) -> None:
        """As a writer of the service does after its commit, unless the side listens to the database itself."""
        if self.woken:
            wake_index(self.connections.settings)

    def change(self, contact_id: int) -> float:
        """The seconds from the commit of one contact's change until it is found."""
        title = f"Title {time.time_ns()}"
        with self.connections.engine.begin() as db:
            db.execute(_CHANGE, {"title": title, "id": contact_id})
        self.wake()
        return until(lambda: self.found("job_title", title) == 1)

    def rename(self, company: Company) -> tuple[float, str]:
        """The seconds that the transaction took, and the new name."""
        name = f"Renamed {time.time_ns()}"
        seconds = renamed(self.connections, company, name)
        self.wake()
        return seconds, name


def one_change(side: Side, company: Company) -> str:
    """Single changes, one after the other, with nothing else to do."""
    taken = [side.change(contact_id) for contact_id in company.contact_ids[:CHANGES]]
    return f"{median(taken):.2f} s, at most {max(taken):.2f} s"


def renaming(side: Side, company: Company) -> str:
    """A company whose contacts all change with its name."""
    transaction, name = side.rename(company)
    size = len(company.contact_ids)
    seconds = until(lambda: side.found("company.name", name) == size)
    return f"{seconds:.2f} s, {size / seconds:,.0f}/s, after a transaction of {transaction:.2f} s"


def related(side: Side, company: Company) -> str:
    """A contact moves to a new company, which is deleted then, and so is the contact, by plain SQL."""
    name = {"name": f"Moved {time.time_ns()}"}
    steps = (
        ("contact moved to a new company", _MOVE, "company.name", 1),
        ("company deleted", _DELETE_COMPANY, "company.name", 0),
        ("contact deleted", _DELETE_CONTACT, "job_title", 0),
    )
    said = []
    for words, statement, field, count in steps:
        with side.connections.engine.begin() as db:
            db.execute(statement, name | {"org": company.org_id})
        side.wake()
        said.append(f"{words}: {_reached(side, field, name['name'], count)}")
    return "; ".join(said)


def emptied(side: Side, company: Company) -> str:
    """Its queue is emptied right after a company was renamed."""
    _, name = side.rename(company)
    Redis.from_url(str(side.connections.settings.redis_url)).flushall()
    return _reached(side, "company.name", name, len(company.contact_ids))


def killed(side: Side, company: Company) -> str:
    """Killed while the documents of a renamed company are being sent, and started again."""
    with side.running() as process:
        side.change(company.contact_ids[0])  # it has started
        _, name = side.rename(company)
        time.sleep(KILLED_AFTER_SECONDS)
        process.kill()
    missing = len(company.contact_ids) - side.found("company.name", name)
    with side.running():
        return f"{missing:,} old then; {_reached(side, 'company.name', name, len(company.contact_ids))}"


def refused(side: Side, company: Company) -> str:
    """One of its contacts gets a value that its field cannot have, by plain SQL, and then the company a new name."""
    spoilt = {"id": company.contact_ids[len(company.contact_ids) // 2]}
    with side.running() as process:
        side.change(company.contact_ids[0])  # it has started
        with side.connections.engine.begin() as db:
            db.execute(_SPOIL, spoilt)
        _, name = side.rename(company)
        said = _reached(side, "company.name", name, len(company.contact_ids) - 1)
        if process.popen.poll() is not None:
            process.may_end = True
            said += f", its process ended, {side.found('company.name', name):,} of the others are right"
    with side.connections.engine.begin() as db:
        db.execute(_MEND, spoilt)
    return said


def _reached(side: Side, field: str, value: str, count: int) -> str:
    begun = time.perf_counter()
    if reached(lambda: side.found(field, value) == count, HEALING_SECONDS):
        return f"right after {time.perf_counter() - begun:.1f} s"
    return f"STILL WRONG after {HEALING_SECONDS:.0f} s"


_MOVE = text("""
    WITH made AS (
        INSERT INTO companies (org_id, external_id, name) VALUES (:org, :name, :name) RETURNING id)
    UPDATE contacts SET company_id = made.id, job_title = :name
      FROM made WHERE contacts.id = (SELECT max(id) FROM contacts WHERE org_id = :org)""")
_SPOIL = text("""UPDATE contacts SET custom = custom || '{"score": "high"}' WHERE id = :id""")
_MEND = text("UPDATE contacts SET custom = custom - 'score' WHERE id = :id")
_DELETE_COMPANY = text("DELETE FROM companies WHERE org_id = :org AND name = :name")
_DELETE_CONTACT = text("DELETE FROM contacts WHERE org_id = :org AND job_title = :name")
