"""What the page says about each operator. A new operator needs an entry here; a test tells when one is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mappings.types import Trait
from segments.reference.shop import bought


@dataclass(frozen=True, slots=True)
class Entry:
    """One operator (and its complement, which needs no entry of its own) on one field.

    `yes` and `no` are values of the field on which the example holds and does not; purchases where it asks for them.
    """

    trait: Trait
    field: str
    operator: str
    value: Any
    meaning: str
    yes: tuple[Any, ...]
    no: tuple[Any, ...]


def _entries(
    trait: Trait, field: str, *rows: tuple[str, Any, str, tuple[Any, ...], tuple[Any, ...]]
) -> Iterable[Entry]:
    return (Entry(trait, field, *row) for row in rows)


_ROUND = (
    "Its month and day come round within so much time, today included. 29 February comes round on 28 February in other "
    "years."
)
_HAPPENED = (
    "The contact did it so many `times` (`at_least`, `at_most`, `exactly`, `more_than`, `less_than` a number, or "
    "`between` two; at least once when left out) within the `window` (`last`, `from` and `to`, `after` or `before`; "
    "ever when left out). A window takes in its beginning and not its end. “At most” and “0 times” include those who "
    "never did it."
)
_AMOUNTED = (
    "The amounts within the window come to `at_least` so much, or to `less_than` so much, as they do for those who "
    "spent nothing. The window has no end. Refused as of an earlier time, and for a behaviour that has negative "
    "amounts: ask for its `.total`."
)
_SEGMENT = (
    "The contact is in one of these segments, by their definitions of the moment; in a hand-picked one when it is on "
    "its list. References go five deep; a segment that would come back to itself is refused."
)

_TEXT = _entries(
    Trait.TEXT,
    "full_name",
    ("=", "Ann Lee", "The whole text is this one.", ("Ann Lee", "ANN LEE"), ("Ann", "Ann Leé")),
    ("in", ["Ann Lee", "Bo"], "The whole text is one of these.", ("ann lee", "Bo"), ("Bob",)),
    (
        "contains",
        "nn L",
        "The text has these characters in a row, anywhere.",
        ("Ann Lee", "ANN LEE"),
        ("Annlee", "Ann-Lee"),
    ),
    ("beginsWith", "ann", "The text begins with these characters.", ("Ann Lee", "Annabel"), ("Joann",)),
    ("endsWith", "lee", "The text ends with these characters.", ("Ann Lee", "Melee"), ("Lees",)),
    ("notNull", None, "There is a text.", ("Ann Lee", " "), ()),
)
_CHOICE = _entries(
    Trait.CHOICE,
    "custom.plan",
    ("=", "Gold", "The value is this option.", ("Gold",), ("Basic",)),
    ("in", ["Gold", "Basic"], "The value is one of these options.", ("Gold", "Basic"), ()),
    ("notNull", None, "There is a value.", ("Gold",), ()),
)
_NUMBER = _entries(
    Trait.NUMBER,
    "custom.points",
    ("=", 100, "The number is this one.", (100, 100.0), (100.01,)),
    ("<", 100, "The number is smaller.", (99.99, -5), (100,)),
    ("<=", 100, "The number is smaller or the same.", (100, -5), (100.01,)),
    (">", 100, "The number is greater.", (100.01,), (100, -5)),
    (">=", 100, "The number is greater or the same.", (100,), (99.99,)),
    ("between", [10, 20], "The number lies between the bounds; both belong to it.", (10, 15.5, 20), (9.99, 20.01)),
    ("in", [1, 2, 3], "The number is one of these.", (2,), (2.5,)),
    ("notNull", None, "There is a number.", (0, -5), ()),
)
_DAY = _entries(
    Trait.DATE,
    "custom.renewal",
    ("on", "2026-11-24", "It is that day.", ("2026-11-24",), ("2026-11-23", "2026-11-25")),
    ("before", "2026-11-24", "It is an earlier day.", ("2026-11-23",), ("2026-11-24",)),
    ("after", "2026-11-24", "It is a later day.", ("2026-11-25",), ("2026-11-24",)),
    ("onOrBefore", "2026-11-24", "It is that day or an earlier one.", ("2026-11-24",), ("2026-11-25",)),
    ("onOrAfter", "2026-11-24", "It is that day or a later one.", ("2026-11-24",), ("2026-11-23",)),
    ("between", ["2026-11-01", "2026-11-30"], "It is one of the days from the first to the last; both belong to it.",
     ("2026-11-01", "2026-11-30"), ("2026-10-31", "2026-12-01")),
    ("withinLast", {"n": 7, "unit": "day"}, "It lies so far back or less; today does not belong to it.",
     ("2026-11-17", "2026-11-23"), ("2026-11-16", "2026-11-24")),
    ("withinNext", {"n": 7, "unit": "day"}, "It lies less far ahead; today belongs to it.",
     ("2026-11-24", "2026-11-30"), ("2026-11-23", "2026-12-01")),
    ("moreThanAgo", {"n": 1, "unit": "month"}, "It lies further back.", ("2026-10-23",), ("2026-10-24", "2027-01-01")),
    ("moreThanAhead", {"n": 1, "unit": "month"}, "It lies further ahead.", ("2026-12-25",),
     ("2026-12-24", "2020-01-01")),
    ("inPeriod", "this_week", "It lies in `this_`, `last_` or `next_` `day`, `week`, `month`, `quarter` or `year`.",
     ("2026-11-23", "2026-11-29"), ("2026-11-22", "2026-11-30")),
    ("anniversaryWithinNext", {"n": 7, "unit": "day"},
     _ROUND,
     ("1985-11-24", "2001-11-30"), ("1985-11-23", "1985-12-01")),
    ("anniversaryOn", "2026-02-28", "Its month and day come round on that day.", ("1985-02-28", "1984-02-29"),
     ("1985-03-01",)),
    ("notNull", None, "There is a day.", ("2026-11-24",), ()),
)  # fmt: skip
_INSTANT = _entries(
    Trait.DATE,
    "custom.last_call",
    ("on", "2026-11-24", "It lies in that day, from midnight to before the next one, in the organisation's time zone.",
     ("2026-11-23T23:00:00.000Z", "2026-11-24T22:59:59.999Z"),
      ("2026-11-23T22:59:59.999Z", "2026-11-24T23:00:00.000Z")),
    ("after", "2026-11-24T08:00:00Z", "It lies behind that instant.", ("2026-11-24T08:00:00.001Z",),
     ("2026-11-24T08:00:00.000Z",)),
    ("between", ["2026-11-23", "2026-11-24"], "It lies in one of the days from the first to the last, both whole.",
     ("2026-11-22T23:00:00.000Z", "2026-11-24T22:59:59.999Z"), ("2026-11-24T23:00:00.000Z",)),
    ("withinLast", {"n": 2, "unit": "hour"}, "It lies so far back or less, counted from the instant of the evaluation.",
     ("2026-11-24T06:31:00.000Z", "2026-11-24T08:30:59.999Z"),
      ("2026-11-24T06:30:59.999Z", "2026-11-24T08:31:00.000Z")),
)  # fmt: skip
_BOOLEAN = _entries(
    Trait.BOOLEAN,
    "custom.trial",
    ("=", True, "The value is this one.", (True,), (False,)),
    ("notNull", None, "There is a value.", (True, False), ()),
)
_SET = _entries(
    Trait.SET,
    "custom.hobbies",
    ("containsAny", ["Chess", "Skiing"], "At least one of these is there.", (["Chess"], ["Skiing", "Sailing"]),
     (["Sailing"],)),
    ("containsAll", ["Chess", "Skiing"], "All of these are there, and maybe others.",
     (["Chess", "Skiing"], ["Chess", "Sailing", "Skiing"]), (["Chess"],)),
    ("equals", ["Chess", "Skiing"], "These are there, and no others.",
     (["Skiing", "Chess"],), (["Chess"], ["Chess", "Sailing", "Skiing"])),
    ("notNull", None, "Something is there.", (["Sailing"],), ()),
)  # fmt: skip
_BEHAVIOUR = _entries(
    Trait.BEHAVIOUR,
    "engagement.purchase",
    ("happened", {"times": {"at_least": 2}, "window": {"last": {"n": 30, "unit": "day"}}},
     _HAPPENED,
     ((("2026-11-23", 10), ("2026-11-01", 10)),), ((("2026-11-23", 10),), (("2026-11-23", 10), ("2026-09-01", 10)))),
    ("didNotHappen", {"window": {"after": "2026-11-01"}}, "The contact did not do it within the window.",
     ((("2026-10-31", 10),),), ((("2026-11-23", 10), ("2026-10-31", 10)),)),
    ("amounted", {"at_least": 100, "window": {"last": {"n": 90, "unit": "day"}}},
     _AMOUNTED,
     ((("2026-11-23", 60), ("2026-10-01", 40)),), ((("2026-11-23", 99),), (("2026-11-23", 60), ("2026-01-01", 40)))),
)  # fmt: skip
_DERIVED = (
    *_entries(
        Trait.NUMBER,
        "engagement.purchase.count",
        ("<=", 1,
         "Numbers of a behaviour are asked like others. To have done it 0 times is a number, not a missing one.",
         ((("2026-11-23", 10),),), ((("2026-11-23", 10), ("2020-01-01", 10)),)),
    ),
    *_entries(
        Trait.NUMBER,
        "engagement.purchase.total",
        ("<=", 50, "Amounts are missing for those who never did it with an amount.",
         ((("2026-11-23", 50),),), ((("2026-11-23", 50), ("2020-01-01", 10)),)),
    ),
    *_entries(
        Trait.DATE,
        "engagement.purchase.last_at",
        ("moreThanAgo", {"n": 6, "unit": "month"},
         "The last time (and `.first_at`, the first) is an instant like others.",
         ((("2026-01-01", 10),),), ((("2026-11-23", 10), ("2026-01-01", 10)),)),
    ),
)  # fmt: skip
_REFERENCE = (
    Entry(
        Trait.REFERENCE, "segment", "in", ["Active Customers"],
        _SEGMENT,
        (), (),
    ),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = (
    *_TEXT, *_CHOICE, *_NUMBER, *_DAY, *_INSTANT, *_BOOLEAN, *_SET, *_BEHAVIOUR, *_DERIVED, *_REFERENCE,
)  # fmt: skip


def document_of(entry: Entry, path: str, value: Any) -> dict[str, Any]:
    """The document of a contact that has the value, or made the purchases."""
    if entry.field.startswith("engagement."):
        return bought(*value)
    *outer, last = path.split(".")
    document: dict[str, Any] = {last: value}
    for step in reversed(outer):
        document = {step: document}
    return document
