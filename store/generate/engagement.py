"""Events, as COPY's binary format: whole arrays become bytes, no row is touched by Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from store.generate import vocabulary as words
from store.generate.catalogue import Ids
from store.generate.people import Dice

COLUMNS = ("contact_id", "event_type_id", "channel_id", "at", "amount", "currency", "properties")
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

_POSTGRES_EPOCH = 946_684_800  # PostgreSQL counts instants in microseconds from 2000-01-01
_DAY = 86_400
_MEAN = 18  # events of a contact, on average
_BUSY = 700  # page views of the one contact in 20,000 that never sleeps

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Events of one kind, whose fields are all of the same width."""

    contact: Integers
    seconds: Integers
    amount: Integers | None
    properties: bytes


def rows(dice: Dice, ids: Ids, contacts: Integers, first: int, ages: NDArray[np.float64], now: int) -> Iterator[bytes]:
    """The events of these contacts, numbered from `first`: none for some, many for few, denser towards `now`."""
    counts = dice.negative_binomial(0.9, 0.9 / (0.9 + _MEAN), len(contacts))
    owner = np.repeat(np.arange(len(contacts)), counts)
    shares = np.array([kind.share for kind in words.EVENTS])
    kinds = dice.choice(len(words.EVENTS), size=len(owner), p=shares / shares.sum())
    back = (dice.random(len(owner)) ** 1.6 * ages[owner] * _DAY).astype(np.int64)
    for number, kind in enumerate(words.EVENTS):
        mine = kinds == number
        yield from _kind(dice, ids, kind, contacts[owner[mine]], now - 60 - back[mine])
    busy = contacts[(np.arange(len(contacts)) + first) % 20_000 == 77]
    seconds = now - dice.integers(60, 300 * _DAY, len(busy) * _BUSY)
    yield _pack(ids, words.EVENTS[3], _Rows(np.repeat(busy, _BUSY), seconds, None, b"{}"))


def _kind(dice: Dice, ids: Ids, kind: words.EventKind, contact: Integers, seconds: Integers) -> Iterator[bytes]:
    if not kind.paid:
        yield _pack(ids, kind, _Rows(contact, seconds, None, b"{}"))
        return
    amount = np.maximum(50, dice.lognormal(8.2, 0.9, len(contact))).astype(np.int64)
    variants = dice.integers(0, 2 * len(words.CATEGORIES), len(contact))
    for number in range(2 * len(words.CATEGORIES)):
        coupon = 5 if number % 2 else 0
        properties = orjson.dumps({"category": words.CATEGORIES[number // 2], "coupon_discount": coupon})
        mine = variants == number
        yield _pack(ids, kind, _Rows(contact[mine], seconds[mine], amount[mine], properties))


def _pack(ids: Ids, kind: words.EventKind, events: _Rows) -> bytes:
    """The rows' bytes: for each field its length (-1 is null) and its value, big-endian."""
    fields: list[tuple[str, Any, Any]] = [("fields", ">i2", len(COLUMNS))]
    numbers: dict[str, Any] = {
        "contact_id": events.contact,
        "event_type_id": ids.event_types[kind.key],
        "channel_id": ids.channels[kind.channel],
        "at": (events.seconds - _POSTGRES_EPOCH) * 1_000_000,
        "amount": events.amount,
    }
    for name, value in numbers.items():
        fields.append((f"{name}_size", ">i4", -1 if value is None else 8))
        if value is not None:
            fields.append((name, ">i8", value))
    currency = None if events.amount is None else b"USD"
    for name, text in (
        ("currency", currency),
        ("properties", b"\1" + events.properties),
    ):  # jsonb begins with its version
        fields.append((f"{name}_size", ">i4", -1 if text is None else len(text)))
        if text is not None:
            fields.append((name, f"S{len(text)}", text))
    packed = np.empty(len(events.contact), dtype=[(name, form) for name, form, _ in fields])
    for name, _, value in fields:
        packed[name] = value
    return packed.tobytes()
