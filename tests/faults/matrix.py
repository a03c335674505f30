"""The faults by name, and the run through them."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.faults import databases, outages, rebuilds, workers
from tests.faults.stage import Stage
from tests.proxy import Act

Fault = Callable[[Stage], None]

# The one fault that the sync cannot know of: the check of the index against the database heals it.
_BEHIND_ITS_BACK = "elasticsearch-restored-from-an-older-state"

FAULTS: dict[str, Fault] = {
    "worker-killed-after-claim": workers.killed_after_claim,
    "worker-killed-after-build": workers.killed_after_build,
    "worker-killed-in-mid-bulk": workers.killed_in_mid_bulk,
    "worker-killed-after-the-answer": workers.killed_after_the_answer,
    "two-workers-on-one-contact": workers.two_workers_on_one_contact,
    "late-stale-writes-after-a-delete": workers.late_stale_writes_after_a_delete,
    "redis-stopped": outages.redis_stopped,
    "redis-emptied": outages.redis_emptied,
    "redis-out-of-memory": outages.redis_out_of_memory,
    "redis-read-only": outages.redis_read_only,
    "elasticsearch-stopped-for-30-s": outages.elasticsearch_stopped,
    "elasticsearch-resetting-connections": outages.elasticsearch_resetting_connections,
    "elasticsearch-answering-429": outages.elasticsearch_answering(429),
    "elasticsearch-answering-503": outages.elasticsearch_answering(503),
    "elasticsearch-refusing-1-of-500": outages.elasticsearch_refusing_one,
    "elasticsearch-read-only": outages.elasticsearch_read_only,
    "elasticsearch-full": outages.elasticsearch_full,
    _BEHIND_ITS_BACK: outages.elasticsearch_restored,
    "postgres-lost-before-a-claim-is-committed": databases.lost_at_the_claim(Act.LOSE),
    "postgres-lost-after-a-claim-is-committed": databases.lost_at_the_claim(Act.LOSE_ANSWER),
    "postgres-lost-before-a-record-is-committed": databases.lost_at_the_record(Act.LOSE),
    "postgres-lost-after-a-record-is-committed": databases.lost_at_the_record(Act.LOSE_ANSWER),
    "postgres-ending-all-connections": databases.terminated,
    "postgres-serialisation-failure": databases.serialisation_failure,
    "clock-of-postgres-ahead": databases.clock_skew(+3),
    "clock-of-postgres-behind": databases.clock_skew(-3),
    "rebuild-with-contacts-changing": rebuilds.contacts_changing,
    **{f"rebuild-killed-{at}": rebuilds.killed(at) for at in rebuilds.KILLED_AT},
    "rebuild-aborted": rebuilds.aborted,
    "rebuild-whose-swap-fails": rebuilds.swap_failing,
    "move-apart-killed-in-mid-bulk": rebuilds.killed("in-mid-bulk", "move", "--org", "organisation 0"),
    "move-apart-killed-at-its-check": rebuilds.killed("at-its-check", "move", "--org", "organisation 1"),
    "move-back-killed-in-mid-bulk": rebuilds.killed("in-mid-bulk", "move", "--org", "organisation 0", "--shared"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a fault ended. `healed` are the seconds from its end until index and database were equal."""

    name: str
    seconds: float
    healed: float | None
    reason: str = ""

    def line(self) -> str:
        if self.healed is None:
            return f"FAILED  {self.name:<44} {self.seconds:6.1f} s  {self.reason}"
        return f"ok      {self.name:<44} {self.seconds:6.1f} s  equal after {self.healed:.1f} s"


def run(stage: Stage, names: Iterable[str]) -> Iterator[Verdict]:
    """Each fault, and whether the index equals the database afterwards."""
    for name in names:
        yield _verdict(stage, name)


def _verdict(stage: Stage, name: str) -> Verdict:
    stage.service.forgive()
    begun, drifted = time.monotonic(), stage.drifted()
    try:
        FAULTS[name](stage)
        healed = stage.until_equal()
        lost = stage.drifted() - drifted
        assert not lost or name == _BEHIND_ITS_BACK, f"{lost} documents were lost on their way, and found by the check"
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the verdict on this fault, and others follow
        traceback.print_exc()
        return Verdict(name, time.monotonic() - begun, None, f"{type(error).__name__}: {error}")
    return Verdict(name, time.monotonic() - begun, healed)
