"""Single contacts that change all the time, each a transaction of its own."""

from __future__ import annotations

import random

from arrivals import watched
from figures import aim, share, spread
from pace import Act, paced
from sqlalchemy import select, text

from indexer.connections import Connections
from runtime.queues import wake_index
from store import state
from store.tables import contacts

WRITERS = 4
AIM_SECONDS = 3.0
_CHANGE = text("UPDATE contacts SET job_title = :title WHERE id = :id")


def measure(connections: Connections, rate: float, seconds: float) -> int:
    """Print how long changes take from commit to found; the errors there were. Workers run."""
    with connections.engine.connect() as db:
        ids = list(db.execute(select(contacts.c.id)).scalars())
    random.Random(1).shuffle(ids)
    with watched(connections) as arrivals:

        def act() -> Act:
            def change(number: int) -> None:
                contact_id = ids[number % len(ids)]
                with connections.engine.begin() as db:
                    db.execute(_CHANGE, {"title": f"Title {number}", "id": contact_id})
                    version = state.versions(db, [contact_id])[contact_id]
                arrivals.committed(contact_id, version)
                wake_index(connections.settings)

            return change

        done = paced(WRITERS, rate, seconds, act)
    print(
        f"  {len(done.took):,} contacts changed in {done.seconds:.0f} s, {done.rate:.0f}/s, each in a transaction of"
        f" its own, which took {1000 * share(done.took, 0.5):.1f} ms\n"
        f"  from commit to found: {spread(arrivals.seconds)}"
    )
    kept_up = done.rate > 0.98 * rate and share(arrivals.seconds, 0.95) < AIM_SECONDS
    aim(f"{rate:.0f} changed contacts/s, 95 % of them found in less than {AIM_SECONDS:.0f} s", met=kept_up)
    for error, times in done.errors.items():
        print(f"    {times} times {error}")
    return done.errors.total()
