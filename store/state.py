"""What the index has still to apply: rows of index_state, claimed in batches by leases.

A claim is one short transaction; no row stays locked while Elasticsearch works. All instants are the database's clock.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, func, select, text, update

from store import tables
from store.holding import Organisations

BATCH = 1_000  # contacts in a claim: some megabytes of documents, a second of work
LEASE_SECONDS = 30  # a batch takes a second; what a killed worker held is found again after this long
LONGEST_RETRY_SECONDS = 3_600  # a refused contact is tried again this often at least
MOST_COUNTED = 10_000  # pending contacts that every answer counts: a few milliseconds, however many there are


@dataclass(frozen=True, slots=True)
class Freshness:
    """How many contacts have changes that the index lacks, and for how long the oldest of these has waited.

    Where `pending` is not `exact` there are more than that.
    """

    pending: int
    lag_seconds: float
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """A contact that the index refused `attempts` times in a row; `next_try` is None while a worker is at it.

    As soon as the contact or an index changes it is tried again, and counted anew.
    """

    contact_id: int
    reason: str
    attempts: int
    next_try: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """Contacts that one worker may index until the lease ends; who reads them now sees all changes until `at`."""

    lease: int
    contact_ids: tuple[int, ...]
    at: datetime | None


def freshness(
    db: Connection, org_id: int | None = None, most: int | None = None, *, with_refused: bool = True
) -> Freshness:
    """How far the index is behind, for one organisation or for all; counted no further than `most`.

    Contacts that the index refuses are pending, too, and for ever longer; they can be left out.
    """
    c = tables.index_state.c
    # In the order of an index of pending rows, which is then read from its beginning, and no further than needed.
    waiting = select(c.changed_at).where(c.version > c.indexed_version).order_by(c.changed_at)
    if not with_refused:
        waiting = waiting.where(c.error.is_(None), c.retry_at.is_(None))
    some = _of(waiting, org_id).limit(None if most is None else most + 1).subquery()
    waited = func.extract("epoch", func.clock_timestamp() - func.min(some.c.changed_at))
    count, seconds = db.execute(select(func.count(), waited).select_from(some)).one()
    lag = max(0.0, float(seconds or 0))
    return Freshness(count, lag) if most is None or count <= most else Freshness(most, lag, exact=False)


def refused(db: Connection, org_id: int | None = None) -> int:
    """How many contacts the index refuses, of one organisation or of all."""
    query = select(func.count()).where(tables.index_state.c.error.is_not(None))
    return int(db.execute(_of(query, org_id)).scalar_one())


def refusals(db: Connection, org_id: int | None = None, *, limit: int) -> tuple[Refusal, ...]:
    """The refused contacts of one organisation or of all, by id, at most `limit`."""
    c = tables.index_state.c
    next_try = case((c.lease.is_(None), func.coalesce(c.leased_until, func.clock_timestamp())))
    query = select(c.contact_id, c.error, c.attempts, next_try).where(c.error.is_not(None)).order_by(c.contact_id)
    return tuple(Refusal(*row) for row in db.execute(_of(query, org_id).limit(limit)))


def retry_refused(db: Connection) -> None:
    """Every refused contact is due now: an index has changed."""
    db.execute(text("SELECT retry_refused()"))


def indexed_any(db: Connection) -> bool:
    """Whether any contact counts as indexed."""
    c = tables.index_state.c
    return db.execute(select(c.contact_id).where(c.indexed_version > 0).limit(1)).first() is not None


def behind(db: Connection, org_id: int, fence: int) -> int:
    """How many of the organisation's contacts are pending, and were last indexed in a version up to `fence`.

    A contact that the index refuses, and that was not changed since, is not one of them.
    """
    return int(db.execute(_BEHIND, {"org": org_id, "fence": fence}).scalar_one())


def bump(db: Connection, contact_ids: Collection[int]) -> None:
    """These contacts count as changed: they are indexed anew."""
    db.execute(text("SELECT bump_contacts(:ids)"), {"ids": sorted(contact_ids)})


def claim(
    db: Connection, limit: int = BATCH, lease_seconds: float = LEASE_SECONDS, *, without: Collection[int] = ()
) -> Claim:
    """Lease at most `limit` contacts, of each organisation those whose changes have waited longest.

    Every organisation that waits, but those of `without`, has an equal share of the places, and what one leaves over
    goes to the others. Refused contacts whose next try has come have a tenth at most. There are none where other
    workers have them all.
    """
    lease = secrets.randbits(63)
    asked = {"lease": lease, "limit": limit, "seconds": lease_seconds, "without": sorted(without)}
    rows = db.execute(_CLAIM, asked).all()
    return Claim(lease, tuple(sorted(row.contact_id for row in rows)), rows[0].at if rows else None)


def complete(db: Connection, lease: int, versions: Mapping[int, int], since: datetime | None = None) -> None:
    """The index holds these versions, by contact id, with all changes until `since`; the lease on them ends.

    A contact that changed meanwhile stays pending, and has waited since then at most. A lease that ran out and is
    another worker's by now stays theirs.
    """
    ids = sorted(versions)
    _lock_states(db, ids)
    written = {"ids": ids, "versions": [versions[one] for one in ids]}
    db.execute(_COMPLETE, written | {"lease": lease, "since": since})


def forget_all(db: Connection, organisations: Organisations) -> None:
    """No index holds anything of these organisations: every contact of theirs is pending."""
    c = tables.index_state.c
    theirs = organisations.chosen(c.org_id), c.indexed_version > 0
    # In the order that all writers keep.
    db.execute(select(c.contact_id).where(*theirs).order_by(c.contact_id).with_for_update(key_share=True))
    db.execute(update(tables.index_state).where(*theirs).values(indexed_version=0))


def fail(db: Connection, lease: int, errors: Mapping[int, str]) -> None:
    """The index refused these contacts. They stay pending, with the reason, and are tried again later and later.

    A change of the contact makes it due at once, and a change of the indices every one (capture.sql).
    """
    ids = sorted(errors)
    _lock_states(db, ids)
    parameters = {"ids": ids, "errors": [errors[one] for one in ids], "lease": lease}
    db.execute(_FAIL, parameters | {"longest": LONGEST_RETRY_SECONDS})


def release(db: Connection, claim: Claim) -> None:
    """End a lease early: others may take at once what is left of it."""
    ids = sorted(claim.contact_ids)
    _lock_states(db, ids)
    db.execute(_RELEASE, {"ids": ids, "lease": claim.lease})


def versions(db: Connection, contact_ids: Collection[int]) -> dict[int, int]:
    """The versions of contacts, by id."""
    found = text("SELECT contact_id, version FROM index_state WHERE contact_id = ANY (:ids)")
    return dict(map(tuple, db.execute(found, {"ids": list(contact_ids)})))


def lock(db: Connection, contact_ids: Collection[int]) -> dict[int, int]:
    """Take what a writer of these contacts will need, in the one order that all writers keep; the versions they have.

    For transactions of several statements: each alone would take its locks in order, all together would not. First
    the contacts, then their rows of index_state, each by id.
    """
    ids = sorted(contact_ids)
    db.execute(text("SELECT FROM contacts WHERE id = ANY (:ids) ORDER BY id FOR NO KEY UPDATE"), {"ids": ids})
    return _lock_states(db, ids)


def _of(query: Select[Any], org_id: int | None) -> Select[Any]:
    return query if org_id is None else query.where(tables.index_state.c.org_id == org_id)


def _lock_states(db: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Lock the rows of these contacts; the versions they have."""
    # A plain UPDATE would lock them in the order of its plan, and writers that come from the other end would deadlock.
    ordered = text(
        "SELECT contact_id, version FROM index_state WHERE contact_id = ANY (:ids)"
        " ORDER BY contact_id FOR NO KEY UPDATE"
    )
    return dict(map(tuple, db.execute(ordered, {"ids": ids})))


