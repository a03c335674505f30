"""The indices as people see them: where an organisation is read from, and what is being built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Known:
    """An index; `own`: only one organisation's. `done` of about `total` contacts were sent to it by what fills it.

    building: written, not read; live: read; retired: neither, to be deleted. `fault`: what the last check found to be
    the matter with it as a whole, and what to do about it.
    """

    name: str
    own: bool
    state: str
    done: int
    total: int
    created_at: datetime
    changed_at: datetime
    fault: str | None


def known(db: Connection, alias: str, org_id: int | None = None) -> tuple[Known, ...]:
    """Of an organisation its own indices and, unless it is read from one of these, the shared ones; without one, all.

    The oldest first.
    """
    return tuple(Known(*row) for row in db.execute(_KNOWN, {"alias": alias, "org": org_id}))


def record_faults(db: Connection, faults: Mapping[str, str | None]) -> Sequence[str]:
    """This is the matter with the indices of these names (None: nothing); those that were not recorded before."""
    found = {"names": list(faults), "faults": list(faults.values())}
    return [fault for fault in db.execute(_RECORD_FAULTS, found).scalars() if fault is not None]


def read_from(db: Connection, alias: str, org_id: int) -> str:
    """The name under which Elasticsearch finds the organisation's contacts: that of its own index, or the alias."""
    own = db.execute(_OWN, {"alias": alias, "org": org_id}).scalar_one_or_none()
    return alias if own is None else str(own)


_OWN = text("SELECT name FROM indices WHERE alias = :alias AND org_id = :org AND state = 'live'")

# To an organisation that moves there from its own, the shared index is being built.
_KNOWN = text("""
    WITH own AS (SELECT FROM indices WHERE alias = :alias AND org_id = :org AND state = 'live')
    SELECT name, indices.org_id IS NOT NULL,
           CASE WHEN joins.org_id IS NULL THEN indices.state ELSE 'building' END,
           coalesce(joins.done, backfill_done), coalesce(joins.total, backfill_total), created_at,
           greatest(indices.changed_at, joins.changed_at), fault
      FROM indices
      LEFT JOIN index_moves AS joins
             ON joins.index_name = name AND joins.org_id = :org AND joins.state = 'joining' AND EXISTS (TABLE own)
     WHERE alias = :alias
       AND (CAST(:org AS bigint) IS NULL OR indices.org_id = :org
            OR indices.org_id IS NULL AND (joins.org_id IS NOT NULL OR NOT EXISTS (TABLE own)))
     ORDER BY created_at""")

_RECORD_FAULTS = text("""
    UPDATE indices SET fault = found.fault
      FROM unnest(CAST(:names AS text[]), CAST(:faults AS text[])) AS found (name, fault)
     WHERE indices.name = found.name AND indices.fault IS DISTINCT FROM found.fault
    RETURNING indices.fault""")
