"""What the organisations of a batch have declared: where custom fields are kept and which behaviours there are."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, select, text

from indexer.columns import Integers
from mappings.fields import Named
from mappings.index import OBJECTS
from mappings.types import TYPES, FieldType
from segments.events import EventCondition, parse_event_condition
from store.holding import Organisations
from store.tables import custom_fields

Slots = Mapping[str, tuple[str, FieldType]]
"""Of an organisation's contacts or companies: custom field key -> where documents keep it, and its type."""


Widths = Mapping[str, Mapping[str, int]]
"""How many slots of each kind there are or must be: {"contact": {"keyword": 16, ...}, "company": {...}}."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Ids, ascending, and a code for each; 0 stands for none."""

    ids: Integers
    codes: Integers

    @classmethod
    def of(cls, codes: Mapping[int, int]) -> Lookup:
        ids = sorted(codes)
        return cls(np.array(ids, dtype=np.int64), np.array([codes[one] for one in ids], dtype=np.int64))

    def find(self, ids: Integers) -> Integers:
        """The code of each id."""
        if not len(self.ids):
            return np.zeros_like(ids)
        place = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[place] == ids, self.codes[place], 0)


@dataclass(frozen=True, slots=True)
class Declared:
    """A behaviour that an organisation declared: events of one type that meet a condition."""

    code: int
    event_type: int
    condition: EventCondition


@dataclass(frozen=True, slots=True)
class Registry:
    """Of each organisation: its time zone and custom fields. Of each event type: its own behaviour and, where the
    contact acts, the organisation's `any`. Of each channel: any on it.
    """

    zones: Mapping[int, ZoneInfo]
    slots: Mapping[tuple[int, str], Slots]
    event_types: Lookup
    acts: Lookup
    channels: Lookup
    declared: tuple[Declared, ...]

    def of(self, org_id: int, kind: str) -> Slots:
        """The custom fields of the organisation's contacts or companies."""
        return self.slots.get((org_id, kind), {})

    def widths(self, org_ids: Container[int]) -> Widths:
        """The slots that the documents of these organisations may use."""
        theirs = ((owner, slots) for (org_id, owner), slots in self.slots.items() if org_id in org_ids)
        return widths((owner, slot) for owner, slots in theirs for slot, _ in slots.values())


def read_widths(db: Connection, organisations: Organisations) -> Widths:
    """The slots that the documents of these organisations may use, as they are declared now."""
    c = custom_fields.c
    used = select(c.object, c.slot).where(organisations.chosen(c.org_id)).distinct()
    return widths((owner, slot) for owner, slot in db.execute(used))


def widths(used: Iterable[tuple[str, str]]) -> Widths:
    """The number of slots of each kind that has room for these: ("contact", "keyword_3") asks for four."""
    counts: dict[str, dict[str, int]] = {owner: {} for owner in OBJECTS}
    for owner, slot in used:
        kind, _, number = slot.rpartition("_")
        counts[owner][kind] = max(counts[owner].get(kind, 0), int(number) + 1)
    return counts


def read_registry(db: Connection, org_ids: Iterable[int]) -> Registry:
    """What these organisations have declared."""
    organisations = {"organisations": sorted(org_ids)}
    slots: dict[tuple[int, str], dict[str, tuple[str, FieldType]]] = {}
    for org_id, kind, key, slot, type_name in db.execute(_CUSTOM_FIELDS, organisations):
        slots.setdefault((org_id, kind), {})[key] = (slot, TYPES[type_name])
    event_types, acts, channels, declared = {}, {}, {}, []
    for kind, code, any_code, event_type, channel, condition in db.execute(_BEHAVIOURS, organisations):
        match kind:
            case "event_type":
                event_types[event_type] = code
                if any_code is not None:
                    acts[event_type] = any_code
            case "channel":
                channels[channel] = code
            case "declared":
                declared.append(Declared(code, event_type, _condition(condition)))
    zones = {number: ZoneInfo(zone) for number, zone in db.execute(_ZONES, organisations)}
    return Registry(zones, slots, Lookup.of(event_types), Lookup.of(acts), Lookup.of(channels), tuple(declared))


@lru_cache(maxsize=4_096)  # what a declared behaviour means never changes, and parsing takes longer than evaluating
def _condition(written: str) -> EventCondition:
    tree = orjson.loads(written)
    # Any channel named there will do: events keep none that was deleted, so such a rule holds for none of them.
    return parse_event_condition(tree, [Named(one, str(one)) for one in sorted(set(_channels(tree)))])


def _channels(tree: Any) -> Iterator[int]:
    """The ids that the rules on `channel` compare with."""
    if tree.get("field") == "channel":
        value = tree.get("value")
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int))
    for rule in tree.get("rules", ()):
        yield from _channels(rule)


_ORGANISATIONS = bindparam("organisations", type_=ARRAY(BigInteger))
_ZONES = text("SELECT id, time_zone FROM organisations WHERE id = ANY (:organisations)").bindparams(_ORGANISATIONS)
_CUSTOM_FIELDS = text(
    "SELECT org_id, object, key, slot, type FROM custom_fields WHERE org_id = ANY (:organisations)"
).bindparams(_ORGANISATIONS)
# any_code: `any` of the organisation, for event types in which the contact acts.
_BEHAVIOURS = text(
    """SELECT b.kind, b.code, every.code, b.event_type_id, b.channel_id, b.condition::text
       FROM behaviours b
       LEFT JOIN event_types t ON t.id = b.event_type_id AND t.actor = 'contact'
       LEFT JOIN behaviours every ON every.org_id = t.org_id AND every.kind = 'any'
       WHERE b.org_id = ANY (:organisations) AND b.kind <> 'any'"""
).bindparams(_ORGANISATIONS)
