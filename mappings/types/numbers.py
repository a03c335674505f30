"""Numbers and booleans."""

from __future__ import annotations

import math
from typing import Any

from mappings.types.base import FieldType, Trait, is_missing


class Number(FieldType):
    """An IEEE double: integers are exact to 2^53, NaN and infinities are refused."""

    name = "number"
    trait = Trait.NUMBER
    slot = "double"

    def load(self, raw: object) -> int | float | None:
        if is_missing(raw):
            return None
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise ValueError(f"expected a number, not {type(raw).__name__}")
        try:
            number = float(raw) + 0.0  # -0.0 becomes 0.0: the index keeps them apart, nobody else does
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise ValueError("expected a finite number that a double can hold")
        return raw if isinstance(raw, int) and number == raw else number

    def mapping(self) -> dict[str, Any]:
        return {"type": "double"}


class Boolean(FieldType):
    """True or false."""

    name = "boolean"
    trait = Trait.BOOLEAN
    slot = "boolean"

    def load(self, raw: object) -> bool | None:
        if is_missing(raw):
            return None
        if not isinstance(raw, bool):
            raise ValueError(f"expected true or false, not {type(raw).__name__}")
        return raw

    def mapping(self) -> dict[str, Any]:
        return {"type": "boolean"}
