"""The settings and the mapping of the index, and the fingerprint by which a worker knows its own contract.

`python -m mappings.index` renders contacts.json, which is committed so that a change of the mapping is seen in review.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from mappings import types
from mappings.standard import STANDARD
from mappings.types import FieldType

BUCKETS = 10_000  # the unit of samples, export partitions and drift checks
OBJECTS = ("contact", "company")
RENDERED = Path(__file__).with_name("contacts.json")

# Raised when documents must be rewritten though the mapping is the same: another meaning, another packing.
CONTRACT = 1

# Slots that a new index begins with; more are added live when an organisation needs them.
SLOTS: Mapping[str, int] = {"keyword": 16, "double": 8, "date": 8, "boolean": 8}

# The type that maps a kind of slot: the one that keeps the most beside its value.
_SLOT_TYPES = {
    "keyword": types.MULTI_CHOICE,
    "double": types.NUMBER,
    "date": types.DATE,
    "boolean": types.BOOLEAN,
}
_LONG = {"type": "long"}
_ID = {"type": "keyword"}
PACKED = ("events", "events_first", "events_count", "amounts_total", "amounts_average", "amounts_largest")
_GRAMS = {"type": "text", "analyzer": "whitespace", "norms": False, "index_options": "positions"}

N = TypeVar("N", bound=Any)  # int or numpy int64 array


def bucket(contact_id: N) -> N:
    """The bucket, 0 to 9,999, of a contact; takes an integer or an int64 array (Knuth's multiplicative hash)."""
    hashed: N = (contact_id % 2**32 * 2_654_435_761 % 2**32) % BUCKETS
    return hashed


def settings(*, shards: int = 1, replicas: int = 0, refresh: str = "1s") -> dict[str, Any]:
    """The settings of a new index."""
    return {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "refresh_interval": refresh,
        # An organisation's contacts stand together on disk, and a sample's together within them.
        "sort.field": ["org_id", "bucket"],
        "sort.order": ["asc", "asc"],
        # A late write cannot bring a deleted contact back for this long.
        "gc_deletes": "1h",
        # Slots of organisations with many custom fields; Elasticsearch stops at 1,000 by default.
        "mapping.total_fields.limit": 5_000,
    }


def mapping(slots: Mapping[str, Mapping[str, int]] | None = None) -> dict[str, Any]:
    """The mapping with so many slots of each kind: {"contact": {"keyword": 16, ...}, "company": {...}}."""
    wanted = slots or dict.fromkeys(OBJECTS, SLOTS)
    properties = _properties()
    properties["custom"] = {"properties": slot_properties(wanted["contact"])}
    properties["company"]["properties"]["custom"] = {"properties": slot_properties(wanted["company"])}
    return {
        "dynamic": "strict",
        "_meta": {"fingerprint": fingerprint()},
        # Derived and large: found and counted by, never shown.
        "_source": {"excludes": ["events*", "amounts*", "grams"]},
        "properties": properties,
    }


def slot_properties(counts: Mapping[str, int]) -> dict[str, Any]:
    """The mapped slots, keyword_0 and so on, each with what its type keeps beside the value."""
    slots = {f"{kind}_{number}": _SLOT_TYPES[kind] for kind, count in counts.items() for number in range(count)}
    return _mapped(slots)


def _mapped(fields: Mapping[str, FieldType]) -> dict[str, Any]:
    companions = {
        f"{name}{suffix}": {"type": "integer"} for name, kind in fields.items() for suffix in kind.companion_suffixes
    }
    return {name: kind.mapping() for name, kind in fields.items()} | companions


def fingerprint() -> str:
    """The same as long as documents mean the same; the number of slots may grow without changing it."""
    content = json.dumps([CONTRACT, _properties(), _ONE_SLOT_EACH], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


_ONE_SLOT_EACH = slot_properties(dict.fromkeys(_SLOT_TYPES, 1))


def _properties() -> dict[str, Any]:
    standard = _mapped({one.name: one.type for one in STANDARD})
    return {
        "org_id": _LONG,
        "contact_id": _LONG,
        "version": _LONG,
        "bucket": {"type": "integer"},
        "owner": _ID,
        "team": _ID,
        **{name: mapped for name, mapped in standard.items() if "." not in name},
        "company": {"properties": {"id": _ID} | _below("company.", standard)},
        **_mapped(dict.fromkeys(("tags", "lists", "channels", "unsubscribed"), types.ID_SET)),
        **dict.fromkeys(PACKED, _LONG),
        "amounts": {"type": "long_range"},
        "grams": {"properties": _below("grams.", {one.grams: _GRAMS for one in STANDARD if one.grams})},
    }


def _below(prefix: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(prefix): mapped for name, mapped in fields.items() if name.startswith(prefix)}


def render() -> str:
    """The text of contacts.json."""
    return json.dumps({"settings": settings(), "mappings": mapping()}, indent=1) + "\n"


if __name__ == "__main__":
    RENDERED.write_text(render(), encoding="utf-8")