# Every organisation that waits has its share of a claim, so that none waits behind another's flood; what it leaves goes
# to those that have waited longest. The organisations are found by a probe of the index each: 4 ms for 1,000 of them.
# Their order only matters where there are more of them than the claim has places. Refused contacts that wait for
# another try are in no index that is read here but that of their instants: to pass over a million takes a second.
_CLAIM = text("""
    WITH RECURSIVE waiting AS (
        (SELECT org_id FROM index_state WHERE version > indexed_version AND retry_at IS NULL ORDER BY org_id LIMIT 1)
        UNION ALL
        SELECT following.org_id FROM waiting CROSS JOIN LATERAL (
            SELECT org_id FROM index_state
             WHERE version > indexed_version AND retry_at IS NULL AND org_id > waiting.org_id
             ORDER BY org_id LIMIT 1) AS following),
    retried AS MATERIALIZED (
        SELECT contact_id FROM index_state
         WHERE retry_at < statement_timestamp() AND version > indexed_version
           AND (leased_until IS NULL OR leased_until < clock_timestamp())
           AND org_id <> ALL (CAST(:without AS bigint[]))
         ORDER BY retry_at LIMIT greatest(:limit / 10, 1)
           FOR NO KEY UPDATE SKIP LOCKED),
    shared AS MATERIALIZED (
        SELECT contact_id
          FROM (SELECT org_id FROM waiting WHERE org_id <> ALL (CAST(:without AS bigint[])) ORDER BY random())
               AS organisation
         CROSS JOIN LATERAL (
               SELECT contact_id FROM index_state
                WHERE org_id = organisation.org_id AND version > indexed_version AND retry_at IS NULL
                  AND (leased_until IS NULL OR leased_until < clock_timestamp())
                ORDER BY changed_at LIMIT (SELECT greatest(:limit / count(*), 1) FROM waiting)
                  FOR NO KEY UPDATE SKIP LOCKED) AS share
         LIMIT :limit - (SELECT count(*) FROM retried)),
    oldest AS MATERIALIZED (
        SELECT contact_id FROM index_state
         WHERE version > indexed_version AND retry_at IS NULL
           AND (leased_until IS NULL OR leased_until < clock_timestamp())
           AND org_id <> ALL (CAST(:without AS bigint[])) AND contact_id NOT IN (SELECT contact_id FROM shared)
         ORDER BY changed_at LIMIT :limit - (SELECT count(*) FROM shared) - (SELECT count(*) FROM retried)
           FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE index_state
       SET lease = :lease, leased_until = clock_timestamp() + make_interval(secs => :seconds)
     WHERE contact_id = ANY (ARRAY(SELECT contact_id FROM retried UNION ALL SELECT contact_id FROM shared
                                   UNION ALL SELECT contact_id FROM oldest))
    RETURNING contact_id, statement_timestamp() AS at""")

