"""Events as clients write them: {"id", "type", "at", "amount", "currency", "channel", ...properties}."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import orjson

from mappings.errors import ServiceError
from mappings.types.base import is_missing
from store.items.problems import Problems
from store.items.rows import EventRow
from store.items.values import MOST_TEXT, epoch_seconds, minor_units
from store.texts import channel_of, event_type_of, external_id_of

AHEAD_SECONDS = 300  # clocks differ; what lies further ahead has not happened

_OWN = frozenset(("id", "type", "at", "amount", "currency", "channel", "properties"))


class EventReader:
    """Reads the events of one batch."""

    def __init__(self, now: float, taken: AbstractSet[str] = frozenset(), beside: Iterable[str] = ()) -> None:
        """`now`: the database's clock, epoch seconds; `taken`: keys that no event type may have.

        `beside`: keys of the JSON that are neither an event's own nor its properties.
        """
        self._latest = now + AHEAD_SECONDS
        self._own = _OWN.union(beside)
        self._taken = taken
        self._types: set[object] = set()  # found to be good
        self._channels: set[object] = set()

    def read(self, raw: object, pointer: str, problems: Problems) -> EventRow | None:
        """The event, or None and at least one problem."""
        if not isinstance(raw, Mapping):
            problems.add(pointer, "type", f"expected an object, not {type(raw).__name__}")
            return None
        get = raw.get
        try:
            # Most of what an import does is done here, so what is absent costs no call.
            channel, external_id, amount, currency = get("channel"), get("id"), get("amount"), get("currency")
            return EventRow(
                self._type(get("type")),
                None if channel is None else self._channel(channel),
                None if external_id is None else _external_id(external_id),
                self._at(get("at")),
                None if amount is None else _amount(amount),
                None if currency is None else _currency(currency),
                self._properties(raw),
            )
        except (ValueError, ServiceError):
            self._explain(raw, pointer, problems)
            return None

    def _explain(self, raw: Mapping[str, Any], pointer: str, problems: Problems) -> None:
        readers: dict[str, Callable[[object], object]] = {
            "type": self._type,
            "channel": self._channel,
            "id": _external_id,
            "at": self._at,
            "amount": _amount,
            "currency": _currency,
        }
        for key, read in readers.items():
            problems.attempt(f"{pointer}/{key}", read, raw.get(key))
        problems.attempt(pointer, lambda _: self._properties(raw), None)

    def _type(self, raw: object) -> str:
        key = _known(raw, event_type_of, self._types)
        if key in self._taken:
            raise ValueError(f"{key} is a behaviour and cannot be an event type")
        return key

    def _channel(self, raw: object) -> str | None:
        return None if is_missing(raw) else _known(raw, channel_of, self._channels)

    def _at(self, raw: object) -> int:
        seconds = epoch_seconds(raw)
        if seconds > self._latest:
            raise ValueError("an event is something that happened: it is dated more than 5 minutes ahead")
        return seconds

    def _properties(self, raw: Mapping[str, Any]) -> str:
        own = self._own
        found = {key: value for key, value in raw.items() if key not in own and _is_property(key, value)}
        nested = raw.get("properties")
        if nested is not None:
            if not isinstance(nested, Mapping):
                raise ValueError("properties: expected an object")
            found |= {key: value for key, value in nested.items() if _is_property(key, value)}
        return _json(found)


def _known(raw: object, read: Callable[[object], str], known: set[object]) -> str:
    if not isinstance(raw, str) or raw not in known:
        known.add(read(raw))
    assert isinstance(raw, str)
    return raw


def _external_id(raw: object) -> str | None:
    return None if is_missing(raw) else external_id_of(raw, "the id")


def _amount(raw: object) -> int | None:
    return None if is_missing(raw) else minor_units(raw)


def _currency(raw: object) -> str | None:
    if is_missing(raw):
        return None
    if isinstance(raw, str) and len(raw) == 3 and raw.isascii() and raw.isalpha():
        return raw.upper()
    raise ValueError("expected the three letters of a currency, like EUR")


def _is_property(key: str, value: object) -> bool:
    """Whether there is a value; raises ValueError for one that a property cannot have."""
    kind = type(value)
    if kind is str or kind is list:
        if kind is list and not all(type(one) in (str, int, bool) or _is_finite(one) for one in value):  # type: ignore[attr-defined]
            raise ValueError(f"{key}: a list of properties holds texts, numbers and booleans")
        return bool(value)
    if kind is int or kind is bool or _is_finite(value):
        return True
    if value is None:
        return False
    raise ValueError(f"{key}: a property is a text, a finite number, a boolean or a list of these")


def _is_finite(value: object) -> bool:
    return type(value) is float and math.isfinite(value)


def _json(properties: Mapping[str, Any]) -> str:
    """`properties` as JSON that PostgreSQL takes; raises ValueError."""
    try:
        written = orjson.dumps(properties).decode()  # kept as text: the bytes would hold a kilobyte each
    except TypeError as error:  # half of a surrogate pair, an integer beyond 64 bits
        raise ValueError(f"properties: {error}") from None
    if len(written) > MOST_TEXT:
        raise ValueError(f"{len(written):,} characters of properties; {MOST_TEXT:,} is the most")
    if "\\u0000" in written and any("\x00" in text for text in _texts(properties)):
        raise ValueError("a text cannot hold the character U+0000")
    return written


def _texts(properties: Mapping[str, Any]) -> Iterable[str]:
    for key, value in properties.items():
        yield key
        yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))
