"""Companies, of a batch of their own or named by contacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, text

from store import state, tables
from store.items.rows import CompanyRow
from store.outcomes import Status
from store.writing import objects, staging

_TARGET = "staged_companies (external_id, patch, custom)"


def merged(rows: Iterable[CompanyRow]) -> Iterable[CompanyRow]:
    """One row for each company; where several say something, the last one counts, value by value."""
    found: dict[str, CompanyRow] = {}
    for row in rows:
        before = found.get(row.external_id)
        found[row.external_id] = row if before is None else _merge(before, row)
    return found.values()


def _merge(before: CompanyRow, row: CompanyRow) -> CompanyRow:
    return CompanyRow(row.external_id, {**before.patch, **row.patch}, {**before.custom, **row.custom})


def make(db: Connection, org_id: int, rows: Iterable[CompanyRow]) -> Mapping[str, int]:
    """The companies are staged and exist, as yet without what is new about them; their ids by external id."""
    staging.copy(db, _TARGET, _lines(merged(rows)))
    objects.make(db, tables.companies, org_id)
    return dict(map(tuple, db.execute(_IDS)))


def lock(db: Connection, contact_ids: Iterable[int] = ()) -> dict[int, int]:
    """Take what updating the staged companies, and these contacts, will need; the contacts' versions as they are.

    Companies first, then the contacts, then their rows of index_state, each by id.
    """
    db.execute(_LOCK)
    changed = objects.differing(db, tables.companies)
    theirs = db.execute(_CONTACTS, {"ids": changed}).scalars() if changed else ()
    return state.lock(db, {*theirs, *contact_ids})


def write_each(db: Connection, org_id: int, rows: Iterable[CompanyRow]) -> dict[str, tuple[int, Status]]:
    """The companies are stored; the id of each and what became of it, by external id."""
    staging.prepare(db)
    make(db, org_id, rows)
    lock(db)
    changed = set(objects.update(db, tables.companies))
    return {
        external_id: (id_, "created" if created else "updated" if id_ in changed else "unchanged")
        for external_id, id_, created in db.execute(_WRITTEN)
    }


def _lines(rows: Iterable[CompanyRow]) -> Iterator[str]:
    for row in rows:
        yield f"{staging.text(row.external_id)}\t{staging.encoded(row.patch)}\t{staging.encoded(row.custom)}\n"


_LOCK = text("""
    SELECT FROM companies WHERE id = ANY (ARRAY(SELECT id FROM staged_companies)) ORDER BY id FOR NO KEY UPDATE""")

_CONTACTS = text("SELECT id FROM contacts WHERE company_id = ANY (:ids)")

_WRITTEN = text("SELECT external_id, id, created FROM staged_companies")

_IDS = text("SELECT external_id, id FROM staged_companies")
