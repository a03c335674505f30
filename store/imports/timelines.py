"""Events of a file, made complete: times with an offset, an id for each."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import orjson

from mappings.types.base import is_missing
from store.imports.coercion import Localise


def complete(external_id: object, events: list[Any], localise: Localise) -> None:
    """Change the events of one contact in place.

    An event without an id gets one made from all that is known of it, so that importing the file again adds nothing;
    among equal ones the second, third and so on are events of their own.
    """
    seen: Counter[bytes] = Counter()
    for event in events:
        if not isinstance(event, dict):
            continue
        at = event.get("at")
        if isinstance(at, str) and not at.endswith("Z"):
            event["at"] = localise(at)
        if is_missing(event.get("id")):
            written = orjson.dumps([external_id, event], option=orjson.OPT_SORT_KEYS)
            event["id"] = _id(written, seen[written])
            seen[written] += 1


def _id(written: bytes, nth: int) -> str:
    return f"import-{hashlib.blake2b(b'%d %b' % (nth, written), digest_size=12).hexdigest()}"
