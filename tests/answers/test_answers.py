from __future__ import annotations

import hashlib
import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from runtime.embedded import Urls
from runtime.settings import ROOT, Settings
from tests import serving
from tests.answers.questions import BEHAVIOURS, TREES
from tests.conftest import _own

DATA = ROOT.parent / "shared" / "data"
INDEXED_SECONDS = 120.0

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the data sets are not here: {DATA}")


@dataclass(frozen=True)
class Client:
    """The HTTP API, as one organisation's program sees it."""

    port: int
    token: str

    def ask(self, method: str, path: str, body: Any = None, accept: str = "application/json") -> bytes:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Accept": accept}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, f"/v1{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status < 300, content
            return content
        finally:
            connection.close()

    def wait_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + INDEXED_SECONDS
        while not holds():
            assert time.monotonic() < deadline, self.ask("GET", "/index")
            time.sleep(0.2)  # until the deadline: the worker is another process

    def indexed(self) -> bool:
        pending: int = json.loads(self.ask("GET", "/index"))["pending"]
        return pending == 0

    def filled(self, key: str) -> bool:
        behaviours = json.loads(self.ask("GET", "/behaviours"))["behaviours"]
        return next(one for one in behaviours if one["key"] == key)["unavailable"] is None


@pytest.fixture(scope="module")
def settings(servers: Urls, template: str) -> Iterator[Settings]:
    with _own(servers, template, redis=14) as own:
        yield own


@pytest.fixture(scope="module")
def clients(settings: Settings) -> Iterator[dict[str, Client]]:
    with serving.process(settings, "indexer", "worker"), serving.api(settings) as port:
        yield {dataset: _import(settings, port, dataset) for dataset in BEHAVIOURS}


def _import(settings: Settings, port: int, dataset: str) -> Client:
    serving.command(settings, "import", str(DATA / f"{dataset}.jsonl.gz"), "--org", dataset)
    token = serving.command(
        settings, "token", "create", "--org", dataset, "--name", "answers", "--scopes", "read,write"
    )
    client = Client(port, token.strip())
    client.wait_until(client.indexed)
    for behaviour in BEHAVIOURS[dataset]:
        client.ask("POST", "/behaviours", behaviour)
        client.wait_until(lambda key=behaviour["key"]: client.filled(key))  # type: ignore[misc]
    return client


def test_the_api_gives_every_answer(clients: dict[str, Client]) -> None:
    answers = json.loads((DATA / "answers.json").read_text())
    wrong = [answer["id"] for answer in answers if _asked(clients[answer["dataset"]], answer["id"]) != _known(answer)]
    print(f"\nanswers: {len(answers) - len(wrong)}/{len(answers)}")  # noqa: T201
    assert not wrong
    assert len(answers) == len(TREES) == 8


def _known(answer: dict[str, Any]) -> tuple[int, int, str]:
    return answer["answer"], answer["answer"], answer["ids_sha256"]


def _asked(client: Client, question: str) -> tuple[int, int, str]:
    """Count, number of members, digest of their external ids."""
    segment = json.loads(client.ask("POST", "/segments", {"name": question, "tree": TREES[question]}))
    count = json.loads(client.ask("GET", f"/segments/{segment['id']}/count"))["count"]
    lines = client.ask("GET", f"/segments/{segment['id']}/members", accept="application/x-ndjson").splitlines()
    ids = sorted(json.loads(line)["external_id"] for line in lines)
    return count, len(ids), hashlib.sha256("\n".join(ids).encode()).hexdigest()
