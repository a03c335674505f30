"""The text rules of `mappings/text.py` against the server's own: every code point, and every text that could hurt."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from mappings.text import _WHITESPACE, MAX_TERM_BYTES, cut, fold
from segments import Criterion
from tests.integration.language.contacts import Contacts
from tests.unit.segments.organisation import MOMENT, condition, rule

# Every character that Unicode can name, but NUL (no text may have it) and the halves of surrogate pairs.
CODE_POINTS = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000]
_AT_ONCE = 5_000  # the server analyses no more than 10,000 tokens in a request


def in_portions(texts: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(texts), _AT_ONCE):
        yield texts[start : start + _AT_ONCE]


def test_fold_is_the_lowercase_normalizer_on_every_code_point(elastic: Elasticsearch, contacts: Contacts) -> None:
    differing: dict[str, str] = {}
    for portion in in_portions(CODE_POINTS):
        tokens = elastic.indices.analyze(index=contacts.name, normalizer="lowercase", text=portion)["tokens"]
        assert len(tokens) == len(portion)
        theirs = [token["token"] for token in tokens]
        differing |= {one: other for one, other in zip(portion, theirs, strict=True) if fold(one) != other}
    assert differing == {}


def test_grams_stand_in_for_exactly_what_the_tokenizer_splits_at(elastic: Elasticsearch, contacts: Contacts) -> None:
    splitting = set()
    for portion in in_portions(CODE_POINTS):
        texts = [f"a{character}b" for character in portion]
        tokens = elastic.indices.analyze(index=contacts.name, analyzer="whitespace", text=texts)["tokens"]
        whole = {token["token"] for token in tokens}
        splitting |= {character for character in portion if f"a{character}b" not in whole}
    assert splitting == _WHITESPACE | {" "}


# Metacharacters of every syntax that a query passes through, scripts, marks, white space, and the marks of grams.
HOSTILE = [
    "anna", "ANNA@X.ORG", "a", "ab", "aba", "abab", "aab", "*",
    "?", "\\", "\\*", "a*b", "a?b", "axb", "a\\b",
    "a\\*b", "\\\\",
    "a.b", "a|b",
    "(a)", "[ab]", "{1}", "a+b", "^a$", "~a", "#",
    "&&", "@", "<1-9>", '"a"', "'", "/a/", "a:b", "-a",
    "!a",
    "AND", "a OR b", "*:*", "_exists_", "null", "true", "0", "é",
    "e\u0301", "É", "straße", "STRASSE", "ẞ", "İstanbul",
    "istanbul", "ISTANBUL", "ılık", "ΣΊΣΥΦΟΣ", "σίσυφος", "Иван",
    "אבג", "\u200fא\u200e", "عربي", "李雷", "日本語テキスト",
    "한국어", "ไทย",
    "हिन्दी", "😀", "a😀b", "😀😀😀😀", "👩‍👩‍👧‍👦", "🇩🇪🇫🇷", "Ǆ", "ﬁ",
    "ﬀ", "Ⱥ", "𐐀𐐨", "\u1c89a\ua7cb", " ", "  ", " a", "a ",
    "a b", "a  b",
    "a\tb", "a\nb", "a\r\nb", "a\u00a0b", "a\u2003b", "a\u3000b",
    "a\u2028b", "a\u200bb", "a\u0085b", "a\x01b",
    "\ue000a", "a\ue001",
    "a\ue002b", "a\ue003b", "\ue000", "\ue001", "\uffff", "\U0010ffff",
    "\ufeffa", "x" * 250, "ab" * 200, "a" * 300,
]  # fmt: skip
NEEDLES = sorted({
    part
    for text in HOSTILE
    for part in (text[:1], text[:2], text[:3], text[-1:], text[-2:], text[-3:], text[1:], text[1:5], text.upper(), text)
    if 0 < len(part) <= 200
})  # fmt: skip


@pytest.mark.parametrize("field", ["email", "first_name"])
@pytest.mark.parametrize(
    ("operator", "truth"),
    [("contains", str.__contains__), ("beginsWith", str.startswith), ("endsWith", str.endswith), ("=", str.__eq__)],
)
def test_parts_of_hostile_texts_are_found_as_python_finds_them(
    contacts: Contacts, hostile: dict[int, str], field: str, operator: str, truth: object
) -> None:
    """With trigrams and without: `first_name` has none."""
    assert callable(truth)
    wrong = {}
    for needle in NEEDLES:
        expected = {contact_id for contact_id, text in hostile.items() if truth(fold(text), fold(needle))}
        found = contacts.found(condition(rule(field, operator, needle)), MOMENT) & hostile.keys()
        if found != expected:
            wrong[needle] = (found - expected, expected - found)
    assert wrong == {}


@pytest.fixture(scope="module")
def hostile(contacts: Contacts) -> dict[int, str]:
    ids = contacts.add(*({"email": text, "first_name": text} for text in HOSTILE))
    return dict(zip(ids, HOSTILE, strict=True))


def test_every_hostile_text_is_one_value_of_a_list(contacts: Contacts, hostile: dict[int, str]) -> None:
    asked = condition(rule("email", "in", HOSTILE))
    assert isinstance(asked, Criterion)
    assert contacts.found(asked, MOMENT) & hostile.keys() == hostile.keys()
    assert contacts.found(condition(rule("email", "notIn", HOSTILE)), MOMENT) & hostile.keys() == set()


LONG = {
    "as long as a term may be": "a" * MAX_TERM_BYTES,
    "longer by one": "a" * MAX_TERM_BYTES + "b",
    "of 33,000 bytes": "Name" * 8_250,
    "in two bytes a letter": "ä" * 20_000,
    "in four": "😀" * 9_000,
    "longer once folded": "Ⱥ" * 16_383,
}


def test_texts_longer_than_a_term_are_cut_and_never_missing(contacts: Contacts) -> None:
    indexed = {name: cut(text) for name, text in LONG.items()}
    ids = contacts.add(*({"full_name": text, "custom": {"keyword_0": text}} for text in indexed.values()))
    for field in ("full_name", "custom.note"):
        assert contacts.found(condition(rule(field, "notNull")), MOMENT) >= set(ids)
        for contact_id, text in zip(ids, LONG.values(), strict=True):
            others = {one for one, other in zip(ids, LONG.values(), strict=True) if fold(cut(other)) == fold(cut(text))}
            assert contacts.found(condition(rule(field, "=", text)), MOMENT) == others
            assert contact_id in contacts.found(condition(rule(field, "beginsWith", text[:200])), MOMENT)
            assert contact_id in contacts.found(condition(rule(field, "contains", cut(text)[100:300])), MOMENT)
            assert contact_id in contacts.found(condition(rule(field, "endsWith", cut(text)[-200:])), MOMENT)


def test_a_text_that_was_cut_does_not_end_where_it_was_written_to_end(contacts: Contacts) -> None:
    [contact_id] = contacts.add({"full_name": cut("c" * 33_000 + "tail")})
    assert contact_id not in contacts.found(condition(rule("full_name", "contains", "tail")), MOMENT)


@pytest.mark.parametrize("letters", ["a", "ab", "é", "😀", "中文", "*", "\\?"])
def test_the_longest_needles_are_answered_by_the_pattern_too(contacts: Contacts, letters: str) -> None:
    """A field without trigrams looks for them with a wildcard,
    whose automaton must stay within the server's bounds."""
    needle = "".join(itertools.islice(itertools.cycle(letters), 200))
    there, almost = contacts.add({"first_name": f"x{needle}x"}, {"first_name": f"x{needle[:-1]}!x"})
    for operator in ("contains", "endsWith"):
        value = needle if operator == "contains" else f"{needle[1:]}x"
        found = contacts.found(condition(rule("first_name", operator, value)), MOMENT)
        assert there in found
        assert almost not in found
