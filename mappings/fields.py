"""The fields that a condition may ask about: the standard ones and those of one organisation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from zoneinfo import ZoneInfo

from mappings import types
from mappings.standard import STANDARD
from mappings.types import FieldType


@dataclass(frozen=True, slots=True)
class Option:
    """One value that a choice or set can take. What has a number (a tag, an owner) is kept by it and may be renamed."""

    id: int | str
    label: str


class Packing(Enum):
    """How the index keeps a number or time that is no plain double or date (timelines.py)."""

    WHOLE = "whole"
    COUNT = "count"
    AMOUNT = "amount"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Field:
    """What a rule's `field` names.

    `path` is where documents keep the value; `grams` where they keep its trigrams; `code` is the behaviour that an
    engagement field belongs to; `options` are the values allowed, None where any is; `signed` behaviours have negative
    amounts; `unavailable` says why a condition on the field is refused at the moment.
    """

    name: str
    label: str
    group: str
    type: FieldType
    path: str
    grams: str | None = None
    code: int | None = None
    packing: Packing | None = None
    options: tuple[Option, ...] | None = None
    signed: bool = False
    unavailable: str | None = None


@dataclass(frozen=True, slots=True)
class Custom:
    """A field that an organisation added to its contacts or companies, and the slot that documents keep it in."""

    object: str
    key: str
    label: str
    type: FieldType
    slot: str
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """custom.plan, company.custom.plan"""
        return f"{self._prefix}{self.key}"

    @property
    def path(self) -> str:
        """custom.keyword_0, company.custom.keyword_0"""
        return f"{self._prefix}{self.slot}"

    @property
    def _prefix(self) -> str:
        return "custom." if self.object == "contact" else "company.custom."


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A kind of engagement; `signed` where an amount is negative, `unavailable` while it is being filled."""

    code: int
    key: str
    label: str
    signed: bool = False
    unavailable: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A tag, channel, owner, team or segment."""

    id: int
    name: str


@dataclass(frozen=True)
class Catalogue:
    """Every field of one organisation, by name, with what dates need to be understood: its time zone and week."""

    fields: Mapping[str, Field]
    time_zone: ZoneInfo
    week_start: int = 1

    def get(self, name: str) -> Field | None:
        """The field of that name, if there is one."""
        return self.fields.get(name)

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())


def catalogue(
    *,
    time_zone: str = "UTC",
    week_start: int = 1,
    custom: Iterable[Custom] = (),
    behaviours: Iterable[Behaviour] = (),
    tags: Iterable[Named] = (),
    channels: Iterable[Named] = (),
    owners: Iterable[Named] = (),
    teams: Iterable[Named] = (),
    segments: Iterable[Named] = (),
) -> Catalogue:
    """The fields of an organisation that has these custom fields, behaviours and so on."""
    reachable = _options(channels)
    fields = (
        *_standard_fields(),
        Field("contact_id", "Contact ID", "contact", types.NUMBER, "contact_id", packing=Packing.WHOLE),
        Field("owner", "Owner", "contact", types.CHOICE, "owner", options=_options(owners)),
        Field("team", "Team", "contact", types.CHOICE, "team", options=_options(teams)),
        *map(_custom_field, custom),
        Field("tags", "Tags", "tags", types.ID_SET, "tags", options=_options(tags)),
        Field("channels", "Reachable by", "channels", types.ID_SET, "channels", options=reachable),
        Field("unsubscribed", "Unsubscribed from", "channels", types.ID_SET, "unsubscribed", options=reachable),
        *(field for behaviour in behaviours for field in _engagement_fields(behaviour)),
        Field("segment", "Segment", "segments", types.REFERENCE, "lists", options=_options(segments)),
    )
    return Catalogue({field.name: field for field in fields}, ZoneInfo(time_zone), week_start)


def _options(named: Iterable[Named]) -> tuple[Option, ...]:
    return tuple(Option(one.id, one.name) for one in named)


def _standard_fields() -> Iterator[Field]:
    for one in STANDARD:
        yield Field(one.name, one.label, one.object, one.type, one.name, grams=one.grams)


def _custom_field(custom: Custom) -> Field:
    listed = custom.type in (types.CHOICE, types.MULTI_CHOICE)
    options = tuple(Option(name, name) for name in custom.options) if listed else None
    return Field(custom.name, custom.label, f"{custom.object} custom fields", custom.type, custom.path, options=options)


# What is asked behind a behaviour's name: label, type, path, packing. A channel of such a name would be asked for with
# the same words, engagement.any.<channel>: none is called so.
DERIVED: Mapping[str, tuple[str, FieldType, str, Packing]] = {
    "count": ("number of times", types.NUMBER, "events_count", Packing.COUNT),
    "total": ("total amount", types.NUMBER, "amounts_total", Packing.AMOUNT),
    "average": ("average amount", types.NUMBER, "amounts_average", Packing.AMOUNT),
    "largest": ("largest amount", types.NUMBER, "amounts_largest", Packing.AMOUNT),
    "first_at": ("first time", types.DATETIME, "events_first", Packing.FIRST),
    "last_at": ("last time", types.DATETIME, "events", Packing.LAST),
}


def _engagement_fields(behaviour: Behaviour) -> Iterator[Field]:
    name = f"engagement.{behaviour.key}"
    yield Field(
        name,
        behaviour.label,
        "engagement",
        types.BEHAVIOUR,
        "events",
        code=behaviour.code,
        signed=behaviour.signed,
        unavailable=behaviour.unavailable,
    )
    for suffix, (label, kind, path, packing) in DERIVED.items():
        yield Field(
            f"{name}.{suffix}",
            f"{behaviour.label}: {label}",
            "engagement",
            kind,
            path,
            code=behaviour.code,
            packing=packing,
            unavailable=behaviour.unavailable,
        )
