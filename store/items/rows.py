"""Items as read: every value is one that the database takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Patch = Mapping[str, Any]
"""New values by column or custom key, None where the value goes."""


class EventRow(NamedTuple):
    """One event; `at` in epoch seconds, `amount` in minor units, `properties` as JSON.

    There are millions: making a tuple takes a fifth of what a frozen dataclass takes.
    """

    type: str
    channel: str | None
    external_id: str | None
    at: int
    amount: int | None
    currency: str | None
    properties: str


@dataclass(frozen=True, slots=True)
class CompanyRow:
    external_id: str
    patch: Patch
    custom: Patch


@dataclass(frozen=True, slots=True)
class Owner:
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class ChannelState:
    reachable: bool
    unsubscribed: bool


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact; None for tags, company, owner and team means that nothing was said about them.

    Where there is to be none, `patch` holds None for company_id, owner_id or team_id.
    """

    external_id: str
    patch: Patch
    custom: Patch
    tags: tuple[str, ...] | None = None
    channels: Mapping[str, ChannelState | None] | None = None
    company: CompanyRow | None = None
    owner: Owner | None = None
    team: str | None = None
    events: tuple[EventRow, ...] = ()
