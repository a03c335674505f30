"""The page: what holds for all operators, in words; then each of them, from its entry and from itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from mappings.timelines import MAX_RANK
from mappings.types import Trait
from segments.compile import MAX_CLAUSES, MAX_PATTERN_BYTES
from segments.conditions import Condition
from segments.describe import describe
from segments.evaluate import evaluate
from segments.limits import Limits
from segments.operators import OPERATORS, SYMBOLS, Negation
from segments.parse import parse
from segments.reference.entries import ENTRIES, Entry, document_of
from segments.reference.shop import MOMENT, SHOP, WHEN

PAGE = Path(__file__).parents[2] / "docs" / "language.md"

_BEFORE = f"""\
# The language of conditions

Every operator, and whom it finds. How to put trees together: [segments.md](segments.md).

This page is written by `python -m segments.reference` from the operators themselves. The tests ask every example,
check every “yes” and “no”, and check that the page is what the program writes.

## What holds for all of them

1. **Yes or no.** Every rule holds or does not, for every contact. A negative operator is the exact complement of
   its positive twin, and `not` that of a group: the two always count everybody between them.
2. **Missing.** No value, empty text and an empty list are one thing: missing. A positive operator is false there,
   so its negative twin is true. `"includeMissing": false` on a negative rule leaves contacts without a value out;
   on any other rule it is refused, as it would say nothing.
3. **Text** compares in lower case, letter by letter, as Elasticsearch's `lowercase` does. Accents are letters of
   their own: é is not e. Every character means itself: there are no wildcards. Texts of more than 32,766 bytes are
   compared by as much of their beginning.
4. **Numbers** are doubles: whole ones are exact up to 2^53, and larger ones that would be rounded are refused.
5. **Days and instants.** A `date` is a day of the calendar. A `datetime` is an instant, kept to the millisecond; a
   day in a rule means that day in the organisation's time zone, so it has 23 or 25 hours when clocks change. An
   instant in a rule is written with an offset: `2026-11-24T09:31:00+01:00`.
6. **Relative time** counts from the instant of the evaluation, the end of the current minute; for a `date`, from
   today. Minutes to weeks are durations, months to years follow the calendar: 31 March less a month is 28 or 29
   February. A week begins on Monday, or on the day that the organisation sets.
7. **Events** count to the second. By time, the newest {MAX_RANK} events of a behaviour are kept for each contact:
   who asks for more within a window, or for a window behind that many, is refused, never answered wrongly.
   `.count`, `.total`, `.average`, `.largest` and `.first_at` are of the whole life; `.average` is rounded down to the
   hundredth.
8. **As of an earlier time** windows end there, exactly; properties, tags and the like are those of today, and so are
   the numbers of a behaviour (`.count`, `.total`, `.last_at`, ...).

A list may be an array, or one text joined by commas: `"DE, FR"`. A comma within an item is written `\\,`.

## Operators

