"""What PostgreSQL says about a batch of contacts: the material of their documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.columns import Integers
from indexer.registry import Registry
from mappings.standard import STANDARD

CONTACT_FIELDS = tuple(one for one in STANDARD if one.object == "contact")
COMPANY_FIELDS = tuple(one for one in STANDARD if one.object == "company")


@dataclass(frozen=True, slots=True)
class State:
    """The version that a contact has; deleted contacts keep one."""

    contact_id: int
    org_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact's own row; `values` are those of CONTACT_FIELDS, `custom` is JSON."""

    company_id: int | None
    owner: int | None
    team: int | None
    custom: str
    values: Sequence[object]


@dataclass(frozen=True, slots=True)
class Company:
    """A company's row; `values` are those of COMPANY_FIELDS, `custom` is JSON."""

    org_id: int
    custom: str
    values: Sequence[object]


@dataclass(frozen=True, slots=True)
class Events:
    """Columns of equal length; `channel` is 0 where there is none, `amount` NO_AMOUNT."""

    contact: Integers
    event: Integers
    event_type: Integers
    channel: Integers
    seconds: Integers
    amount: Integers


@dataclass(frozen=True, slots=True)
class Details:
    """What a declared behaviour may ask of an event; `properties` is JSON."""

    amount: int | None
    channel: int | None
    properties: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What PostgreSQL says about a batch, by contact id (companies by theirs). `states` are in contact id order.

    `sets` are the fields that hold ids: tags, lists, channels, unsubscribed. `details`, by event id, are those of the
    event types that a behaviour narrows.
    """

    states: tuple[State, ...]
    contacts: dict[int, Contact]
    companies: dict[int, Company]
    sets: tuple[tuple[str, dict[int, list[int]]], ...]
    events: Events
    details: dict[int, Details]
    registry: Registry
