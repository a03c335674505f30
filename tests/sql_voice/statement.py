"""Pieces of one SQL statement."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST = 32_766  # bytes of a text that are compared


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
        """SQL for what is compared of the text: its beginning, in simple lower case.

        Lower case goes code point by code point: the collation knows no language.
        """
        compared = f"CASE WHEN char_length({text}) * 4 <= {_LONGEST} THEN {text} ELSE {self._beginning(text)} END"
        return self._lower(f"({compared})")

    def _beginning(self, text: str) -> str:
        """SQL for as much of the text as fits, written or folded."""
        size = f"greatest(octet_length(letter), octet_length({self._lower('letter')}))"
        letters = f"string_to_table({text}, NULL) WITH ORDINALITY AS letters(letter, place)"
        sizes = f"SELECT sum({size}) OVER (ORDER BY place) AS size FROM {letters}"
        fitting = f"SELECT CAST(count(*) AS integer) FROM ({sizes}) AS sizes WHERE size <= {_LONGEST}"
        return f"left({text}, ({fitting}))"

    def _lower(self, text: str) -> str:
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
