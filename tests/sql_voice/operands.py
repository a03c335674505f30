"""What stands behind an operator, read as what the operator needs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tests.sql_voice.trees import Rule

T = TypeVar("T")


def text_of(rule: Rule, raw: Any) -> str:
    """A text that is not empty."""
    if not isinstance(raw, str) or not raw:
        raise rule.refused("expected a text", at="value")
    return raw


def number_of(rule: Rule, raw: Any) -> int | float:
    """A number that a double can hold."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise rule.refused("expected a number", at="value")
    try:
        finite = math.isfinite(float(raw))
    except OverflowError:
        finite = False
    if not finite:
        raise rule.refused("expected a finite number", at="value")
    return raw


def id_of(rule: Rule, raw: Any) -> int:
    """The id of a tag, channel, owner, team or segment; names are for those who can look them up."""
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise rule.refused("expected an id", at="value")
    return raw


def boolean_of(rule: Rule, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise rule.refused("expected true or false", at="value")
    return raw


def list_of(rule: Rule, one: Callable[[Rule, Any], T]) -> list[T]:
    """The operand as a list that is not empty, each read by `one`."""
    return [one(rule, raw) for raw in items(rule, texts=one is text_of)]


def pair_of(rule: Rule, one: Callable[[Rule, Any], T]) -> tuple[T, T]:
    """The operand as two bounds, each read by `one`."""
    found = list_of(rule, one)
    if len(found) != 2:
        raise rule.refused("expected two bounds", at="value")
    return found[0], found[1]


def items(rule: Rule, *, texts: bool) -> Sequence[Any]:
    """The operand's elements: a list's, or those of a text that a query builder joined by commas."""
    raw = rule.operand
    if isinstance(raw, str):
        pieces = [piece.strip() for piece in raw.split(",")]
        raw = pieces if texts else [_unquoted(piece) for piece in pieces]
    if not isinstance(raw, list) or not raw:
        raise rule.refused("expected a list that is not empty", at="value")
    return raw


def _unquoted(piece: str) -> Any:
    """A number where the piece is written like one; what it is not stays a text and is refused by its reader."""
    try:
        return json.loads(piece)
    except ValueError:
        return piece
