"""What the translator says when it does not understand a tree."""

from __future__ import annotations


class UntranslatableError(ValueError):
    """Something in a tree has no SQL here; `pointer` is its place in the tree."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer}: {detail}")
        self.pointer = pointer
