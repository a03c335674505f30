"""The record of the checks of the index: how far they are, and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, select, text, update

from store import tables

EXAMPLES = 10  # contacts named for each kind of drift


class Kind(StrEnum):
    """How a document and what it should be differ.

    MISSING: the contact has none. STALE: it is older than what the contact was recorded as indexed with. AHEAD: its
    version is higher than any that the contact had. ORPHAN: there is no such contact. WRONG_TENANT: it is under another
    organisation. DIFFERENT: the version is right and some field is not.
    """

    MISSING = "missing"
    STALE = "stale"
    AHEAD = "ahead"
    ORPHAN = "orphan"
    WRONG_TENANT = "wrong_tenant"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Check:
    """The pass under way, which has compared every contact up to `through`, and the last one that ended, if any did.

    `checked` and `finished_checked` are documents; `rebuilt` are those compared field by field since ever.
    """

    through: int
    checked: int
    began_at: datetime
    finished_at: datetime | None
    finished_checked: int | None
    finished_seconds: float | None
    rebuilt: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Drift of one kind in one organisation (0: none is known): documents found and repaired since ever.

    `examples` are some contacts of those found last, `fields` what differed in them.
    """

    org_id: int
    kind: Kind
    found: int
    repaired: int
    examples: tuple[int, ...]
    fields: tuple[str, ...]
    found_at: datetime


def check(db: Connection, alias: str) -> Check | None:
    """How far the checks of the indices behind the alias are; None before the first."""
    c = tables.drift_checks.c
    columns = (c.through, c.checked, c.began_at, c.finished_at, c.finished_checked, c.finished_seconds, c.rebuilt)
    row = db.execute(select(*columns).where(c.alias == alias)).mappings().one_or_none()
    return None if row is None else Check(**row)


def findings(db: Connection, org_id: int | None = None) -> tuple[Finding, ...]:
    """What was found, of one organisation or of all."""
    c = tables.drift_findings.c
    query = select(tables.drift_findings).order_by(c.org_id, c.kind)
    if org_id is not None:
        query = query.where(c.org_id == org_id)
    return tuple(map(_finding, db.execute(query).mappings()))


def advance(db: Connection, alias: str, *, after: int, through: int | None, checked: int, seconds: float = 0.0) -> bool:
    """The pass has come from `after` to `through` (None: to its end) and compared so many documents more in `seconds`.

    False, and nothing is recorded, where another process has moved it meanwhile.
    """
    values = {"alias": alias, "after": after, "through": through, "checked": checked, "seconds": seconds}
    db.execute(text("INSERT INTO drift_checks (alias) VALUES (:alias) ON CONFLICT DO NOTHING"), {"alias": alias})
    return bool(db.execute(_FINISH if through is None else _ADVANCE, values).rowcount)


def count_rebuilt(db: Connection, alias: str, documents: int) -> None:
    """So many documents more were built anew and compared."""
    c = tables.drift_checks.c
    db.execute(update(tables.drift_checks).where(c.alias == alias).values(rebuilt=c.rebuilt + documents))


def record(
    db: Connection,
    org_id: int,
    kind: Kind,
    *,
    found: int,
    repaired: int,
    examples: Sequence[int] = (),
    fields: Sequence[str] = (),
) -> None:
    """So many documents have drifted, and so many of them were repaired."""
    values = {"org": org_id, "kind": kind, "found": found, "repaired": repaired}
    db.execute(_RECORD, values | {"examples": list(examples[:EXAMPLES]), "fields": list(fields)})


def _finding(row: RowMapping) -> Finding:
    lists = {name: tuple(row[name]) for name in ("examples", "fields")}
    return Finding(**{**row, **lists, "kind": Kind(row["kind"])})


_ADVANCE = text("""
    UPDATE drift_checks
       SET through = :through,
           checked = CASE WHEN through = 0 THEN :checked ELSE checked + :checked END,
           began_at = CASE WHEN through = 0 THEN clock_timestamp() - make_interval(secs => :seconds) ELSE began_at END
     WHERE alias = :alias AND through = :after""")

_FINISH = text("""
    UPDATE drift_checks
       SET through = 0,
           checked = 0,
           finished_at = clock_timestamp(),
           finished_checked = checked + :checked,
           finished_seconds = CASE WHEN through = 0 THEN :seconds
                                   ELSE extract(epoch FROM clock_timestamp() - began_at) END
     WHERE alias = :alias AND through = :after""")

_RECORD = text("""
    INSERT INTO drift_findings AS known (org_id, kind, found, repaired, examples, fields)
    VALUES (:org, :kind, :found, :repaired, :examples, :fields)
    ON CONFLICT (org_id, kind) DO UPDATE
       SET found = known.found + excluded.found,
           repaired = known.repaired + excluded.repaired,
           examples = excluded.examples,
           fields = excluded.fields,
           found_at = clock_timestamp()""")
