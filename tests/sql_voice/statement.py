"""Pieces of one SQL statement."""

from __future__ import annotations

from collections.abc import Sequence


class Parameters:
    """The values of one statement, by the names that its SQL calls them, and the `collation` that it folds by."""

    def __init__(self, collation: str) -> None:
        self.values: dict[str, object] = {}
        self._collation = collation

    def bind(self, value: object, kind: str) -> str:
        """SQL for `value` as PostgreSQL's type `kind`."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"CAST(:{name} AS {kind})"

    def folded(self, text: str) -> str:
        """SQL for the text in simple lower case, code point by code point: the collation knows no language."""
        return f'lower({text} COLLATE "{self._collation}")'

    def all_folded(self, texts: Sequence[str]) -> str:
        """SQL for an array of the texts, folded."""
        return f"ARRAY(SELECT {self.folded('one')} FROM unnest({self.bind(list(texts), 'text[]')}) AS one)"


def filled(text: str) -> str:
    """SQL for the text, NULL where it is empty."""
    return f"nullif({text}, '')"


def sure(condition: str) -> str:
    """SQL that is true or false where `condition` may be NULL: a rule is false on what is missing."""
    return f"coalesce({condition}, false)"
