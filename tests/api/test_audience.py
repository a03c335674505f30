"""The only reader of the index, against a real one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from app.audience import Audience, Columns, Index, IndexAway, IndexMissing
from app.audience.index import Contacts, UnfencedQuery
from app.audience.ranks import highest_ranks
from mappings import fields, index
from mappings.timelines import MAX_RANK, pack_event
from runtime.settings import Settings
from segments import ClosedWindow, Moment, evaluate, parse
from segments.clauses import Clause

HERE, ELSEWHERE = 1, 2
PURCHASE = 7
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVERYONE: Clause = {"match_all": {}}
CATALOGUE = fields.catalogue(
    behaviours=[fields.Behaviour(PURCHASE, "purchase", "Purchase")],
    tags=[fields.Named(1, "VIP"), fields.Named(2, "New")],
)


def document(contact_id: int, org_id: int = HERE, purchases: tuple[int, ...] = (), **values: Any) -> dict[str, Any]:
    """A contact's document; `purchases` are epoch seconds, newest first."""
    events = [pack_event(PURCHASE, rank, at) for rank, at in enumerate(purchases[:MAX_RANK], 1)]
    return {
        "org_id": org_id,
        "contact_id": contact_id,
        "version": 1,
        "bucket": index.bucket(contact_id),
        "external_id": f"C-{contact_id}",
        "events": events,
        **values,
    }


@pytest.fixture
def written(settings: Settings, elastic: Elasticsearch) -> Iterator[Any]:
    """A function that indexes documents; gives settings that read them."""
    alias = f"{settings.index_prefix}-{uuid4().hex[:8]}"
    elastic.indices.create(index=alias, settings=index.settings(), mappings=index.mapping())

    def write(*documents: dict[str, Any]) -> Settings:
        actions = [{"_index": alias, "_id": str(one["contact_id"]), "_source": one} for one in documents]
        bulk(elastic, actions, refresh=True)
        return replace(settings, index_prefix=alias)

    yield write
    elastic.indices.delete(index=alias)


def audience(settings: Settings, org_id: int = HERE) -> Audience:
    return Audience(Index(settings).of(org_id, settings.index_prefix))


def test_one_organisation_is_counted_sampled_listed_and_streamed_and_no_other(written: Any) -> None:
    settings = written(*[document(n) for n in range(1, 6)], *[document(n, ELSEWHERE) for n in range(6, 8)])
    here = audience(settings)
    assert here.count(EVERYONE) == 5
    assert here.counts([EVERYONE, {"term": {"contact_id": 1}}, {"term": {"contact_id": 6}}]) == [5, 1, 0]
    assert {one.id for one in here.sample(EVERYONE, 100, 3, Columns())} == set(range(1, 6))
    assert [one.id for one in here.page(EVERYONE, 10, 0, Columns())] == [1, 2, 3, 4, 5]
    assert sorted(one.id for one in here.stream(EVERYONE, Columns())) == [1, 2, 3, 4, 5]
    assert audience(settings, 3).count(EVERYONE) == 0


@pytest.mark.parametrize(
    "query",
    [
        {"match_all": {}},
        {"bool": {"filter": [{"match_all": {}}]}},
        {"bool": {"filter": [{"term": {"org_id": ELSEWHERE}}, EVERYONE]}},
        {"bool": {"filter": [{"term": {"org_id": HERE}}, EVERYONE], "should": [EVERYONE]}},
        {"bool": {"should": [{"term": {"org_id": HERE}}, EVERYONE]}},
        None,
    ],
)
def test_a_query_without_its_organisation_is_not_sent(settings: Settings, query: Any) -> None:
    contacts = Index(replace(settings, elasticsearch_url="http://127.0.0.1:1")).of(HERE, "x")  # nothing may reach it
    search = {"size": 0} | ({"query": query} if query else {})
    with pytest.raises(UnfencedQuery):
        contacts.search(search)
    with pytest.raises(UnfencedQuery):
        contacts.searches([{"size": 0, "query": contacts.fenced(EVERYONE)}, search])


def test_a_page_begins_after_the_contact_named(written: Any) -> None:
    here = audience(written(*[document(n) for n in (3, 1, 12, 7)]))
    pages = [here.page(EVERYONE, 2, after, Columns()) for after in (0, 3, 12)]
    assert [[one.id for one in page] for page in pages] == [[1, 3], [7, 12], []]


