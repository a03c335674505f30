"""Many writers that add single events, through the store and through HTTP."""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

import click
from figures import aim, share, spread
from pace import Act, Paced, paced, repeated
from servers import FIRST, settled
from sqlalchemy import text

from indexer.connections import Connections
from runtime.queues import wake_index
from store import events, organisations, state, tokens

WRITERS = 8
A_MINUTE = 10_000
POPULAR = 500  # contacts that the events are about: writers meet at them
_SAMPLE_SECONDS = 0.1


def through_store(connections: Connections, seconds: float) -> int:
    """Print how it goes with a transaction for each event; the errors there were. Workers run."""
    org, names = _popular(connections)

    def act() -> Act:
        def write(number: int) -> None:
            with connections.engine.begin() as db:
                (outcome,) = events.write(db, org, [_event(names, number)])
            if outcome.status != "created":
                raise click.ClickException(f"an event is {outcome.status}: {outcome}")
            wake_index(connections.settings)

        return write

    return _measure(connections, "through the store", seconds, act)


def through_http(connections: Connections, url: str, seconds: float) -> int:
    """The same with a request for each event. Workers and the API run."""
    org, names = _popular(connections)
    with connections.engine.begin() as db:
        token = tokens.create(db, org, f"measurement {time.time_ns()}", ["write"])
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def act() -> Act:
        api = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

        def write(number: int) -> None:
            body = json.dumps({"events": [_event(names, number)]})
            api.request("POST", "/v1/events/batch", body, headers)
            answer = api.getresponse()
            content = answer.read()
            if answer.status != http.client.OK or json.loads(content)["created"] != 1:
                raise click.ClickException(f"{answer.status}: {content.decode()}")

        return write

    return _measure(connections, "through HTTP", seconds, act)


def _measure(connections: Connections, how: str, seconds: float, act: Callable[[], Act]) -> int:
    with _sampled(connections) as lags:
        done = paced(WRITERS, A_MINUTE / 60, seconds, act)
    caught_up = settled(connections)
    print(
        f"  {len(done.took):,} events in {done.seconds:.0f} s {how}, {60 * done.rate:,.0f} a minute by {WRITERS}"
        f" writers at {POPULAR} contacts, {done.errors.total()} errors;"
        f" a write took {1000 * share(done.took, 0.5):.0f} ms, 95 % less than {1000 * share(done.took, 0.95):.0f} ms\n"
        f"  the oldest change that was not found yet: {spread(lags)}; after the last write {caught_up:.2f} s"
    )
    _judge(done)
    return done.errors.total()


def _judge(done: Paced) -> None:
    fast, errors = 60 * done.rate > 0.98 * A_MINUTE, done.errors.total()
    aim(f"{A_MINUTE:,} single events a minute from {WRITERS} writers, no error, no deadlock", met=fast and not errors)
    for error, times in done.errors.items():
        print(f"    {times} times {error}")


@contextmanager
def _sampled(connections: Connections) -> Iterator[list[float]]:
    """How far the index is behind, again and again while the block runs."""
    lags = [_lag(connections)]
    with repeated(lambda: lags.append(_lag(connections)), _SAMPLE_SECONDS):
        yield lags


def _lag(connections: Connections) -> float:
    with connections.engine.connect() as db:
        return state.freshness(db).lag_seconds


def _popular(connections: Connections) -> tuple[int, list[str]]:
    with connections.engine.connect() as db:
        org = organisations.by_name(db, FIRST)
        assert org is not None, "it was filled"
        return org.id, list(db.execute(_POPULAR, {"org": org.id, "count": POPULAR}).scalars())


def _event(names: list[str], number: int) -> dict[str, object]:
    """An event of one of them, the same for the same number."""
    contact = random.Random(number).choice(names)
    return {"contact": contact, "type": "page_viewed", "channel": "web", "at": datetime.now(UTC).isoformat()}


_POPULAR = text("SELECT external_id FROM contacts WHERE org_id = :org ORDER BY id LIMIT :count")
