"""One operation of a PROPERTY filter, on its way to a meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mappings.fields import Field
from segments.errors import Refused
from segments.formats.reading import Reading

COMMON = ("operationType", "operator", "includeObjectsWithNoValueSet", "propertyType", "operatorName")


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked of a field; `missing` tells whether records without a value pass."""

    reading: Reading
    field: Field
    given: Mapping[str, Any]
    missing: bool

    @property
    def operator(self) -> str:
        """IS_EQUAL_TO, IS_BETWEEN, ..."""
        return str(self.given["operator"])

    def unknown(self) -> Refused:
        """The operation's type has no such operator."""
        detail = f"{self.given['operationType']} has no operator {self.operator!r:.200}"
        return Refused("unknown_operator", detail, at="/operator")
