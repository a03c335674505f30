"""Rows of PostgreSQL -> the documents of the index, exactly as mappings/index.py maps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson

from indexer.engagement import Engagement, Occurrences, pack
from indexer.membership import memberships
from indexer.outcomes import Refusal
from indexer.registry import Slots
from indexer.rows import COMPANY_FIELDS, CONTACT_FIELDS, Contact, Rows, State
from mappings.index import bucket
from mappings.standard import Standard
from mappings.text import grams
from mappings.types import ID_SET, FieldType
from mappings.types.base import is_missing


@dataclass(frozen=True, slots=True)
class Document:
    """What the index shall hold of a contact at this version: `source`, or nothing where the contact is gone."""

    contact_id: int
    version: int
    source: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Built:
    """The documents of a batch, in contact id order, and the contacts whose values make none."""

    documents: tuple[Document, ...]
    refused: tuple[Refusal, ...]


def build(rows: Rows) -> Built:
    """A document for each contact of the batch; a value that does not fit its field costs its own contact only."""
    builder = _Builder(rows)
    documents, refused = [], []
    for place, state in enumerate(rows.states):
        try:
            documents.append(Document(state.contact_id, state.version, builder.source(place, state)))
        except (TypeError, ValueError, AttributeError) as error:  # written past the checks of `store`
            refused.append(Refusal(state.contact_id, state.version, f"{type(error).__name__}: {error}"))
    return Built(tuple(documents), tuple(refused))


@dataclass(slots=True)
class _Part:
    """The properties of a contact or company, and the grams of those that have them."""

    properties: dict[str, Any]
    grams: dict[str, str]


class _Builder:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._engagement = _engagement(rows)
        self._companies: dict[int, _Part] = {}

    def source(self, place: int, state: State) -> dict[str, Any] | None:
        contact = self._rows.contacts.get(state.contact_id)
        if contact is None:
            return None
        zone = self._rows.registry.zones[state.org_id]
        part = _CONTACT.part(contact.values, zone)
        source = part.properties
        source["org_id"] = state.org_id
        source["contact_id"] = state.contact_id
        source["version"] = state.version
        source["bucket"] = bucket(state.contact_id)
        self._relate(source, state.contact_id, contact, zone)
        if custom := _custom(contact.custom, self._rows.registry.of(state.org_id, "contact"), zone):
            source["custom"] = custom
        found = part.grams
        if contact.company_id is not None:
            company = self._company(contact.company_id)
            source["company"] = company.properties
            found |= company.grams
        if found:
            source["grams"] = found
        source.update(self._engagement.of(place))
        return source

    def _company(self, company_id: int) -> _Part:
        """One for all the company's contacts in the batch."""
        if company_id not in self._companies:
            company = self._rows.companies[company_id]
            zone = self._rows.registry.zones[company.org_id]
            part = _COMPANY.part(company.values, zone)
            part.properties["id"] = company_id
            if custom := _custom(company.custom, self._rows.registry.of(company.org_id, "company"), zone):
                part.properties["custom"] = custom
            self._companies[company_id] = part
        return self._companies[company_id]

    def _relate(self, source: dict[str, Any], contact_id: int, contact: Contact, zone: ZoneInfo) -> None:
        """Owner, team and the sets of ids."""
        if contact.owner is not None:
            source["owner"] = contact.owner
        if contact.team is not None:
            source["team"] = contact.team
        for name, sets in self._rows.sets:
            if ids := sets.get(contact_id):
                _put(source, name, ids, ID_SET, zone)


def _engagement(rows: Rows) -> Engagement:
    """The packed events of the batch, by a contact's place among its states."""
    place = np.searchsorted([state.contact_id for state in rows.states], rows.events.contact)
    occurrences = Occurrences(place, rows.events.event, rows.events.seconds, rows.events.amount)
    return pack(occurrences, memberships(rows), len(rows.states))


class _Plan:
    """How the values of one object's standard fields become properties, worked out once."""

    def __init__(self, fields: Sequence[Standard]) -> None:
        self._fields = tuple(
            (
                one.key,
                one.type.index,
                one.type.companions if one.type.companion_suffixes else None,
                one.grams.removeprefix("grams.") if one.grams else None,
            )
            for one in fields
        )

    def part(self, values: Sequence[Any], zone: ZoneInfo) -> _Part:
        """Each value under its key as the index wants it; a missing value is an absent key."""
        part = _Part({}, {})
        properties = part.properties
        for (key, index, companions, grams_key), value in zip(self._fields, values, strict=True):
            if value is not None and value != "":
                properties[key] = indexed = index(value)
                if companions:
                    for suffix, companion in companions(indexed, zone).items():
                        properties[key + suffix] = companion
                if grams_key:
                    part.grams[grams_key] = grams(indexed)
        return part


_CONTACT = _Plan(CONTACT_FIELDS)
_COMPANY = _Plan(COMPANY_FIELDS)


def _custom(written: str, slots: Slots, zone: ZoneInfo) -> dict[str, Any]:
    """Custom values in their slots. Those of a deleted field are left behind."""
    found: dict[str, Any] = {}
    if slots and written != "{}":
        for key, stored in orjson.loads(written).items():
            if key in slots and not is_missing(stored):
                slot, kind = slots[key]
                _put(found, slot, stored, kind, zone)
    return found


def _put(found: dict[str, Any], key: str, stored: Any, kind: FieldType, zone: ZoneInfo) -> None:
    """The value as documents hold it, and what they keep beside it."""
    found[key] = indexed = kind.index(stored)
    if kind.companion_suffixes:
        for suffix, companion in kind.companions(indexed, zone).items():
            found[key + suffix] = companion
