"""What a field type is: one small class with every face of the type in one place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo


class Trait(StrEnum):
    """What can be asked of a field. A type declares its trait, an operator asks for one: neither lists the other."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    SET = "set"
    BEHAVIOUR = "behaviour"
    REFERENCE = "reference"


class FieldType(ABC):
    """A kind of field: what it accepts, how a document keeps it, how the index maps it.

    `load` and `index` take one value and give one; None stands for missing everywhere.
    """

    name: ClassVar[str]
    trait: ClassVar[Trait]
    slot: ClassVar[str | None] = None
    """The kind of slot a custom field of this type takes; None where no custom field may have the type."""

    @abstractmethod
    def load(self, raw: object) -> Any:
        """The value that a client wrote, as PostgreSQL keeps it; None, "" and [] are missing, that is None.

        Raises:
            ValueError: `raw` is no value of this type; the text says what was expected.
        """

    def index(self, stored: Any) -> Any:
        """The stored value as the document holds it."""
        return stored

    def companions(self, indexed: Any, zone: ZoneInfo) -> dict[str, int]:
        """What documents keep beside the value, by the suffix of its path; `zone` is the organisation's."""
        return {}

    @property
    def companion_suffixes(self) -> tuple[str, ...]:
        """The suffixes that `companions` may give; each is mapped as an integer."""
        return ()

    @abstractmethod
    def mapping(self) -> dict[str, Any]:
        """The Elasticsearch mapping of the field."""


def is_missing(raw: object) -> bool:
    """None, empty text and an empty list are one thing: no value."""
    return raw is None or raw in ("", [])
