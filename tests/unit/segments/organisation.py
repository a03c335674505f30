"""An organisation with a field of every type, and the moment that its conditions are asked at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mappings import types
from mappings.fields import Behaviour, Catalogue, Custom, Field, Named, catalogue
from segments import Condition, ConditionError, Moment, parse

PURCHASE, OPENED, REFUND, FILLING = 7, 8, 9, 10  # codes of behaviours
VIP, CHURNED, COMMA = 1, 2, 3  # ids of tags
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 8, 31, tzinfo=UTC)  # a Tuesday, 9:31 in Berlin
MOMENT = Moment(NOW, BERLIN)

CATALOGUE: Catalogue = catalogue(
    time_zone="Europe/Berlin",
    custom=[
        Custom("contact", "note", "Note", types.TEXT, "keyword_0"),
        Custom("contact", "plan", "Plan", types.CHOICE, "keyword_1", ("Gold", "Silver", "a,b")),
        Custom("contact", "hobbies", "Hobbies", types.MULTI_CHOICE, "keyword_2", ("Chess", "Go", "Ölmalerei")),
        Custom("contact", "score", "Score", types.NUMBER, "double_0"),
        Custom("contact", "renewal", "Renewal", types.DATE, "date_0"),
        Custom("contact", "seen", "Last seen", types.DATETIME, "date_1"),
        Custom("contact", "active", "Active", types.BOOLEAN, "boolean_0"),
        Custom("company", "score", "Company score", types.NUMBER, "double_0"),
    ],
    behaviours=[
        Behaviour(PURCHASE, "purchase", "Purchase"),
        Behaviour(OPENED, "email_opened", "E-mail opened"),
        Behaviour(REFUND, "refund", "Refund", signed=True),
        Behaviour(FILLING, "large_purchase", "Large purchase", unavailable="Large purchase is being filled: 40 %"),
    ],
    tags=[Named(VIP, "VIP"), Named(CHURNED, "Churned"), Named(COMMA, "a,b")],
    channels=[Named(1, "email"), Named(2, "whatsapp")],
    owners=[Named(1, "Ada"), Named(2, "Bo"), Named(3, "Kim"), Named(4, "Kim"), Named(5, "KIM")],
    teams=[Named(1, "North")],
    segments=[Named(1, "Buyers"), Named(2, "Leads"), Named(3, "Buyers")],
)


def rule(field: str, operator: str, value: object = None, **more: object) -> dict[str, Any]:
    """A rule as a client writes it."""
    return {"field": field, "operator": operator, "value": value, **more}


def group(combinator: str, *rules: object, **more: object) -> dict[str, Any]:
    """A group as a client writes it."""
    return {"combinator": combinator, "rules": list(rules), **more}


def condition(tree: object) -> Condition:
    """What the tree means to the organisation."""
    return parse(tree, CATALOGUE).condition


def field_named(name: str) -> Field:
    """The organisation's field of that name."""
    found = CATALOGUE.get(name)
    assert found is not None, name
    return found


def document_with(name: str, value: object) -> dict[str, Any]:
    """A document that has the value in the field and nothing else."""
    *outer, last = field_named(name).path.split(".")
    document: dict[str, Any] = {last: value}
    for step in reversed(outer):
        document = {step: document}
    return document


def faults(tree: object) -> set[tuple[str, str]]:
    """(pointer, code) of everything that is wrong with the tree."""
    try:
        parse(tree, CATALOGUE)
    except ConditionError as error:
        return {(problem.pointer, problem.code) for problem in error.problems}
    return set()


# Packed values, written out so that the tests do not pack them with the code that they test.


def event(code: int, rank: int, seconds: int) -> int:
    return code << 41 | rank << 32 | seconds


def number(code: int, value: int) -> int:
    return (code << 41) + value


def amount(code: int, minor: int) -> int:
    return (code << 41) + (1 << 40) + minor


def spending(code: int, seconds: int, minor: int) -> dict[str, int]:
    return {"gte": (code << 41) + seconds, "lte": (code << 41) + (1 << 33) + (1 << 40) - minor}


def history(code: int, *times: int) -> dict[str, Any]:
    """A document of a contact that did it at these times (epoch seconds, any order)."""
    newest_first = sorted(times, reverse=True)
    return {
        "events": [event(code, rank, second) for rank, second in enumerate(newest_first, 1)],
        "events_first": [number(code, newest_first[-1])],
        "events_count": [number(code, len(newest_first))],
    }
