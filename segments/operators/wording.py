"""What fields and values are called in a sentence, so that it reads as one and cannot be read in two ways."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mappings import types
from mappings.fields import Field, Packing
from mappings.types import Trait

_LONGEST = 80  # characters of a value; a sentence is to be read
_PLAIN = re.compile(r"[\w@.&/+#%€$'’-]+( [\w@.&/+#%€$'’-]+)*")
_PREDICATES = "channels"  # the group of fields whose label says something of the contact: "Reachable by"
_OF_SENTENCES = frozenset({"and", "or", "not", "nor", "is", "are"})


def quoted(text: str) -> str:
    """A text as it was written, but that what cannot be seen is named; cut where it is long."""
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return f"“{''.join(map(_visible, shown))}”"


def named(label: str) -> str:
    """A name, in quotation marks where it could be taken for more of the sentence."""
    plain = len(label) <= _LONGEST and _PLAIN.fullmatch(label) and _OF_SENTENCES.isdisjoint(label.lower().split())
    return label if plain else quoted(label)


def enumerated(items: Sequence[str], joint: str) -> str:
    """One item, or all with the joint before the last: "a, b or c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {joint} {items[-1]}"


def subject(field: Field) -> str:
    """What a sentence about the field speaks of."""
    if field.type is types.BEHAVIOUR:
        return quoted(field.label)
    behaviour, _, figure = field.label.rpartition(": ")
    match field.packing:
        case None | Packing.WHOLE:
            return named(field.label)
        case Packing.COUNT:
            return f"the number of times that {quoted(behaviour)} happened"
        case _:
            return f"the {figure} of {quoted(behaviour)}"


@dataclass(frozen=True, slots=True)
class Containing:
    """How a sentence about a set begins, before its members."""

    yes: str
    no: str
    exactly: str


def containing(field: Field) -> Containing:
    """Tags include, an interest includes, and a contact is reachable by."""
    name = named(field.label)
    if field.group == _PREDICATES:
        told = _predicate(field)
        return Containing(f"the contact is {told}", f"the contact is not {told}", f"the contact is {told} exactly")
    if _is_plural(field.label):
        return Containing(f"{name} include", f"{name} do not include", f"{name} are exactly")
    return Containing(f"{name} includes", f"{name} does not include", f"{name} is exactly")


@dataclass(frozen=True, slots=True)
class Presence:
    """How a sentence says that there is a value, that there is none, and, behind another, that there is one."""

    there: str
    missing: str
    besides: str


def presence(field: Field) -> Presence:
    """A country has a value, tags are not empty, and a contact is reachable by some channel."""
    name = subject(field)
    if field.type is types.BEHAVIOUR:
        return Presence(f"{name} happened", f"{name} never happened", "but did at another time")
    if field.type.trait is not Trait.SET:
        return Presence(f"{name} has a value", f"{name} has no value", "but has a value")
    if field.group == _PREDICATES:
        told, preposition = containing(field).yes, field.label.rpartition(" ")[2]
        return Presence(f"{told} some channel", f"{told} no channel", f"but {preposition} another channel")
    be = "are" if _is_plural(field.label) else "is"
    return Presence(f"{name} {be} not empty", f"{name} {be} empty", f"but {be} not empty")


def lacking(field: Field, *, one: bool) -> str:
    """Of one contact or of several: has no Country, are reachable by no channel."""
    if field.group == _PREDICATES:
        return f"{'is' if one else 'are'} {_predicate(field)} no channel"
    return f"{'has' if one else 'have'} no {subject(field).removeprefix('the ')}"


def nobody_has(field: Field, values: str) -> str:
    """That no contact has any of these."""
    if field.group == _PREDICATES:
        return f"no contact is {_predicate(field)} {values}"
    return f"in {named(field.label)} no contact has {values}"


def _predicate(field: Field) -> str:
    return field.label[:1].lower() + field.label[1:]


def _is_plural(label: str) -> bool:
    """A guess: "Hobbies" are, a "Status" is."""
    return label.endswith("s") and not label.endswith(("ss", "us", "is"))


def _visible(character: str) -> str:
    if character in "“”":
        return '"'  # of the value's own; ours end it
    if character.isprintable():
        return character
    return f"[U+{ord(character):04X}]"
