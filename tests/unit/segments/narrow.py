"""Rules over so few values that random ones bear on each other, and documents that have all of these values.

The documents of a field tell apart whatever its rules can tell apart, so that what holds on all of them always holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import cache
from itertools import chain, combinations, product
from typing import Any

from hypothesis import strategies as st

from segments.moment import seconds
from segments.operators import Negation, operators_of
from tests.unit.segments.organisation import (
    CHURNED,
    NOW,
    PURCHASE,
    VIP,
    document_with,
    event,
    field_named,
    group,
    history,
    number,
    rule,
    spending,
)

Json = dict[str, Any]
Documents = tuple[Json, ...]

_WORDS = ("a", "an", "na", "anna", "NN", "ana")
_CHOICES = ("DE", "fr", "US")
_NUMBERS = (0, 1, 2.5, 3, -1)
_DAYS = ("2026-11-17", "2026-11-23", "2026-11-24", "2026-11-25", "2024-02-29")
_INSTANTS = ("2026-11-24T08:31:00Z", "2026-11-23T08:31:00.001Z", "2026-11-24")
_TAGS = (VIP, CHURNED)
_WEEK_AGO, _DAY_AGO = (NOW - timedelta(days=days) for days in (7, 1))
_NEAR = (-40, -31, -30, -24, -23, -22, -15, -9, -8, -7, -6, -3, -2, -1, 0, 1, 2, 3, 6, 7, 8, 22, 29, 30, 31, 37, 40)
_FAR = (-800, -732, -731, -730, -366, -365, 300, 365, 366, 400, 729, 730, 731, 800)
_LAPSES = ({"n": 1, "unit": "day"}, {"n": 7, "unit": "day"}, {"n": 1, "unit": "month"}, {"n": 2, "unit": "year"})


def _values(name: str) -> st.SearchStrategy[Any]:
    pools: dict[str, tuple[Any, ...]] = {
        "custom.note": _WORDS, "email": _WORDS, "country": _CHOICES, "custom.plan": ("Gold", "Silver"),
        "custom.score": _NUMBERS, "engagement.purchase.count": _NUMBERS, "contact_id": _NUMBERS,
        "engagement.purchase.total": _NUMBERS, "custom.renewal": _DAYS, "custom.seen": _INSTANTS,
        "engagement.purchase.last_at": _INSTANTS, "custom.active": (True, False), "tags": _TAGS,
        "custom.hobbies": ("Chess", "Go"),
    }  # fmt: skip
    return st.sampled_from(pools[name])


# -- rules


def rules(name: str) -> st.SearchStrategy[Json]:
    """One rule on the field."""
    field = field_named(name)
    found = [operator for operator in operators_of(field) if not _unfit(name, operator.name)]
    return st.sampled_from(found).flatmap(lambda operator: _rule(name, operator.name, isinstance(operator, Negation)))


def _unfit(name: str, operator: str) -> bool:
    return operator.startswith("anniversary") and name.startswith("engagement.")


def _rule(name: str, operator: str, negative: bool) -> st.SearchStrategy[Json]:
    more = {"includeMissing": st.booleans()} if negative and operator != "null" else {}
    parts = {"field": st.just(name), "operator": st.just(operator), "value": _value(name, operator)}
    return st.fixed_dictionaries(parts, optional=more)


def _value(name: str, operator: str) -> st.SearchStrategy[Any]:  # noqa: PLR0911 (a table)
    match operator:
        case "null" | "notNull":
            return st.none()
        case "between" | "notBetween":
            return st.lists(_values(name), min_size=2, max_size=2).map(sorted)
        case "in" | "notIn" | "containsAny" | "containsAll" | "containsNone" | "doesNotContainAll" | "equals":
            return st.lists(_values(name), min_size=1, max_size=3)
        case "withinLast" | "notWithinLast" | "withinNext" | "moreThanAgo" | "moreThanAhead" | "anniversaryWithinNext":
            return st.sampled_from(_LAPSES)
        case "inPeriod":
            return st.sampled_from(("this_day", "last_day", "this_week", "this_month", "next_year"))
        case "anniversaryOn":
            return st.sampled_from(_DAYS)
        case "happened":
            return st.fixed_dictionaries({}, optional={"times": _times(), "window": _windows()})
        case "didNotHappen":
            return st.fixed_dictionaries({}, optional={"window": _windows()})
        case "amounted":
            amounts = st.fixed_dictionaries({}, optional={"window": _windows(ended=False)})
            return st.builds(
                lambda key, amount, rest: {key: amount} | rest,
                st.sampled_from(("at_least", "less_than")), st.sampled_from((1, 2, 3)), amounts,
            )  # fmt: skip
        case _:
            return _values(name)


def _times() -> st.SearchStrategy[Json]:
    keys = st.sampled_from(("at_least", "at_most", "exactly", "more_than", "less_than"))
    single = st.builds(lambda key, k: {key: k}, keys, st.integers(1, 3))
    return single | st.sampled_from(({"between": [0, 1]}, {"between": [2, 2]}, {"exactly": 0}))


def _windows(*, ended: bool = True) -> st.SearchStrategy[Json]:
    week, day = _WEEK_AGO.isoformat(), _DAY_AGO.isoformat()
    forms: list[Json] = [{"last": lapse} for lapse in _LAPSES[:2]] + [{"after": week}, {"after": day}]
    closed: list[Json] = [{"before": week}, {"before": day}, {"from": week, "to": day}]
    return st.sampled_from(forms + (closed if ended else []))


# -- documents


@cache
def documents(name: str) -> Documents:
    """Documents with everything that rules on the field tell apart."""
    return ({}, *_DOCUMENTS[name]())


def _holding(name: str, values: Iterable[Any]) -> Documents:
    return tuple(document_with(name, value) for value in values)


def _texts(name: str) -> Documents:
    parts = ("", "a", "an", "na", "anna", "nn", "ana")
    made = (f"{begin}{between}{middle}{between}{end}" for begin, middle, end in product(parts, repeat=3)
            for between in ("", "-"))  # fmt: skip
    return _holding(name, sorted({text for text in made if text}))


def _days() -> list[str]:
    years = [f"{year}-02-{day}" for year in (2023, 2024) for day in (27, 28)] + ["2024-02-29", "1999-02-28"]
    near = [(NOW + timedelta(days=day)).date().isoformat() for day in (*_NEAR, *_FAR)]
    return years + near + ["2027-06-01", "2024-11-24", "2024-11-17", "2024-11-25", "2020-11-23"]


def _instants() -> list[str]:
    steps = [
        timedelta(0),
        timedelta(milliseconds=1),
        timedelta(milliseconds=-1),
        timedelta(hours=9),
        timedelta(hours=-9),
    ]
    noons = [NOW + timedelta(days=day) for day in (*_NEAR, *_FAR)]
    written = [instant + step for instant in noons for step in steps]
    midnights = [instant.replace(hour=23, minute=0) + step for instant in noons for step in steps[:3]]
    return [instant.isoformat(timespec="milliseconds").replace("+00:00", "Z") for instant in written + midnights]


def _subsets(name: str, members: tuple[Any, ...]) -> Documents:
    return _holding(name, (list(some) for size in range(1, 4) for some in combinations(members, size)))


def _histories() -> Iterator[tuple[list[int], Json]]:
    """Up to four events in each stretch that windows cut time into."""
    stretches = (_WEEK_AGO - timedelta(days=30), _WEEK_AGO, _DAY_AGO)
    for counts in product(range(5), repeat=3):
        times = [seconds(start) + n for start, count in zip(stretches, counts, strict=True) for n in range(count)]
        if times:
            yield times, history(PURCHASE, *times)


def _behaved() -> Documents:
    def spent(times: list[int]) -> list[Json]:
        newest_first = sorted(times, reverse=True)
        return [spending(PURCHASE, second, 100 * place) for place, second in enumerate(newest_first, 1)]

    return tuple(document | {"amounts": spent(times)} for times, document in _histories())


def _last_times() -> Documents:
    return tuple(
        {"events": [event(PURCHASE, 1, seconds(NOW + timedelta(days=day, seconds=second)))]}
        for day in (*_NEAR, *_FAR)
        for second in (-1, 0, 1, 32_400, -32_400)
    )


def _amounts() -> Documents:
    return tuple({"amounts_total": [(PURCHASE << 41) + (1 << 40) + minor]} for minor in range(-300, 500, 25))


_DOCUMENTS: dict[str, Callable[[], Documents]] = {
    "custom.note": lambda: _texts("custom.note"),
    "email": lambda: _texts("email"),
    "country": lambda: _holding("country", ("de", "FR", "us", "IT")),
    "custom.plan": lambda: _holding("custom.plan", ("gold", "Silver", "Bronze")),
    "custom.score": lambda: _holding("custom.score", [step / 4 for step in range(-12, 20)]),
    "contact_id": lambda: _holding("contact_id", range(-4, 6)),
    "custom.active": lambda: _holding("custom.active", (True, False)),
    "custom.renewal": lambda: _holding("custom.renewal", _days()),
    "custom.seen": lambda: _holding("custom.seen", _instants()),
    "tags": lambda: _subsets("tags", (VIP, CHURNED, 99)),
    "custom.hobbies": lambda: _subsets("custom.hobbies", ("chess", "Go", "Gone")),
    "engagement.purchase": _behaved,
    "engagement.purchase.count": lambda: tuple({"events_count": [number(PURCHASE, n)]} for n in range(1, 6)),
    "engagement.purchase.total": _amounts,
    "engagement.purchase.last_at": _last_times,
}
NAMES = tuple(_DOCUMENTS)


# -- trees


def trees(names: tuple[str, ...]) -> st.SearchStrategy[Json]:
    """Groups of rules on these fields."""
    leaf = st.sampled_from(names).flatmap(rules)
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            lambda combinator, parts, negated: group(combinator, *parts, **({"not": True} if negated else {})),
            st.sampled_from(("and", "or")),
            st.lists(inner, min_size=1, max_size=4),
            st.booleans(),
        ),
        max_leaves=9,
    )


def every(names: Iterable[str]) -> Documents:
    """All documents of these fields, each of one field."""
    return tuple(chain.from_iterable(documents(name) for name in names))


__all__ = ["NAMES", "documents", "every", "rule", "rules", "trees"]