In the examples it is {WHEN}. *None* is a contact without the value.
"""

_TITLES = {
    Trait.TEXT: "Text",
    Trait.CHOICE: "Choice",
    Trait.NUMBER: "Number",
    Trait.DATE: "Day and instant",
    Trait.BOOLEAN: "True or false",
    Trait.SET: "Set: tags, channels, multi-choice",
    Trait.BEHAVIOUR: "Behaviour",
    Trait.REFERENCE: "Segment",
}

_CODES = {
    "ambiguous_option": "several tags, owners or segments have the name: write the id",
    "empty_group": "a group without rules, or a tree of which every rule is muted",
    "empty_list": "a list without values",
    "missing": "a key that must be there is not",
    "reversed_bounds": "the lower bound stands behind the upper one",
    "too_complex": f"more than {MAX_CLAUSES:,} clauses, or {MAX_PATTERN_BYTES:,} bytes of texts to be looked for in "
    "fields without a search of their own",
    "too_deep": "groups, or references between segments, nested too deep",
    "too_long": "a text to be looked for is too long",
    "too_many_rules": "too many rules, or too many once references are replaced",
    "too_many_values": "too many values in a list",
    "unavailable": "the field cannot be asked for at the moment, for example a behaviour that is still being filled",
    "unknown_combinator": "neither `and` nor `or`",
    "unknown_field": "there is no such field",
    "unknown_key": "a key that means nothing here",
    "unknown_operator": "the field has no such operator",
    "unknown_option": "there is no such tag, option, segment, unit or period",
    "unsupported": "understood, and not possible: the text says what to do instead",
    "window_too_deep": f"a contact has more than {MAX_RANK} events behind the window",
    "wrong_type": "a value that does not fit",
    "cycle": "a segment would refer to itself",
}

_LIMITS = {
    "depth": "groups within groups",
    "rules": "rules in a tree",
    "values": "values in a list",
    "needle": "characters of a text to be looked for",
    "references": "segments within segments",
    "expanded": "rules once references are replaced",
}


def render() -> str:
    """The text of docs/language.md."""
    return "\n".join([_BEFORE, *_operators(), *_end()])


def _end() -> Iterator[str]:
    yield "## Limits\n\n| at most | |\n|---|---|"
    yield from (f"| {value:,} | {_LIMITS[name]} |" for name, value in asdict(Limits()).items())
    yield "\n## Codes of what is refused\n\n| code | |\n|---|---|"
    yield from (f"| `{code}` | {words} |" for code, words in sorted(_CODES.items()))
    yield ""


def _operators() -> Iterator[str]:
    for trait, entries in groupby(
        sorted(ENTRIES, key=lambda entry: list(_TITLES).index(entry.trait)), lambda e: e.trait
    ):
        yield f"### {_TITLES[trait]}\n"
        if trait in SYMBOLS:
            symbols = ", ".join(f"`{symbol}` for `{name}`" for symbol, name in SYMBOLS[trait].items())
            yield f"Symbols are accepted as well: {symbols}.\n"
        for entry in entries:
            yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[str]:
    names = [entry.operator, *complements(entry)]
    of = " of a `datetime`" if entry.field == "custom.last_call" else ""
    of = f" of `{entry.field}`" if entry.field.startswith("engagement.purchase.") else of
    yield f"#### {', '.join(f'`{name}`' for name in names)}{of}\n\n{entry.meaning}\n"
    yield f"```json\n{json.dumps(example(entry, entry.operator), ensure_ascii=False)}\n```"
    yield f"{describe(condition(entry, entry.operator))}\n"
    if entry.trait is not Trait.REFERENCE:
        yield from _table(entry, names)


def _table(entry: Entry, names: list[str]) -> Iterator[str]:
    yield f"| contact | {' | '.join(f'`{name}`' for name in names)} |\n|---|{'---|' * len(names)}"
    asked = [condition(entry, name) for name in names]
    for value in (*entry.yes, *entry.no, None):
        truths = ("yes" if truth_on(entry, one, value) else "no" for one in asked)
        yield f"| {_shown(entry, value)} | {' | '.join(truths)} |"
    yield ""


def _shown(entry: Entry, value: Any) -> str:
    if value is None:
        return "*none*"
    if entry.field.startswith("engagement."):
        return ", ".join(f"{day}: {euros}.00" for day, euros in value)
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def complements(entry: Entry) -> list[str]:
    """The names of the operator's complement, if it has one."""
    return [
        operator.name
        for operator in OPERATORS[entry.trait]
        if isinstance(operator, Negation)
        and operator.positive.name == entry.operator
        and operator.name != "didNotHappen"
    ]


def example(entry: Entry, operator: str) -> dict[str, Any]:
    """The entry's rule, with one of its operators."""
    value = {} if entry.value is None else {"value": entry.value}
    return {"field": entry.field, "operator": operator} | value


def condition(entry: Entry, operator: str) -> Condition:
    """What the rule means."""
    return parse(example(entry, operator), SHOP).condition


def truth_on(entry: Entry, asked: Condition, value: Any) -> bool:
    """Whether it holds on a contact that has the value; None is a contact without."""
    document = {} if value is None else document_of(entry, SHOP.fields[entry.field].path, value)
    return evaluate(asked, document, MOMENT)
