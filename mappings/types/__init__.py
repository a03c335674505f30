"""The field types. A type declares its trait, an operator asks for one, so neither lists the other."""

from __future__ import annotations

from mappings.types.base import FieldType, Trait
from mappings.types.dates import Date, Datetime
from mappings.types.engagement import BehaviourType, Reference
from mappings.types.numbers import Boolean, Number
from mappings.types.sets import IdSet, MultiChoice
from mappings.types.texts import Choice, Text

TEXT = Text()
CHOICE = Choice()
NUMBER = Number()
DATE = Date()
DATETIME = Datetime()
BOOLEAN = Boolean()
MULTI_CHOICE = MultiChoice()
ID_SET = IdSet()
BEHAVIOUR = BehaviourType()
REFERENCE = Reference()

TYPES: dict[str, FieldType] = {
    kind.name: kind
    for kind in (TEXT, CHOICE, NUMBER, DATE, DATETIME, BOOLEAN, MULTI_CHOICE, ID_SET, BEHAVIOUR, REFERENCE)
}
CUSTOM_TYPES: dict[str, FieldType] = {name: kind for name, kind in TYPES.items() if kind.slot}

__all__ = [
    "BEHAVIOUR",
    "BOOLEAN",
    "CHOICE",
    "CUSTOM_TYPES",
    "DATE",
    "DATETIME",
    "ID_SET",
    "MULTI_CHOICE",
    "NUMBER",
    "REFERENCE",
    "TEXT",
    "TYPES",
    "FieldType",
    "Trait",
]
