"""How the service is: its index, and the servers that it stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.audience import IndexAway, IndexMissing
from app.service import Service, service
from runtime import queues
from store import state, tables

REBUILD = "indexer.jobs.rebuild"


def index(org_id: int) -> Mapping[str, Any]:
    """What schemas.IndexState shows: the organisation's changes on their way, and the indices of all."""
    pending = tables.index_state.c
    refused = select(func.count()).where(pending.org_id == org_id, pending.error.is_not(None))
    built = tables.indices.c
    listed = select(
        built.name,
        built.state,
        built.backfill_done.label("done"),
        built.backfill_total.label("total"),
        built.created_at,
        built.changed_at,
    )
    with service().reading() as db:
        fresh = state.freshness(db, org_id)
        return {
            "pending": fresh.pending,
            "lag_seconds": fresh.lag_seconds,
            "refused": db.execute(refused).scalar_one(),
            "indices": db.execute(
                listed.where(built.alias == service().settings.index_prefix).order_by(built.created_at)
            ).all(),
        }


def rebuild() -> str:
    """Start building the index anew beside the one that is read now; gives the job's id.

    Asked for twice, it is built once: the second job finds another index being read.
    """
    settings = service().settings
    built = tables.indices.c
    live = select(built.name).where(built.alias == settings.index_prefix, built.state == "live")
    with service().reading() as db:
        replacing = db.execute(live).scalar_one_or_none() or ""
    return queues.enqueue(settings, queues.JOBS, REBUILD, replacing=replacing).id


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
