"""A few requests through a real gunicorn: what a test client does not show."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from runtime.settings import Settings
from tests import serving
from tests.api.conftest import Tenant
from tests.api.shop import ACTIVE, EVERYONE


@pytest.fixture(scope="module")
def port(settings: Settings) -> Iterator[int]:
    """The port of a running server."""
    with serving.api(settings, ("--threads", "4", "--workers", "2")) as chosen:
        yield chosen


def _ask(
    port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=serving.START_SECONDS)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def _headers(tenant: Tenant) -> dict[str, str]:
    return {"Authorization": f"Bearer {tenant.token}", "Content-Type": "application/json"}


def test_a_preview_is_answered_the_same_by_every_process(port: int, shop: Tenant) -> None:
    body = json.dumps({"tree": ACTIVE})
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(_ask, port, "POST", "/v1/segments/preview", body, _headers(shop)) for _ in range(24)]
        answers = [one.result() for one in asked]
    assert {status for status, _, _ in answers} == {200}
    assert {json.loads(content)["count"] for _, _, content in answers} == {2}
    assert len({tuple(one["id"] for one in json.loads(content)["sample"]) for _, _, content in answers}) == 1


def test_a_cursor_of_one_process_is_good_in_every_other(port: int, shop: Tenant) -> None:
    segment = shop.post("/segments", {"name": "Through gunicorn", "tree": EVERYONE}).json
    assert segment is not None
    for _ in range(4):
        path = f"/v1/segments/{segment['id']}/members?limit=1"
        seen = []
        while path:
            status, headers, content = _ask(port, "GET", path, headers=_headers(shop))
            assert status == 200
            seen += [one["external_id"] for one in json.loads(content)["members"]]
            path = headers.get("Link", "<").split(">")[0][1:]
        assert seen == [f"C-{number}" for number in range(1, 7)]


def test_members_are_streamed_in_chunks(port: int, shop: Tenant) -> None:
    segment = shop.post("/segments", {"name": "Streamed", "tree": EVERYONE}).json
    assert segment is not None
    accept = {"Accept": "application/x-ndjson"}
    path = f"/v1/segments/{segment['id']}/members"
    status, headers, content = _ask(port, "GET", path, headers=_headers(shop) | accept)
    assert (status, headers["Transfer-Encoding"], headers["Content-Type"]) == (200, "chunked", "application/x-ndjson")
    assert len(content.splitlines()) == 6


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("path", "change", "refused"),
    [
        ("/v1/segments/preview", {}, 413),
        ("/v1/segments/preview", {"Authorization": "Bearer unknown"}, 401),
        ("/v1/segments/preview", {"Content-Type": "text/csv"}, 415),
        ("/v1/nothing", {}, 404),
    ],
)
def test_a_body_of_five_megabytes_is_answered_not_cut_off(
    port: int, shop: Tenant, path: str, change: dict[str, str], refused: int, chunked: bool
) -> None:
    body: Any = (b"x" * 100_000 for _ in range(50)) if chunked else b"x" * 5_000_000
    status, headers, content = _ask(port, "POST", path, body, _headers(shop) | change)
    assert (status, headers["Content-Type"]) == (refused, "application/problem+json")
    assert json.loads(content)["status"] == refused


def test_a_body_without_a_length_is_not_read_in_part(port: int, shop: Tenant) -> None:
    whole_within_the_limit = json.dumps({"tree": EVERYONE}).encode()
    body: Any = iter([whole_within_the_limit, b" " * 999_999, b"{"])
    assert _ask(port, "POST", "/v1/segments/preview", body, _headers(shop))[0] == 413


def test_an_unknown_path_is_a_problem(port: int) -> None:
    status, headers, _ = _ask(port, "GET", "/nothing")
    assert (status, headers["Content-Type"]) == (404, "application/problem+json")