def test_a_sample_is_the_same_for_a_seed_and_others_for_other_seeds(written: Any) -> None:
    here = audience(written(*[document(n) for n in range(1, 201)]))
    drawn = {seed: tuple(one.id for one in here.sample(EVERYONE, 5, seed, Columns())) for seed in (0, 2_500, 9_800)}
    assert drawn == {seed: tuple(one.id for one in here.sample(EVERYONE, 5, seed, Columns())) for seed in drawn}
    assert len(set(drawn.values())) == 3
    assert all(len(set(ids)) == 5 for ids in drawn.values())  # also where the buckets come round again


def test_a_stream_has_more_than_one_page_of_one_state(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.audience.STREAM_PAGE", 10)
    settings = written(*[document(n) for n in range(1, 36)])
    streamed = audience(settings).stream(EVERYONE, Columns())
    first = next(streamed)
    written(document(99))
    assert sorted([first.id, *(one.id for one in streamed)]) == list(range(1, 36))
    assert audience(settings).count(EVERYONE) == 36


def test_a_stream_that_cannot_go_on_breaks_off_with_an_error(
    written: Any, elastic: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.audience.STREAM_PAGE", 10)
    settings = written(*[document(n) for n in range(1, 36)])
    streamed = audience(settings).stream(EVERYONE, Columns())
    next(streamed)
    elastic.indices.close(index=settings.index_prefix)
    with pytest.raises(IndexAway):
        list(streamed)


def test_columns_show_what_was_given_and_names_instead_of_ids(written: Any) -> None:
    names = ("email", "tags", "company.name", "contact_id", "birth_date")
    columns = Columns(tuple(CATALOGUE.fields[name] for name in names))
    company = {"id": 1, "name": "Müller & Söhne"}
    settings = written(
        document(5, email="Anna@X.de", tags=[2, 1], company=company, birth_date="1990-02-28"), document(6)
    )
    one, other = audience(settings).page(EVERYONE, 10, 0, columns)
    assert one.external_id == "C-5"
    assert list(one.values.values()) == ["Anna@X.de", ["New", "VIP"], "Müller & Söhne", 5, "1990-02-28"]
    assert list(other.values.values()) == [None, None, None, 6, None]


def test_values_are_found_by_part_and_spelt_as_given(written: Any) -> None:
    cities = ["Köln", "köln", "New York", "York (UK)", "Ürümqi", 'a"b.c*d\\e#f&g<h>i~j@k^l$m[n]{o}|p?q+r-s/t']
    settings = written(
        *[document(n, city=city) for n, city in enumerate(cities, 1)], document(50, ELSEWHERE, city="Yorkshire")
    )

    def found(containing: str) -> list[tuple[Any, int]]:
        return [
            (one.value, one.contacts) for one in audience(settings).values(CATALOGUE.fields["city"], containing, 10)
        ]

    assert found("YORK") == [("New York", 1), ("York (UK)", 1)]
    assert found("(u") == [("York (UK)", 1)]
    assert found("ürü") == [("Ürümqi", 1)]
    assert found(".*") == []
    assert [count for _, count in found("köl")] == [2]
    assert len(found("")) == 5
    for needle in (cities[-1][i:] for i in range(len(cities[-1]))):
        assert (cities[-1], 1) in found(needle)


@pytest.mark.parametrize("events", [0, 1, 2, 3, 15, 16, 17, 31, 100, 255, 256, 257, 300, 509, 510, 511, 600])
def test_the_highest_rank_after_a_window_is_exact(written: Any, events: int) -> None:
    before = 1_000_000
    later = tuple(range(before + events - 1, before - 1, -1))
    settings = written(document(1, purchases=(*later, before - 1, before - 2)), document(2, purchases=(before - 5,)))
    windows = [
        ClosedWindow(PURCHASE, before),
        ClosedWindow(PURCHASE, before + 10**6),
        ClosedWindow(PURCHASE + 1, before),
    ]
    ranks = highest_ranks(Index(settings).of(HERE, settings.index_prefix), windows)
    assert [ranks[window] for window in windows] == [min(events, MAX_RANK), 0, 0]


def test_closed_windows_count_what_the_evaluator_says(written: Any) -> None:
    day = 86_400
    start = int((NOW - timedelta(days=40)).timestamp())
    documents = [
        document(n, purchases=tuple(start + day * at for at in sorted(range(0, 40, step), reverse=True)))
        for n, step in enumerate((1, 2, 3, 5, 7, 11, 39), 1)
    ]
    here = audience(written(*documents, document(50)))
    moment = Moment.past(CATALOGUE, NOW - timedelta(days=3))
    for low, high, k in itertools.product((35, 20, 10), (8, 5, 1), (1, 2, 3, 9)):
        window = {"from": (NOW - timedelta(days=low)).isoformat(), "to": (NOW - timedelta(days=high)).isoformat()}
        tree = {
            "field": "engagement.purchase",
            "operator": "happened",
            "value": {"times": {"at_least": k}, "window": window},
        }
        condition = parse(tree, CATALOGUE).condition
        expected = sum(evaluate(condition, one, moment) for one in documents)
        assert here.count(here.clause(condition, moment)) == expected


def test_a_contact_written_behind_the_ranks_is_in_every_answer_or_in_none(
    written: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Had the ranks and the count seen two states of the index, the new contact's many later events would hide it."""
    end = int((NOW - timedelta(days=10)).timestamp())
    early = (*range(end + 40, end, -1), end - 5)
    settings = written(document(1, purchases=(end - 5,)), document(3))
    happened = {"field": "engagement.purchase", "operator": "happened", "value": {"window": {"before": _day(end)}}}
    condition = parse(happened, CATALOGUE).condition
    moment = Moment(NOW, CATALOGUE.time_zone)

    def written_behind(contacts: Contacts, windows: Iterable[ClosedWindow]) -> dict[ClosedWindow, int]:
        found = highest_ranks(contacts, windows)
        written(document(2, purchases=early))
        return found

    here = audience(settings)
    monkeypatch.setattr("app.audience.highest_ranks", written_behind)
    clause = here.clause(condition, moment)
    monkeypatch.undo()
    assert here.count(clause) == 1
    assert here.counts([clause, {"bool": {"must_not": clause}}, EVERYONE]) == [1, 1, 2]
    assert [one.id for one in here.sample(clause, 10, 0, Columns())] == [1]
    assert [one.id for one in here.page(clause, 10, 0, Columns())] == [1]
    assert [one.id for one in here.page(EVERYONE, 10, 1, Columns())] == [3]
    assert [one.id for one in here.stream(clause, Columns())] == [1]
    # The stream let go of the state; of the newest one everything is known.
    clause = here.clause(condition, moment)
    assert here.counts([clause, {"bool": {"must_not": clause}}, EVERYONE]) == [2, 1, 3]
    here.close()


def _day(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()


def test_only_questions_about_closed_windows_hold_a_state_of_the_index(written: Any, elastic: Elasticsearch) -> None:
    settings = written(document(1, purchases=(int(NOW.timestamp()) - 5,)))
    rule = {"field": "engagement.purchase", "operator": "happened"}
    ever = parse(rule, CATALOGUE).condition
    closed = parse(rule | {"value": {"window": {"before": _day(10**9)}}}, CATALOGUE).condition
    here, moment = audience(settings), Moment(NOW, CATALOGUE.time_zone)
    assert here.count(here.clause(ever, moment)) == 1
    assert held(elastic, settings) == 0
    assert here.count(here.clause(closed, moment)) == 0
    assert held(elastic, settings) == 1
    here.close()
    assert held(elastic, settings) == 0


def held(elastic: Elasticsearch, settings: Settings) -> int:
    """How many states of the index Elasticsearch keeps for somebody."""
    shards = elastic.indices.stats(index=settings.index_prefix, metric="search")["_all"]["total"]
    return int(shards["search"]["open_contexts"])


def test_an_index_that_is_away_or_missing_is_told_apart(settings: Settings) -> None:
    away = audience(replace(settings, elasticsearch_url="http://127.0.0.1:1"))
    missing = audience(replace(settings, index_prefix="no-such-index"))
    for ask in (Audience.count, lambda one, clause: one.sample(clause, 1, 1, Columns())):
        with pytest.raises(IndexAway):
            ask(away, EVERYONE)
        with pytest.raises(IndexMissing):
            ask(missing, EVERYONE)
    with pytest.raises(IndexMissing):
        next(missing.stream(EVERYONE, Columns()))
