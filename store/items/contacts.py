"""Contacts as clients write them; docs/import.md describes the format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

from mappings.fields import Custom
from mappings.types.base import is_missing
from store.items.companies import CompanyReader
from store.items.events import EventReader
from store.items.problems import Problems, collected, escaped
from store.items.properties import Coerce, PropertyReader, entries
from store.items.rows import ChannelState, CompanyRow, ContactRow, EventRow, Owner
from store.texts import channel_of, external_id_of, name_of

KEYS = (
    "external_id",
    "properties",
    "custom",
    "tags",
    "channels",
    "company",
    "owner",
    "team",
    "events",
    "created_at",
    "updated_at",
)

CHANNEL_STATES = {
    "subscribed": ChannelState(reachable=True, unsubscribed=False),
    "unsubscribed": ChannelState(reachable=True, unsubscribed=True),
    "unreachable": ChannelState(reachable=False, unsubscribed=False),
}

_ABSENT = object()

T = TypeVar("T")


class ContactReader:
    """Reads the contacts of one organisation."""

    def __init__(
        self, custom: Iterable[Custom], now: float, taken: AbstractSet[str] = frozenset(), coerce: Coerce | None = None
    ) -> None:
        """`now`: the database's clock, epoch seconds; `taken`: keys that no event type may have."""
        fields = tuple(custom)
        self._properties = PropertyReader("contact", fields, coerce)
        self._companies = CompanyReader(fields, coerce)
        self._events = EventReader(now, taken)

    def read(self, raw: object) -> ContactRow:
        """The contact; raises RefusedItem with every problem."""
        with collected() as problems:
            if not isinstance(raw, Mapping):
                problems.add("#", "type", f"expected an object, not {type(raw).__name__}")
                problems.raise_any()
            assert isinstance(raw, Mapping)
            for key in raw.keys() - KEYS:
                problems.add(f"#/{escaped(key)}", "unknown", f"there is no {key!r} in a contact", KEYS)
            row = self._row(raw, problems)
        assert row is not None
        return row

    def _row(self, raw: Mapping[str, Any], problems: Problems) -> ContactRow | None:
        named, keyed = raw.get("properties"), raw.get("custom")
        patch, custom = self._properties.read(named, "#/properties", keyed, "#/custom", problems)
        patch |= self._instants(raw, problems)
        company = self._company(raw.get("company", _ABSENT), patch, problems)
        owner = _reference(raw, "owner", _owner, patch, problems)
        team = _reference(raw, "team", lambda name: name_of(name, "a team"), patch, problems)
        external_id = problems.attempt("#/external_id", external_id_of, raw.get("external_id"))
        tags = problems.attempt("#/tags", _tags, raw["tags"]) if "tags" in raw else None
        channels = _channels(raw["channels"], problems) if "channels" in raw else None
        events = self._timeline(raw.get("events"), problems)
        if external_id is None:
            return None
        return ContactRow(external_id, patch, custom, tags, channels, company, owner, team, events)

    def _instants(self, raw: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
        flat = {key: raw[key] for key in ("created_at", "updated_at") if key in raw}
        return self._properties.read_named(flat, "#", problems)[0] if flat else {}

    def _company(self, raw: object, patch: dict[str, Any], problems: Problems) -> CompanyRow | None:
        if raw is _ABSENT:
            return None
        if raw is None or raw == {}:
            patch["company_id"] = None
            return None
        return self._companies.read(raw, "#/company", problems)

    def _timeline(self, raw: object, problems: Problems) -> tuple[EventRow, ...]:
        if is_missing(raw):
            return ()
        if not isinstance(raw, list):
            problems.add("#/events", "type", f"expected a list, not {type(raw).__name__}")
            return ()
        read = self._events.read
        rows = [read(one, f"#/events/{place}", problems) for place, one in enumerate(raw)]
        return tuple(row for row in rows if row is not None)


def _reference(
    raw: Mapping[str, Any], key: str, read: Callable[[object], T], patch: dict[str, Any], problems: Problems
) -> T | None:
    if key not in raw:
        return None
    if is_missing(raw[key]):
        patch[f"{key}_id"] = None
        return None
    return problems.attempt(f"#/{key}", read, raw[key])


def _owner(raw: object) -> Owner:
    """An owner by e-mail address, or by {"email", "name"}."""
    written: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {"email": raw}
    email = name_of(written.get("email"), "an owner's e-mail")
    if "@" not in email:
        raise ValueError(f"an owner is known by an e-mail address, not {email!r}")
    return Owner(email, name_of(written.get("name") or email, "an owner's name"))


def _tags(raw: object) -> tuple[str, ...]:
    if is_missing(raw):
        return ()
    if not isinstance(raw, list):
        raise ValueError(f"expected a list of names, not {type(raw).__name__}")
    return tuple(dict.fromkeys(name_of(name, "a tag") for name in raw))


def _channels(raw: object, problems: Problems) -> dict[str, ChannelState | None]:
    found: dict[str, ChannelState | None] = {}
    for key, state in entries(raw, "#/channels", problems):
        pointer = f"#/channels/{escaped(key)}"
        if state is not None and not (isinstance(state, str) and state in CHANNEL_STATES):
            problems.add(pointer, "value", "expected the state of the channel, or null to remove it", CHANNEL_STATES)
        elif problems.attempt(pointer, channel_of, key):
            found[key] = None if state is None else CHANNEL_STATES[state]
    return found
