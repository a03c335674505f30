"""Klaviyo's condition groups as a tree.

After "Segments API overview" of Klaviyo's developer documentation and the schemas SegmentDefinition and ConditionGroup
of its OpenAPI description (2026-07): the groups are joined by AND, the conditions of one group by OR.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mappings.fields import Catalogue
from segments.errors import Refused
from segments.formats import comparisons as asking
from segments.formats.account import UNKNOWN, Account
from segments.formats.klaviyo.metrics import metric
from segments.formats.klaviyo.properties import NAMES, profile_property
from segments.formats.nodes import Node, all_of
from segments.formats.reading import Meaning, Reading
from segments.formats.report import Imported
from segments.formats.values import value
from segments.operators.shapes import keys

_CONSENT_DOUBT = "Klaviyo knows more states of consent than reachable and opted out"


def read(document: object, catalogue: Catalogue, account: Account = UNKNOWN, *, exact: bool = False) -> Imported:
    """The tree of a segment; `document` is its definition, or a segment that has one.

    With `exact`, what could only be approximated is refused.
    """
    reading = Reading(catalogue, account, exact, NAMES)
    groups, pointer = _groups(document)
    if not isinstance(groups, list) or not groups:
        reading.refuse(pointer, "expected condition_groups, at least one")
        return reading.finish(None)
    parts = [_group(reading, group, f"{pointer}/{place}") for place, group in enumerate(groups)]
    return reading.finish(reading.group("and", parts))


def _groups(document: object) -> tuple[object, str]:
    match document:
        case {"data": {"attributes": {"definition": {"condition_groups": groups}}}}:
            return groups, "#/data/attributes/definition/condition_groups"
        case {"definition": {"condition_groups": groups}}:
            return groups, "#/definition/condition_groups"
        case {"condition_groups": groups}:
            return groups, "#/condition_groups"
        case _:
            return None, "#"


def _group(reading: Reading, group: object, pointer: str) -> Node | None:
    match group:
        case {"conditions": [_, *_] as conditions, **rest} if not rest:
            parts = [_condition(reading, one, f"{pointer}/conditions/{place}") for place, one in enumerate(conditions)]
            return reading.group("or", parts)
        case _:
            reading.refuse(pointer, "expected {conditions} with at least one condition")
            return None


def _condition(reading: Reading, one: object, pointer: str) -> Node | None:
    kind = one.get("type") if isinstance(one, dict) else None
    translate = _CONDITIONS.get(kind) if isinstance(kind, str) else None
    if translate is None or not isinstance(one, dict):
        reading.refuse(pointer, f"a condition of the type {kind!r:.200} cannot be said here")
        return None
    return reading.leaf(pointer, lambda: translate(reading, one))


def _membership(reading: Reading, one: dict[str, Any]) -> Meaning:
    given = keys(one, required=("type", "is_member", "group_ids"), optional=("timeframe_filter",))
    if given.get("timeframe_filter") is not None:
        raise Refused("unsupported", "since when a contact is a member is not kept here", at="/timeframe_filter")
    match given["group_ids"]:
        case [group_id]:
            pass
        case _:
            raise Refused("unsupported", "say each list or segment in a condition of its own", at="/group_ids")
    segment = reading.standing("segment")
    chosen = [value(group_id, segment, reading.account)]
    if given["is_member"] is True:
        return Meaning(asking.is_any(segment, chosen))
    if given["is_member"] is False:
        return Meaning(asking.is_none(segment, chosen, missing=True))
    raise Refused("wrong_type", "expected true or false", at="/is_member")


def _consent(reading: Reading, one: dict[str, Any]) -> Meaning:
    given = keys(one, required=("type", "consent"))
    try:
        consent = keys(given["consent"], required=("channel", "can_receive_marketing", "consent_status"))
        status = keys(consent["consent_status"], required=("subscription",), optional=("filters",))
    except Refused as refused:
        raise refused.within("consent") from None
    if status.get("filters"):
        raise Refused(
            "unsupported", "how and when consent was given is not kept here", at="/consent/consent_status/filters"
        )
    gone = reading.standing("unsubscribed")
    channel = [value(consent["channel"], gone, reading.account)]
    match consent["can_receive_marketing"], status["subscription"]:
        case True, "any" | "subscribed":
            reachable = asking.is_any(reading.standing("channels"), channel)
            return Meaning(all_of([reachable, asking.is_none(gone, channel, missing=True)]), (_CONSENT_DOUBT,))
        case False, "unsubscribed":
            return Meaning(asking.is_any(gone, channel), (_CONSENT_DOUBT,))
        case _:
            raise Refused("unsupported", "here a contact is reachable by a channel, or opted out of it", at="/consent")


_CONDITIONS: dict[str, Callable[[Reading, dict[str, Any]], Meaning]] = {
    "profile-property": profile_property,
    "profile-metric": metric,
    "profile-group-membership": _membership,
    "profile-marketing-consent": _consent,
}
