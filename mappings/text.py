"""The exact text rules of the index: how text is folded, cut and turned into grams.

`fold` is what Elasticsearch's built-in `lowercase` normalizer does (a test compares every code point), so a value
folded here and a value folded there are the same string.
"""

from __future__ import annotations

MAX_TERM_BYTES = 32_766  # Lucene refuses a longer term
GRAM = 3

# Private-use characters stand in grams for what the whitespace tokenizer would split at, and for the value's two ends.
BEGIN, END, SPACE, OTHER = "\ue000", "\ue001", "\ue002", "\ue003"

# What Java's Character.isWhitespace accepts, plus the private-use characters above: none may stand in a gram as itself.
_WHITESPACE = frozenset(
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000"
)
AMBIGUOUS = _WHITESPACE | {BEGIN, END, SPACE, OTHER}
_STAND_INS = str.maketrans({" ": SPACE} | dict.fromkeys(AMBIGUOUS, OTHER))

# Letters that Python 3.11 (Unicode 14) does not know and the index does fold, and the one that Python makes two of.
_YOUNGER: dict[int, int] = {
    0x0130: 0x0069,  # I with a dot above
    0x1C89: 0x1C8A,  # Cyrillic
    0xA7CB: 0x0264,  # Latin, up to A7DC
    0xA7CC: 0xA7CD,
    0xA7DA: 0xA7DB,
    0xA7DC: 0x019B,
    **{capital: capital + 0x20 for capital in range(0x10D50, 0x10D66)},  # Garay
}


def fold(value: str) -> str:
    """`value` in simple lower case, code point by code point: as many code points as before, no accents folded."""
    return value.lower() if value.isascii() else value.translate(_FOLDED)


def _fold_one(character: str) -> str:
    younger = _YOUNGER.get(ord(character))
    if younger is not None:
        return chr(younger)
    lower = character.lower()
    return lower if len(lower) == 1 else character


class _Folded(dict[int, str]):
    """What each code point becomes, once it was met."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_one(chr(code))
        return self[code]


_FOLDED = _Folded()


def cut(value: str) -> str:
    """`value`, or as much of its beginning as one term can hold, folded or not (32,766 bytes of UTF-8)."""
    if len(value) * 4 <= MAX_TERM_BYTES:
        return value
    size = 0
    for place, character in enumerate(value):
        # A folded character may take more bytes than the one written: Ⱥ has two, ⱥ three.
        size += max(len(character.encode()), len(_fold_one(character).encode()))
        if size > MAX_TERM_BYTES:
            return value[:place]
    return value


def grams(value: str) -> str:
    """The trigrams of the folded `value` between its two end marks, in order, separated by blanks."""
    return _windows(BEGIN + fold(value).translate(_STAND_INS) + END)


def needle_grams(needle: str, *, at_end: bool = False) -> str | None:
    """The trigrams that a value containing (or ending in) the folded `needle` has in a row.

    None where trigrams cannot answer exactly: a needle that is too short, or one with a character that grams do not
    keep apart.
    """
    if not AMBIGUOUS.isdisjoint(needle):
        return None
    marked = needle.replace(" ", SPACE) + (END if at_end else "")
    return _windows(marked) if len(marked) >= GRAM else None


def _windows(marked: str) -> str:
    return " ".join([marked[i : i + GRAM] for i in range(max(1, len(marked) - GRAM + 1))])
