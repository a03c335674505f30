"""What the linter says: a place, a code for programs, a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """What may be wrong with a tree that can be answered all the same."""

    CONTRADICTION = "contradiction"  # two rules that can never hold together
    TAUTOLOGY = "tautology"  # two rules of which everybody meets one
    NEVER_HOLDS = "never_holds"
    ALWAYS_HOLDS = "always_holds"
    REDUNDANT = "redundant"  # the rule can be left out
    REDUNDANT_GROUP = "redundant_group"  # the group can be left out
    NOT_YET = "not_yet"  # a window that begins in the future
    NEWCOMERS = "includes_newcomers"  # who never did it
    MISSING = "includes_missing"  # who have no value
    COSTLY = "costly_text"
    UNUSED = "unused_value"
    NOT_COMPARED = "not_compared"  # too many rules to compare all of them


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 (the field's word; without the stroke it is an exception of Python's)
    """One remark on a rule or group at `pointer`; `related` are the rules that it is made about as well."""

    pointer: str
    code: Code
    detail: str
    related: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[tuple[int, ...], str]:
        """Where it stands in the order of the tree."""
        return tuple(int(step) for step in self.pointer.split("/") if step.isdigit()), self.code
