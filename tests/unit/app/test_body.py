from __future__ import annotations

import re

import pytest

from app.body import parse
from app.errors import Refusal


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"{}", {}),
        (b' {"a": [1, 2.5, true, null, "x"]} ', {"a": [1, 2.5, True, None, "x"]}),
        ('"Ürümqi 😀"'.encode(), "Ürümqi 😀"),
        (rb'"\ud83d\ude00 \u0000"', "😀 \x00"),  # a whole pair; NUL is for the store to refuse, item by item
        (b'"\\\\ud800"', "\\ud800"),  # a backslash and five characters
        (b"9007199254740993", 9007199254740993),
    ],
)
def test_json_is_read(raw: bytes, value: object) -> None:
    assert parse(raw) == value


@pytest.mark.parametrize("raw", [b"[" * 200 + b"]" * 200, b'{"rules":[' * 100 + b"1" + b"]}" * 100])
def test_two_hundred_levels_are_read(raw: bytes) -> None:
    assert parse(raw)


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1,\n "b": }', "line 2, column 7"),
        (b'{"a": 1} x', "line 1, column 10"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b"[Infinity]", "Infinity is no JSON number"),
        (b"[-Infinity]", "-Infinity is no JSON number"),
        (b"1e999", "1e999 is too large"),
        (b"1" * 5_000, "not JSON"),
        (b'{"rules": [], "rules": [1]}', "'rules' stands twice"),
        (b'[{"a": {"b": 1, "b": 2}}]', "'b' stands twice"),
        (rb'"\ud800"', "half of a surrogate pair"),
        (rb'{"\uDFFF": 1}', "half of a surrogate pair"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b'"abc\xc3"', "not UTF-8 at byte 4"),
        ('"x"'.encode("utf-16"), "not UTF-8 at byte 0"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 201 + b"]" * 201, "nested too deeply"),
        (b'{"rules": [' * 101 + b"]}" * 101, "nested too deeply"),
        (b'{"rules": [' * 5_000 + b"]}" * 5_000, "nested too deeply"),
    ],
)
def test_what_json_leaves_open_or_is_none_is_refused_with_its_place(raw: bytes, detail: str) -> None:
    with pytest.raises(Refusal, match=re.escape(detail)) as caught:
        parse(raw)
    assert caught.value.status == 400


def test_a_million_keys_given_twice_are_refused_quickly() -> None:
    keys = ",".join(f'"{number}":0' for number in range(60_000))
    with pytest.raises(Refusal, match="'59999' stands twice"):
        parse(f'{{{keys},"59999":1}}'.encode())
