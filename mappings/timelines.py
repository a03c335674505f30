"""How a contact's engagement is packed into multi-valued longs, and read back.

"At least k times since T" is the same question as "is the k-th newest event at or after T", so each event of a
behaviour is stored with its rank, and one range query answers any k and any T exactly. The packing functions are plain
arithmetic: they take integers or int64 arrays alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

N = TypeVar("N", bound=Any)  # int or numpy int64 array

MAX_RANK = 511  # 9 bits; a behaviour's older events are only counted
MAX_SECONDS = (1 << 32) - 1  # 2106-02-07T06:28:15Z
MAX_CODE = (1 << 22) - 1
OFFSET = 1 << 40  # amounts are stored above it, so that negative ones sort as well
MAX_AMOUNT = OFFSET - 1  # minor units

_CODE = 1 << 41
_RANK = 1 << 32
_AMOUNT_BASE = 1 << 33  # above every time


def pack_event(code: N, rank: N, seconds: N) -> N:
    """One event in `events`: code, rank (1 is the newest), epoch seconds."""
    packed: N = code * _CODE + rank * _RANK + seconds
    return packed


def pack_number(code: N, number: N) -> N:
    """A number of a behaviour, 0 to 2^41: epoch seconds in `events_first`, lifetime count in `events_count`."""
    packed: N = code * _CODE + number
    return packed


def pack_amount(code: N, minor: N) -> N:
    """An amount in minor units, between -2^40 and 2^40, in `amounts_total`, `amounts_average`, `amounts_largest`."""
    packed: N = code * _CODE + (minor + OFFSET)
    return packed


def pack_spent_from(code: N, seconds: N) -> N:
    """The lower end of a range in `amounts`: the time of the event."""
    packed: N = code * _CODE + seconds
    return packed


def pack_spent_to(code: N, minor: N) -> N:
    """The upper end of a range in `amounts`: falls as the sum since that time (minor units) grows."""
    packed: N = code * _CODE + (_AMOUNT_BASE + OFFSET - minor)
    return packed


def times(document: Mapping[str, Any], code: int) -> tuple[int, ...]:
    """Epoch seconds of the behaviour's events in the document, newest first; at most the newest 511."""
    return tuple(sorted((packed % _RANK for packed in _of(document, "events", code)), reverse=True))


def number(document: Mapping[str, Any], path: str, code: int) -> int | None:
    """What `pack_number` packed into the field `path` for this behaviour; None where the contact never did it."""
    return next((packed % _CODE for packed in _of(document, path, code)), None)


def amount(document: Mapping[str, Any], path: str, code: int) -> int | None:
    """What `pack_amount` packed into the field `path`, minor units; None where no amount is known."""
    packed = number(document, path, code)
    return None if packed is None else packed - OFFSET


def spendings(document: Mapping[str, Any], code: int) -> tuple[tuple[int, int], ...]:
    """(epoch seconds, minor units spent since then) of each event with an amount."""
    return tuple(
        (span["gte"] % _CODE, _AMOUNT_BASE + OFFSET - span["lte"] % _CODE)
        for span in document.get("amounts", ())
        if span["gte"] // _CODE == code
    )


def _of(document: Mapping[str, Any], path: str, code: int) -> list[int]:
    return [packed for packed in document.get(path, ()) if packed // _CODE == code]
