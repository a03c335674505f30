"""The text rules. That they are the index's own is shown on a real one, in tests/integration/language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.text import AMBIGUOUS, BEGIN, END, GRAM, MAX_TERM_BYTES, OTHER, SPACE, cut, fold, grams, needle_grams

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FEW = st.text(st.sampled_from("aA ä\t\ue001\ue003😀"), max_size=8)  # few letters: needles are found


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("", ""),
        ("ANNA", "anna"),
        ("ÄÖÜ ÉÇ", "äöü éç"),  # no accents are folded
        ("STRASSE straße ẞ", "strasse straße ß"),
        ("İI", "ii"),
        ("ıi", "ıi"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),  # a capital sigma has one small letter, wherever it stands
        ("ς", "ς"),
        ("ИВАН", "иван"),
        ("Ǆǅǆ", "ǆǆǆ"),
        ("\u212a\u212b", "kå"),  # the signs of Kelvin and Ångström
        ("ﬁ", "ﬁ"),
        ("李雷 日本", "李雷 日本"),
        ("Ⴀ", "ⴀ"),
        ("Ꭰ", "ꭰ"),
        ("𐐀", "𐐨"),
        (
            "\u1c89\ua7cb\ua7dc\U00010d50\U00010d65",
            "\u1c8a\u0264\u019b\U00010d70\U00010d85",
        ),  # younger than Python 3.11
        ("E\u0301", "e\u0301"),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(TEXTS)
def test_folding_keeps_the_number_of_code_points_and_is_done_once(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(TEXTS, TEXTS)
def test_folding_reads_no_context(one: str, other: str) -> None:
    assert fold(one + other) == fold(one) + fold(other)


@pytest.mark.parametrize(
    ("written", "bytes_kept"),
    [
        ("a" * 32_766, 32_766),
        ("a" * 32_767, 32_766),
        ("ä" * 16_383, 32_766),
        ("ä" * 20_000, 32_766),
        ("a" + "ä" * 20_000, 32_765),  # a character is kept whole or not at all
        ("😀" * 8_191, 32_764),
        ("😀" * 8_192, 32_764),
        ("Ⱥ" * 12_000, 21_844),  # two bytes each, three once folded
    ],
    ids=range(8),
)
def test_cut(written: str, bytes_kept: int) -> None:
    assert written.startswith(cut(written))
    assert len(cut(written).encode()) == bytes_kept
    assert len(fold(cut(written)).encode()) <= MAX_TERM_BYTES
    assert cut(cut(written)) == cut(written)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", f"{BEGIN}a{END}"),
        ("ab", f"{BEGIN}ab ab{END}"),
        ("Abc", f"{BEGIN}ab abc bc{END}"),
        ("a b", f"{BEGIN}a{SPACE} a{SPACE}b {SPACE}b{END}"),
        ("a\tb", f"{BEGIN}a{OTHER} a{OTHER}b {OTHER}b{END}"),
        ("😀", f"{BEGIN}😀{END}"),
        (SPACE, f"{BEGIN}{OTHER}{END}"),
        ("", f"{BEGIN}{END}"),
    ],
)
def test_grams(value: str, expected: str) -> None:
    assert grams(value) == expected


@pytest.mark.parametrize(
    ("needle", "at_end", "expected"),
    [
        ("ab", False, None),
        ("abc", False, "abc"),
        ("abcd", False, "abc bcd"),
        ("a c", False, f"a{SPACE}c"),
        ("😀😀😀", False, "😀😀😀"),
        ("b", True, None),
        ("bc", True, f"bc{END}"),
        ("abc", True, f"abc bc{END}"),
        *((f"ab{character}cd", False, None) for character in sorted(AMBIGUOUS)),
    ],
)
def test_needle_grams(needle: str, at_end: bool, expected: str | None) -> None:
    assert needle_grams(needle, at_end=at_end) == expected


def consecutive(inner: list[str], outer: list[str]) -> bool:
    return any(outer[place : place + len(inner)] == inner for place in range(len(outer)))


@given(FEW | TEXTS, FEW | TEXTS)
def test_trigrams_in_a_row_are_exactly_containment(value: str, needle: str) -> None:
    needle = fold(needle)
    inside, ending = needle_grams(needle), needle_grams(needle, at_end=True)
    if inside is not None:
        assert consecutive(inside.split(" "), grams(value).split(" ")) is (needle in fold(value))
        assert all(len(gram) == GRAM for gram in inside.split(" "))
    if ending is not None:
        assert consecutive(ending.split(" "), grams(value).split(" ")) is fold(value).endswith(needle)


@given(FEW, st.integers(0, 8), st.integers(3, 8))
def test_every_part_of_a_value_is_found_in_its_trigrams(value: str, start: int, length: int) -> None:
    needle = needle_grams(fold(value)[start : start + length])
    assert needle is None or consecutive(needle.split(" "), grams(value).split(" "))
