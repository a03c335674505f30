"""Which events belong to which behaviours."""

from __future__ import annotations

import numpy as np
import orjson

from indexer.columns import Integers
from indexer.engagement import Memberships
from indexer.registry import Declared
from indexer.rows import Rows


def memberships(rows: Rows) -> Memberships:
    """An event belongs to its event type's behaviour, to the declared ones that it meets, and, where the contact acted,
    to `any` and to any on its channel.
    """
    events, registry = rows.events, rows.registry
    any_act = registry.acts.find(events.event_type)
    parts = [
        _having(registry.event_types.find(events.event_type)),
        _having(any_act),
        _having(np.where(any_act > 0, registry.channels.find(events.channel), 0)),
        *(_meeting(rows, declared) for declared in registry.declared),
    ]
    return Memberships(
        row=np.concatenate([part.row for part in parts]), code=np.concatenate([part.code for part in parts])
    )


def _having(codes: Integers) -> Memberships:
    """One code for each event, or 0 where it has none."""
    row = np.flatnonzero(codes)
    return Memberships(row, codes[row])


def _meeting(rows: Rows, declared: Declared) -> Memberships:
    """The events that meet a declared behaviour."""
    row = np.array(
        [
            place
            for place in np.flatnonzero(rows.events.event_type == declared.event_type).tolist()
            if _holds(declared, rows, int(rows.events.event[place]))
        ],
        dtype=np.int64,
    )
    return Memberships(row, np.full_like(row, declared.code))


def _holds(declared: Declared, rows: Rows, event: int) -> bool:
    details = rows.details[event]
    return declared.condition.holds(
        amount=details.amount, channel=details.channel, properties=orjson.loads(details.properties)
    )
