from __future__ import annotations

import pytest
from flask import Flask

from app.conditional import digest, etag, expected_version, known_already
from app.errors import Refusal


@pytest.mark.parametrize(("header", "version"), [('"3"', 3), ("*", None), ('"12"', 12)])
def test_if_match_names_a_version_or_any(header: str, version: int | None) -> None:
    with Flask("test").test_request_context(headers={"If-Match": header}):
        assert expected_version() == version


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 428),
        ({"If-Match": ""}, 412),
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": 'W/"3"'}, 412),  # a weak tag is good for reading only
        ({"If-Match": '"3", "4"'}, 412),
        ({"If-Match": '"-3"'}, 412),
        ({"If-Match": '"٣"'.encode().decode("latin-1")}, 412),
    ],
)
def test_a_change_without_a_version_is_refused(headers: dict[str, str], status: int) -> None:
    with Flask("test").test_request_context(headers=headers), pytest.raises(Refusal) as caught:
        expected_version()
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("header", "known"),
    [('"3"', True), ('W/"3"', True), ('"2", "3"', True), ("*", True), ('"4"', False), (None, False)],
)
def test_if_none_match_tells_what_is_known(header: str | None, known: bool) -> None:
    headers = {} if header is None else {"If-None-Match": header}
    with Flask("test").test_request_context(headers=headers):
        assert known_already(3) is known


def test_an_etag_is_a_quoted_version() -> None:
    assert etag(3) == '"3"'


def test_what_has_no_version_is_known_by_its_digest() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
    with Flask("test").test_request_context(headers={"If-None-Match": etag(digest({"a": 1}))}):
        assert known_already(digest({"a": 1}))
