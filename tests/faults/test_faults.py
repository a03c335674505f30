"""The faults that need neither a server of their own nor the end of a lease; `make faults` runs all of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from runtime.embedded import Urls
from store import write_set
from tests.conftest import _own
from tests.faults.comparison import built
from tests.faults.matrix import run
from tests.faults.stage import _WAIT_SECONDS, Stage, stage

QUICK = (
    "redis-emptied",
    "elasticsearch-refusing-1-of-500",
    "postgres-lost-after-a-record-is-committed",
    "rebuild-with-contacts-changing",
    "rebuild-killed-after-the-swap",
)


@pytest.fixture(scope="module")
def stood(servers: Urls, template: str) -> Iterator[Stage]:
    with _own(servers, template, redis=13) as own, stage(own, rich=40, plain=520) as made:
        yield made


@pytest.mark.parametrize("name", QUICK)
def test_after_a_fault_the_index_equals_the_database(stood: Stage, name: str) -> None:
    (verdict,) = run(stood, [name])
    assert verdict.healed is not None, verdict.line()


# What is done to a document, and what has to be said of it.
TAMPERED: tuple[tuple[Callable[[dict[str, Any]], object], str], ...] = (
    (lambda one: one.update(country="XX"), " differs in country"),
    (lambda one: one.pop("bucket"), " differs in bucket"),
    (lambda one: one["company"].update(name="Other"), " differs in company"),
    (lambda one: one.pop("custom"), " differs in custom"),
    (lambda one: one["events"].pop(), " differs in events"),
    (lambda one: one.update(events_first=[1]), " differs in events_first"),
    (lambda one: one.update(events_count=[1]), " differs in events_count"),
    (lambda one: one.update(amounts_total=[1]), " differs in amounts_total"),
    (lambda one: one["amounts"].pop(), "'s amounts "),
    (lambda one: one.pop("grams"), "'s grams."),
)
PARTS = {"company", "custom", "events", "events_first", "events_count", "amounts_total", "amounts", "grams"}
NOBODY = 10**9


@pytest.fixture
def unchecked(stood: Stage) -> Iterator[None]:
    """The service's own check of the index rests: it would repair what is damaged here."""
    with write_set.alone(stood.engine, f"drift of {stood.alias}", patience_seconds=_WAIT_SECONDS) as alone:
        assert alone
        yield


@pytest.mark.usefixtures("unchecked")
def test_every_difference_is_seen(stood: Stage) -> None:
    documents = built(stood.engine)
    whole = sorted(contact for contact, document in documents.items() if document.keys() >= PARTS)
    lost, *others = whole[: len(TAMPERED) + 1]
    assert len(others) == len(TAMPERED)
    for contact, (tamper, _) in zip(others, TAMPERED, strict=True):
        tampered = copy.deepcopy(documents[contact])
        tamper(tampered)
        put(stood, contact, tampered)
    put(stood, NOBODY, documents[lost])
    version = {"version": documents[lost]["version"], "version_type": "external_gte"}
    stood.elastic.delete(index=stood.alias, id=str(lost), **version)

    found = stood.differences()
    for contact, (_, said) in zip(others, TAMPERED, strict=True):
        assert any(one.startswith(f"contact {contact}{said}") for one in found), (contact, said)
    assert f"contact {lost} is missing" in found
    assert f"contact {NOBODY} is too much" in found
    touched = tuple(f"contact {contact}{after}" for contact in (*whole, NOBODY) for after in (" ", "'"))
    assert all(one.startswith(touched) for one in found)

    stood.elastic.delete(index=stood.alias, id=str(NOBODY), **version)
    for contact in (lost, *others):
        put(stood, contact, documents[contact])
    assert stood.differences() == []


def put(stood: Stage, contact: int, document: dict[str, Any]) -> None:
    version = {"version": document["version"], "version_type": "external_gte"}
    stood.elastic.index(index=stood.alias, id=str(contact), document=document, **version)
