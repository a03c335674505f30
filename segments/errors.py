"""What is wrong with a condition tree, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mappings.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a tree: its place (a JSON pointer), a code for programs, a sentence for people, what is allowed."""

    pointer: str
    code: str
    detail: str
    allowed: tuple[str, ...] | None = None


class ConditionError(ServiceError):
    """A tree that is refused, with all of its faults at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.pointer}: {problem.detail}" for problem in self.problems))


class Refused(ValueError):
    """A value that does not fit; `at` is the JSON pointer from the value to the fault."""

    def __init__(self, code: str, detail: str, *, at: str = "", allowed: tuple[str, ...] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.at = at
        self.allowed = allowed

    def at_rule(self, pointer: str) -> ConditionError:
        """The error of the tree that has the value in its rule at `pointer`."""
        return ConditionError([Problem(f"{pointer}/value{self.at}", self.code, self.detail, self.allowed)])

    def within(self, step: int | str) -> Refused:
        """The same fault seen from the value that holds this one under `step`."""
        return Refused(self.code, self.detail, at=f"/{step}{self.at}", allowed=self.allowed)


def shown(raw: object) -> str:
    """What a client wrote, in an error: cut short, and not at all where it is no plain value."""
    return f"{raw!r:.200}" if isinstance(raw, str | int | float | None) else f"a value of type {type(raw).__name__}"
