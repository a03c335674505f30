"""The problems of one item, collected while it is read: all of them are told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from mappings.errors import ServiceError
from segments.errors import Problem

T = TypeVar("T")


class RefusedItem(ServiceError):
    """The item cannot be written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.pointer}: {problem.detail}" for problem in self.problems))


class Problems:
    """Collects what is wrong with one item."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, pointer: str, code: str, detail: str, allowed: Iterable[str] | None = None) -> None:
        self._found.append(Problem(pointer, code, detail, None if allowed is None else tuple(allowed)))

    def attempt(self, pointer: str, read: Callable[[object], T], raw: object) -> T | None:
        """`read(raw)`, or None and a problem at `pointer`."""
        try:
            return read(raw)
        except (ValueError, ServiceError) as error:
            self.add(pointer, "value", str(error))
            return None

    def raise_any(self) -> None:
        """Raises RefusedItem when there is a problem."""
        if self._found:
            raise RefusedItem(self._found)


@contextmanager
def collected() -> Iterator[Problems]:
    """Raises RefusedItem at the end of the block when a problem was added in it."""
    problems = Problems()
    yield problems
    problems.raise_any()


def escaped(key: str) -> str:
    """`key` as a step of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")
