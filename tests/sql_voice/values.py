"""What a field is in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a value is; it decides which operators there are."""

    TEXT = auto()
    CHOICE = auto()
    ID = auto()
    NUMBER = auto()
    AMOUNT = auto()
    BOOLEAN = auto()
    DATE = auto()
    DATETIME = auto()
    ID_SET = auto()
    TEXT_SET = auto()


@dataclass(frozen=True, slots=True)
class Value:
    """SQL for a value, and for whether there is one.

    Single texts are as written, the texts of a set are folded; sets are arrays without repetitions that matter;
    numbers are doubles, amounts exact decimals in whole units of money; instants have whole milliseconds.
    """

    kind: Kind
    sql: str
    present: str

    @classmethod
    def single(cls, kind: Kind, sql: str) -> Value:
        """A value that is missing where it is NULL."""
        return cls(kind, sql, f"{sql} IS NOT NULL")

    @classmethod
    def several(cls, kind: Kind, sql: str) -> Value:
        """A set, missing where it is empty."""
        return cls(kind, sql, f"cardinality({sql}) > 0")
