"""Who wrote something can ask for answers that have it, while a worker is at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runtime.settings import Settings
from tests.api.conftest import Tenant
from tests.api.shop import EVERYONE, ago, rule
from tests.api.test_writes import PATIENT, contacts, count, token
from tests.serving import process


@pytest.fixture(scope="module", autouse=True)
def _worker(settings: Settings) -> Iterator[None]:
    """For as long as the tests of this file last."""
    with process(settings, "indexer", "worker"):
        yield


def test_what_was_written_is_counted(tenant: Tenant) -> None:
    for number in range(1, 6):
        written = contacts(tenant, {"external_id": f"C-{number}"})
        assert count(tenant, written) == number


def test_every_way_of_writing_gives_a_token_for_what_it_touched(tenant: Tenant) -> None:
    items = [{"external_id": f"C-{n}", "company": {"external_id": "K-1", "name": "Acme"}} for n in range(300)]
    assert count(tenant, contacts(tenant, *items), rule("company.name", "=", "Acme")) == 300

    company = {"external_id": "K-1", "name": "Emca"}
    renamed = token(tenant.post("/companies/batch", {"companies": [company]}))
    assert count(tenant, renamed, rule("company.name", "=", "Emca")) == 300

    event = {"contact": "C-1", "type": "purchase", "at": ago(1), "amount": 5, "currency": "EUR"}
    bought = token(tenant.post("/events/batch", {"events": [event]}))
    assert count(tenant, bought, rule("engagement.purchase", "happened", {})) == 1

    large = {"key": "large", "event_type": "purchase", "condition": rule("amount", ">", 1)}
    declared = token(tenant.post("/behaviours", large))
    assert count(tenant, declared, rule("engagement.large", "happened", {})) == 1

    members = tenant.post("/segments/preview", {"tree": rule("external_id", "=", "C-1")}).json
    assert members is not None
    gone = token(tenant.ask("DELETE", f"/contacts/{members['sample'][0]['id']}"))
    assert count(tenant, gone) == 299


def test_every_way_of_reading_waits(tenant: Tenant) -> None:
    made = tenant.post("/segments", {"name": "All", "tree": EVERYONE}).json
    assert made is not None
    segment = f"/segments/{made['id']}"

    def read(path: str, number: int) -> Any:
        properties = {"city": f"City {number}"}
        written = contacts(tenant, {"external_id": f"C-{number}", "properties": properties})
        answer = tenant.get(path, query_string={"wait_for": written, **PATIENT})
        assert answer.status_code == 200, answer.text
        return answer

    assert read(f"{segment}/count", 1).json["count"] == 1
    assert len(read(f"{segment}/sample", 2).json["sample"]) == 2
    assert len(read(f"{segment}/members", 3).json["members"]) == 3
    assert len(read("/fields/city/values", 4).json["values"]) == 4
