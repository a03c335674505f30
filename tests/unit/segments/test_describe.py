"""Sentences of whole trees: brackets stand where leaving them out would change the meaning, and only there."""

from __future__ import annotations

import pytest

from segments import And, Condition, InSegment, Or, describe
from tests.unit.segments.organisation import condition, group, rule

A, B, C = rule("country", "=", "DE"), rule("tags", "containsAny", ["VIP"]), rule("custom.score", ">", 1)
a, b, c = "Country is DE", "Tags include VIP", "Score is more than 1"

SENTENCES: list[tuple[object, str]] = [
    (A, a),
    (group("and", A), a),
    (group("or", A), a),
    (group("and", A, B), f"{a} and {b}"),
    (group("or", A, B, C), f"{a} or {b} or {c}"),
    (group("and", A, group("and", B, C)), f"{a} and {b} and {c}"),
    (group("and", A, group("or", B, C)), f"{a} and ({b} or {c})"),
    (group("or", A, group("and", B, C)), f"{a} or ({b} and {c})"),
    (group("and", A, B, **{"not": True}), f"it is not so that ({a} and {b})"),
    (group("and", A, group("or", B, C, **{"not": True})), f"{a} and it is not so that ({b} or {c})"),
    # A group of one adds nothing, and takes no brackets away.
    (group("and", A, group("or", group("or", B, C))), f"{a} and ({b} or {c})"),
    (group("or", A, group("and", group("or", B, C))), f"{a} or {b} or {c}"),
    (group("and", A, group("or", group("and", B, C))), f"{a} and {b} and {c}"),
    (rule("segment", "in", ["Leads"]), "the contact is in the segment Leads"),
    (rule("segment", "in", ["Leads", 1]),
     "the contact is in the segment Leads or the contact is in the segment Buyers"),
    (group("and", A, rule("segment", "notIn", ["Leads", 1])),
     f"{a} and it is not so that (the contact is in the segment Leads or the contact is in the segment Buyers)"),
    (rule("country", "!=", "DE", includeMissing=False), "Country is not DE (Country is known)"),
    (rule("country", "in", [str(n) for n in range(12)]), "Country is 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 or 2 more"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "sentence"), SENTENCES, ids=range(len(SENTENCES)))
def test_sentences(tree: object, sentence: str) -> None:
    assert describe(condition(tree)) == f"Contacts where {sentence}."


def _skeleton(found: Condition) -> str:
    """The tree in the notation of logic, with every bracket, groups of one and nested groups of a kind dissolved."""
    match found:
        case And((one,)) | Or((one,)):
            return _skeleton(one)
        case And(parts) | Or(parts):
            word = "&" if isinstance(found, And) else "|"
            inner = [_skeleton(part) for part in parts]
            same = [part[1:-1] if part.startswith("(") and f" {word} " in _top(part) else part for part in inner]
            return f"({f' {word} '.join(same)})"
        case InSegment(number):
            return f"s{number}"
        case other:
            raise TypeError(f"{other}")


def _top(text: str) -> str:
    """What stands outside the inner brackets of a bracketed text."""
    depth, kept = 0, ""
    for letter in text[1:-1]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        kept += letter if depth == 0 else ""
    return kept


def test_two_trees_of_different_meaning_never_read_alike() -> None:
    """Every and/or tree of two levels over three segments, groups of one included."""
    leaves: list[Condition] = [InSegment(number, f"s{number}") for number in (1, 2, 3)]
    pairs: list[Condition] = [kind((one, two)) for kind in (And, Or) for one in leaves for two in leaves]
    small = [*leaves, *pairs, *(kind((one,)) for kind in (And, Or) for one in pairs)]
    small += [kind((one,)) for kind in (And, Or) for one in small]
    trees = [kind((one, two)) for kind in (And, Or) for one in leaves for two in small]
    read: dict[str, str] = {}
    for tree in trees:
        sentence = describe(tree)
        assert read.setdefault(sentence, _skeleton(tree)) == _skeleton(tree), sentence
