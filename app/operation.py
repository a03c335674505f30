"""How the service is: its index, and the servers that it stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.audience import IndexAway, IndexMissing
from app.service import Service, service
from runtime import queues
from store import drift, indices, state, write_set

REBUILD = "indexer.jobs.rebuild"
MOST_REFUSALS = 100  # refused contacts shown: as a rule they have one cause


def index(org_id: int) -> Mapping[str, Any]:
    """What schemas.IndexState shows: the organisation's changes on their way, the indices of all, their check."""
    with service().reading() as db:
        fresh = state.freshness(db, org_id, state.MOST_COUNTED)
        return {
            "pending": fresh.pending,
            "exact": fresh.exact,
            "lag_seconds": fresh.lag_seconds,
            "refused": state.refused(db, org_id),
            "refusals": state.refusals(db, org_id, limit=MOST_REFUSALS),
            "drift": _drift(db, org_id),
            "indices": indices.known(db, service().settings.index_prefix, org_id),
        }


def _drift(db: Connection, org_id: int) -> Mapping[str, Any]:
    passed = drift.check(db, service().settings.index_prefix)
    return {
        "checked_at": passed.finished_at if passed else None,
        "seconds": passed.finished_seconds if passed else None,
        "documents": passed.finished_checked if passed else None,
        "rebuilt": passed.rebuilt if passed else 0,
        "found": drift.findings(db, org_id),
    }


def rebuild() -> str:
    """Start building every index anew beside the one that is read now; gives the job's id.

    Asked for again before all are built, they are built once.
    """
    settings = service().settings
    with service().writing() as db:
        write_set.ask(db, settings.index_prefix)
        # Before the commit: without a queue nothing was asked for. A job that is too early is followed by the sweep's.
        return queues.enqueue(settings, queues.JOBS, REBUILD).id


def readiness() -> tuple[bool, Mapping[str, str]]:
    """Whether questions can be answered, and how each server is.

    Without the queue they can: the index falls behind until the sweep that follows its return.
    """
    found = service()
    parts = {
        "database": _state(lambda: _ask_database(found), SQLAlchemyError),
        "index": _state(found.index.check, IndexAway, IndexMissing),
        "queue": _state(lambda: queues.connect(found.settings).ping(), RedisError),
    }
    return parts["database"] == parts["index"] == "ready", parts


def _ask_database(found: Service) -> None:
    with found.engine.connect() as db:
        db.execute(text("SELECT 1"))


def _state(check: Callable[[], object], *away: type[Exception]) -> str:
    try:
        check()
    except away as error:
        return "missing" if isinstance(error, IndexMissing) else "away"
    return "ready"
