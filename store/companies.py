"""Companies, written in batches."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from store import custom_fields, turns
from store.items.batches import in_order, read_each
from store.items.companies import CompanyReader
from store.items.problems import collected
from store.items.rows import CompanyRow
from store.outcomes import Outcome
from store.writing import companies as writing


def write(db: Connection, org_id: int, items: Sequence[object]) -> tuple[Outcome, ...]:
    """Create or update companies by external_id or else name; an outcome for each item, in their order.

    Where a company comes twice the last item counts, value by value, and both have its outcome.
    """
    turns.batch(db, org_id)
    reader = CompanyReader(custom_fields.all_of(db, org_id))
    rows, refused = read_each(items, lambda item: _read(reader, item))
    written = writing.write_each(db, org_id, rows.values())
    outcomes = (Outcome(index, *written[row.external_id]) for index, row in rows.items())
    return in_order((*refused.values(), *outcomes))


def _read(reader: CompanyReader, item: object) -> CompanyRow:
    with collected() as problems:
        row = reader.read(item, "#", problems)
    assert row is not None
    return row
