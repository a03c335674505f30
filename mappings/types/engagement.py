"""Types that are asked about and never written: behaviours and references to segments."""

from __future__ import annotations

from typing import Any

from mappings.types.base import FieldType, Trait


class _Derived(FieldType):
    def load(self, raw: object) -> None:
        raise ValueError("this field follows from others and cannot be written")

    def mapping(self) -> dict[str, Any]:
        return {"type": "long"}


class BehaviourType(_Derived):
    """A named kind of engagement with its timeline."""

    name = "behaviour"
    trait = Trait.BEHAVIOUR


class Reference(_Derived):
    """Membership of another segment."""

    name = "reference"
    trait = Trait.REFERENCE
