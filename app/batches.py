"""Batches of contact data, in one transaction, with an outcome for each item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from app.service import service
from app.writes import receipt
from store import state
from store.outcomes import Outcome

Write = Callable[[Connection, int, Sequence[object]], tuple[Outcome, ...]]

STATUSES = ("created", "updated", "unchanged", "refused")


def write(org_id: int, write_to: Write, items: Sequence[object]) -> Mapping[str, Any]:
    """What schemas.Outcomes shows."""
    with service().writing() as db:
        outcomes = write_to(db, org_id, items)
        fresh = state.freshness(db, org_id, state.MOST_COUNTED)
    counts: Counter[str] = Counter(outcome.status for outcome in outcomes)
    return {"outcomes": outcomes, "receipt": receipt(fresh)} | {status: counts[status] for status in STATUSES}