_BEHIND = text("""
    SELECT count(*) FROM index_state
     WHERE org_id = :org AND version > indexed_version AND indexed_version BETWEEN 1 AND :fence
       AND NOT (error IS NOT NULL AND lease IS NULL AND leased_until IS NOT NULL)""")

_COMPLETE = text("""
    UPDATE index_state AS state
       SET indexed_version = greatest(state.indexed_version, written.version),
           changed_at = greatest(state.changed_at, CAST(:since AS timestamptz)),
           lease = CASE WHEN state.lease = :lease THEN NULL ELSE state.lease END,
           leased_until = CASE WHEN state.lease = :lease THEN NULL ELSE state.leased_until END,
           attempts = 0,
           error = NULL,
           retry_at = NULL
      FROM unnest(CAST(:ids AS bigint[]), CAST(:versions AS bigint[])) AS written (contact_id, version)
     WHERE state.contact_id = written.contact_id""")

_FAIL = text("""
    UPDATE index_state AS state
       SET lease = NULL,
           leased_until = refused.retry_at,
           retry_at = refused.retry_at,
           attempts = state.attempts + 1,
           -- A contact that was deleted meanwhile is to be forgotten; the reason may quote it.
           error = CASE WHEN EXISTS (SELECT FROM contacts WHERE id = state.contact_id) THEN refused.error END
      FROM (SELECT contact_id, errors.error, clock_timestamp() -- not all of them at the same moment
                   + make_interval(secs => least(2.0 ^ least(attempts, 30), :longest) * (1 - random() / 2)) AS retry_at
              FROM unnest(CAST(:ids AS bigint[]), CAST(:errors AS text[])) AS errors (contact_id, error)
              JOIN index_state USING (contact_id)) AS refused
     WHERE state.contact_id = refused.contact_id AND state.lease = :lease""")

_RELEASE = text("""
    UPDATE index_state SET lease = NULL, leased_until = NULL
     WHERE contact_id = ANY (:ids) AND lease = :lease""")
