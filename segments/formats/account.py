"""What a foreign document refers to and does not contain: the account that it comes from, or goes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Account:
    """The other service's account, as far as the caller knows it.

    `fields` maps its property names to fields here ({"plan_tier": "custom.plan"}). `events` maps its event types and
    metrics to behaviours ({"Xy12Zs": "purchase"}). `values` maps its values to options here, by the field here
    ({"segment": {"42": "VIP"}, "tags": {"7": "Churned"}}). `time_zone` is where its days begin; unless it is known, the
    organisation's is assumed and the report says so. `text_alike` states that it compares text as this service
    does, without regard to case and with regard to accents: no format documents that of itself.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    time_zone: ZoneInfo | None = None
    text_alike: bool = False


UNKNOWN = Account()
