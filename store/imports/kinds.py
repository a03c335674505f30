"""Which type a new custom field has, by the values that a file holds for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mappings.types.base import is_missing
from store.custom_fields import MOST_OPTIONS
from store.imports.coercion import BOOLEANS, as_text

# Texts that are few and come again are a list to choose from. Rarer ones, and long ones, are free text.
FEWEST_REPEATS = 3
MOST_CHOICES = 100
LONGEST_CHOICE = 100

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?")
_NUMBER = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?")  # 007 is the number of an agent, not 7


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a field, its options where it has them, and how many values it was told from."""

    type: str
    options: tuple[str, ...]
    values: int


class Observed:
    """What a file holds for one name."""

    def __init__(self, *, textual: bool) -> None:
        """`textual`: the file can hold nothing but texts, so texts may be numbers or truth."""
        # What every text so far could be, most special first; free text is what remains.
        self._could_be = {"date": _is(_DAY), "datetime": _is(_INSTANT)}
        if textual:
            self._could_be |= {"number": _is(_NUMBER), "boolean": lambda text: text.lower() in BOOLEANS}
        self._kinds: set[str] = set()
        self._values = 0
        self._longest = 0
        self._distinct: dict[str, None] = {}

    def add(self, value: object) -> None:
        """One more value; missing ones say nothing."""
        if is_missing(value):
            return
        self._values += 1
        if isinstance(value, str):
            self._kinds.add("text")
            self._add_text(value)
        elif isinstance(value, list):
            self._kinds.add("multi-choice")
            for text in map(as_text, value):
                if isinstance(text, str):
                    self._remember(text)
        elif isinstance(value, bool):
            self._kinds.add("boolean")
        else:
            self._kinds.add("number" if isinstance(value, int | float) else type(value).__name__)

    def _add_text(self, text: str) -> None:
        if self._could_be:
            self._could_be = {kind: fits for kind, fits in self._could_be.items() if fits(text)}
        self._remember(text)

    def _remember(self, text: str) -> None:
        if len(self._distinct) <= MOST_OPTIONS:
            self._distinct[text] = None
            self._longest = max(self._longest, len(text))

    @property
    def options(self) -> tuple[str, ...]:
        """The different texts, in alphabetical order; none where they are too many or too long for a list."""
        few = len(self._distinct) <= MOST_OPTIONS and self._longest <= LONGEST_CHOICE
        return tuple(sorted(filter(str.strip, self._distinct))) if few else ()

    def kind(self) -> Kind:
        """The narrowest type that takes every value; values of several kinds are texts."""
        match sorted(self._kinds):
            case ["text"]:
                type_ = next(iter(self._could_be), None) or ("choice" if self._is_choice() else "text")
            case ["boolean" | "number" | "multi-choice" as only]:
                type_ = only
            case _:
                type_ = "text"
        return self.as_type(type_)

    def as_type(self, type_: str) -> Kind:
        """The same values as of a given type."""
        return Kind(type_, self.options if type_ in ("choice", "multi-choice") else (), self._values)

    def _is_choice(self) -> bool:
        return 0 < len(self.options) <= MOST_CHOICES and self._values >= FEWEST_REPEATS * len(self._distinct)


def _is(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None
