"""Workers that are killed, and workers that are late."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import text

from tests.faults.requests import BULK, REFRESH
from tests.faults.stage import Stage
from tests.proxy import Act


def killed_after_claim(stage: Stage) -> None:
    """The contacts are leased, their rows not yet read: a table that they need is locked."""
    with stage.engine.begin() as db:
        db.execute(text("LOCK TABLE contact_channels IN ACCESS EXCLUSIVE MODE"))
        stage.world.update(stage.world.sample(40))
        stage.wake()
        stage.until(lambda: stage.leased() > 0, "contacts are claimed")
        stage.service.kill()


def killed_after_build(stage: Stage) -> None:
    """The documents are built, and nothing of them has left for Elasticsearch."""
    with stage.to_elasticsearch.trap(BULK, Act.HOLD) as trap:
        stage.change()
        stage.sprung(trap)
        stage.service.kill()


def killed_in_mid_bulk(stage: Stage) -> None:
    """Of two batches, Elasticsearch has one and half of the other's request."""
    with stage.to_elasticsearch.trap(BULK, Act.HOLD_HALF, passing=1) as trap:
        stage.world.update(stage.world.contacts())
        stage.wake()
        stage.sprung(trap)
        stage.service.kill()


def killed_after_the_answer(stage: Stage) -> None:
    """Elasticsearch has said that all is written, and no row of index_state says so."""
    with stage.to_elasticsearch.trap(REFRESH, Act.HOLD) as trap:
        stage.change()
        stage.sprung(trap)
        stage.service.kill()
    assert stage.leased()


def two_workers_on_one_contact(stage: Stage) -> None:
    """One is so slow that its lease ends; another sends newer documents; then the slow one's request arrives."""
    _overtaken(stage, stage.world.update)


def late_stale_writes_after_a_delete(stage: Stage) -> None:
    """As above, but the contacts were deleted meanwhile."""
    _overtaken(stage, stage.world.delete)


def _overtaken(stage: Stage, change: Callable[[list[int]], None]) -> None:
    with stage.second_worker(), stage.to_elasticsearch.trap(BULK, Act.HOLD) as trap:
        contacts = stage.world.sample(10)
        stage.world.update(contacts)
        stage.wake()
        stage.sprung(trap)
        change(contacts)
        stage.wake()
        stage.until(lambda: stage.pending() == 0, "the other worker takes over")
        trap.open(let_through=True)
        stage.until_answered(trap)
