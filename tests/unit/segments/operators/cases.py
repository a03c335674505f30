"""A row of the operator tables: one rule, with everything that is promised about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.unit.segments.organisation import document_with, rule

_AS_WRITTEN: Any = object()


@dataclass(frozen=True)
class Case:
    """`holds` and `fails` are values of the field, or whole documents; `missing` is the truth without any value.

    `negative` names the operator that must be the exact complement, and its sentence. `kept` is the value as a saved
    tree has it, where that differs from the one written.
    """

    field: str
    operator: str
    value: Any
    clause: dict[str, Any]
    sentence: str
    holds: tuple[Any, ...] = ()
    fails: tuple[Any, ...] = ()
    missing: bool = False
    negative: tuple[str, str] | None = None
    kept: Any = _AS_WRITTEN

    def __str__(self) -> str:
        return f"{self.field} {self.operator} {self.value!r:.90}"

    @property
    def tree(self) -> dict[str, Any]:
        return rule(self.field, self.operator, self.value)

    @property
    def kept_value(self) -> Any:
        return self.value if self.kept is _AS_WRITTEN else self.kept

    def documents(self) -> Iterator[tuple[dict[str, Any], bool]]:
        """Documents, and whether the rule holds on them."""
        yield {}, self.missing
        for value in self.holds:
            yield self._document(value), True
        for value in self.fails:
            yield self._document(value), False

    def _document(self, value: Any) -> dict[str, Any]:
        return value if isinstance(value, dict) else document_with(self.field, value)


@dataclass(frozen=True)
class Refusal:
    """A value that an operator does not take: where the fault is, seen from the rule, and its code."""

    field: str
    operator: str
    value: Any
    code: str
    at: str = "/value"

    def __str__(self) -> str:
        return f"{self.field} {self.operator} {self.value!r:.90}"


def refusals(field: str, operators: Iterable[str], values: Iterable[Any], code: str) -> list[Refusal]:
    """None of these operators takes any of these values."""
    every = list(values)
    return [Refusal(field, operator, value, code) for operator in operators for value in every]
