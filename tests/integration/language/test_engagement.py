"""Packed timelines against plain lists of events: whoever counts them by hand must get what the index gets."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from segments import ConditionError, Moment, compile, evaluate  # noqa: A004 (the field's word)
from tests.integration.language.contacts import Contacts
from tests.unit.segments.organisation import (
    BERLIN,
    CATALOGUE,
    MOMENT,
    NOW,
    OPENED,
    PURCHASE,
    condition,
    event,
    number,
    rule,
    spending,
)

PRESENT = int(NOW.timestamp())
DAY = 86_400
# Times of events and ends of windows come from the same few instants, so that edges are met all the time.
TIMES = [PRESENT - days * DAY - seconds for days in (0, 1, 2, 3, 30, 365) for seconds in (0, 1, 60, 61)]
TIMES += [0, 1, PRESENT + 120]


@dataclass(frozen=True)
class History:
    """What one contact did: (epoch seconds, minor units or None) of purchases, and when it opened e-mails."""

    purchases: tuple[tuple[int, int | None], ...]
    opened: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """As the indexer writes it, from plain arithmetic."""
        bought = sorted((at for at, _ in self.purchases), reverse=True)
        events = [
            *(event(PURCHASE, rank, at) for rank, at in enumerate(bought, 1) if rank <= 511),
            *(event(OPENED, rank, at) for rank, at in enumerate(sorted(self.opened, reverse=True), 1)),
        ]
        paid = [(at, minor) for at, minor in self.purchases if minor is not None]
        document: dict[str, Any] = {"events": events, "events_count": [number(PURCHASE, len(bought))]}
        document["amounts"] = [spending(PURCHASE, at, self.spent(at)) for at in {at for at, _ in paid}]
        return {key: value for key, value in document.items() if value} if bought else {"events": events}

    def count(self, low: int, high: int) -> int:
        return sum(low <= at < high for at, _ in self.purchases)

    def spent(self, since: int) -> int:
        return sum(minor or 0 for at, minor in self.purchases if at >= since)


def invented(dice: random.Random) -> History:
    purchases = [
        (dice.choice(TIMES), dice.choice((None, 0, 1, 500, 500, 10_000))) for _ in range(dice.choice((0, 1, 2, 3, 8)))
    ]
    purchases += dice.choices(purchases, k=dice.choice((0, 2))) if purchases else []  # at the same second
    return History(tuple(purchases), tuple(dice.choices(TIMES, k=dice.choice((0, 3)))))


@pytest.fixture(scope="module")
def histories(contacts: Contacts) -> Mapping[int, History]:
    dice = random.Random(20_261_124)
    invented_ones = [History((), ()), *(invented(dice) for _ in range(300))]
    ids = contacts.add(*(history.document() for history in invented_ones))
    return dict(zip(ids, invented_ones, strict=True))


def written(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat().replace("+00:00", "Z")


BOUNDS = [
    (0, PRESENT - DAY),
    (PRESENT - 30 * DAY, PRESENT - DAY),
    (PRESENT - 3 * DAY, PRESENT - DAY - 60),
    (1, PRESENT),
    (0, 1),
]
TIMES_ASKED: list[tuple[dict[str, Any], range]] = [
    ({"at_least": 1}, range(1, 1000)),
    ({"at_least": 3}, range(3, 1000)),
    ({"at_most": 0}, range(1)),
    ({"at_most": 2}, range(3)),
    ({"exactly": 2}, range(2, 3)),
    ({"between": [1, 3]}, range(1, 4)),
]


@pytest.mark.parametrize(("times", "counts"), TIMES_ASKED, ids=[str(times) for times, _ in TIMES_ASKED])
@pytest.mark.parametrize(("low", "high"), BOUNDS)
def test_closed_windows(
    contacts: Contacts, histories: Mapping[int, History], times: dict[str, Any], counts: range, low: int, high: int
) -> None:
    window = {"from": written(low), "to": written(high)}
    asked = condition(rule("engagement.purchase", "happened", {"times": times, "window": window}))
    expected = {contact_id for contact_id, history in histories.items() if history.count(low, high) in counts}
    assert contacts.found(asked, MOMENT) & histories.keys() == expected
    assert {one for one, history in histories.items() if evaluate(asked, history.document(), MOMENT)} == expected


@pytest.mark.parametrize(("times", "counts"), TIMES_ASKED, ids=[str(times) for times, _ in TIMES_ASKED])
@pytest.mark.parametrize("since", [0, 1, PRESENT - 30 * DAY, PRESENT - DAY - 1, PRESENT - DAY, PRESENT, PRESENT + 121])
def test_windows_up_to_the_present(
    contacts: Contacts, histories: Mapping[int, History], times: dict[str, Any], counts: range, since: int
) -> None:
    value = {"times": times, "window": {"after": written(since)}}
    asked = condition(rule("engagement.purchase", "happened", value))
    expected = {contact_id for contact_id, history in histories.items() if history.count(since, 2**33) in counts}
    assert contacts.found(asked, MOMENT) & histories.keys() == expected


@pytest.mark.parametrize("before", [0, DAY, 30 * DAY])
@pytest.mark.parametrize("days", [1, 3, 365])
def test_windows_as_of_an_earlier_time(
    contacts: Contacts, histories: Mapping[int, History], before: int, days: int
) -> None:
    past = Moment(NOW - timedelta(seconds=before), BERLIN, closed=True)
    value = {"times": {"at_least": 2}, "window": {"last": {"n": days, "unit": "day"}}}
    asked = condition(rule("engagement.purchase", "happened", value))
    end = PRESENT - before
    expected = {one for one, history in histories.items() if history.count(end - days * DAY, end) >= 2}
    assert contacts.found(asked, past) & histories.keys() == expected


@pytest.mark.parametrize("minor", [1, 2, 500, 501, 10_000, 10_500, 2**40 - 1])
@pytest.mark.parametrize("since", [0, PRESENT - 30 * DAY, PRESENT - DAY, PRESENT + 120, PRESENT + 121])
def test_sums(contacts: Contacts, histories: Mapping[int, History], minor: int, since: int) -> None:
    """The relation `within`: a span that only touches the asked one is of another time or of less money."""
    window = {"after": written(since)}
    reached = condition(rule("engagement.purchase", "amounted", {"at_least": minor / 100, "window": window}))
    missed = condition(rule("engagement.purchase", "amounted", {"less_than": minor / 100, "window": window}))
    expected = {contact_id for contact_id, history in histories.items() if history.spent(since) >= minor}
    assert contacts.found(reached, MOMENT) & histories.keys() == expected
    assert contacts.found(missed, MOMENT) & histories.keys() == histories.keys() - expected


# -- as many events as are kept by time, and more

FULL = 511


@pytest.fixture(scope="module")
def crowd(elastic: Elasticsearch) -> Iterator[Contacts]:
    """Contacts of their own: beside them fewer windows could be asked of the others."""
    with Contacts.indexed(elastic, CATALOGUE) as made:
        yield made


@pytest.fixture(scope="module")
def crowded(crowd: Contacts) -> Sequence[int]:
    """Contacts with 510, 511, 512 and 700 events, one a minute up to the present, the last ones at the same second."""
    histories = [
        History(tuple((PRESENT - 60 * max(place - 3, 0) - 1, 100) for place in range(count)), ())
        for count in (510, 511, 512, 700)
    ]
    return crowd.add(*(history.document() for history in histories))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"at_least": 510}, [0, 1, 2, 3]),
        ({"at_least": 511}, [1, 2, 3]),
        ({"more_than": 510}, [1, 2, 3]),
        ({"at_most": 510}, [0]),
        ({"less_than": 511}, [0]),
        ({"exactly": 510}, [0]),
        ({"between": [510, 510]}, [0]),
    ],
)
def test_511_events_of_a_kind(
    crowd: Contacts, crowded: Sequence[int], times: dict[str, Any], expected: list[int]
) -> None:
    asked = condition(rule("engagement.purchase", "happened", {"times": times}))
    assert crowd.found(asked, MOMENT) == {crowded[place] for place in expected}


@pytest.mark.parametrize(("count", "expected"), [(510, [0]), (512, [2]), (700, [3]), (0, [])])
def test_lifetime_counts_know_no_cap(crowd: Contacts, crowded: Sequence[int], count: int, expected: list[int]) -> None:
    asked = condition(rule("engagement.purchase.count", "=", count))
    assert crowd.found(asked, MOMENT) == {crowded[place] for place in expected}


def test_a_window_behind_more_events_than_are_kept_is_refused(crowd: Contacts, crowded: Sequence[int]) -> None:
    """510 events lie behind the window of the first contact, all that are kept behind those of the others."""

    def ask(times: int, before: int) -> set[int]:
        value = {"times": {"at_least": times}, "window": {"before": written(before)}}
        return crowd.found(condition(rule("engagement.purchase", "happened", value)), MOMENT)

    oldest_kept = PRESENT - 60 * (FULL - 1 - 3) - 1  # of the second contact
    assert ask(1, oldest_kept + 1) == {crowded[1], crowded[2], crowded[3]}
    with pytest.raises(ConditionError, match="some contact has 511 of these events after the window"):
        ask(1, oldest_kept)
    with pytest.raises(ConditionError, match="some contact has 510 of these events after the window"):
        ask(2, oldest_kept + 1)
    past = replace(MOMENT, now=datetime.fromtimestamp(oldest_kept, UTC), closed=True)
    asked = condition(rule("engagement.purchase", "happened"))
    with pytest.raises(ConditionError, match="only the newest 511"):
        compile(asked, past, crowd.ranks(asked, past))
