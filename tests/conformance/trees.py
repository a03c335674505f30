"""Random condition trees over an organisation's catalogue, as a client would write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from mappings.fields import Catalogue, Field
from mappings.types import Trait
from segments.operators import SYMBOLS, Negation, Operator
from tests.conformance import values
from tests.conformance.coverage import Pair, askable

Json = dict[str, Any]

_UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")
_DAY_UNITS = _UNITS[2:]
_PERIODS = [
    f"{which}_{unit}" for which in ("this", "last", "next") for unit in ("day", "week", "month", "quarter", "year")
]


# A strategy for each field and operator that fits it.
Rules = Mapping[Pair, st.SearchStrategy[Json]]


def rules(catalogue: Catalogue) -> Rules:
    """Rules of every kind there is."""
    zone = catalogue.time_zone
    return {(field.name, operator.name): _rule(field, operator, zone) for field, operator in askable(catalogue)}


def trees(known: Rules, *kinds: Sequence[Sequence[Pair]], depth: int = 3) -> st.SearchStrategy[Json]:
    """Groups of rules and groups, negated or not.

    A kind is a list of choices of rules. A rule is of any kind, of any of its choices, all equally likely.
    """
    rule = st.one_of([st.sampled_from(kind).flatmap(st.sampled_from).flatmap(known.__getitem__) for kind in kinds])
    node = rule
    for _ in range(depth):
        node = st.one_of(rule, _groups(node, rule))
    return _groups(node, rule)


def _groups(node: st.SearchStrategy[Json], rule: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    ignored = st.lists(rule.map(lambda one: one | {"muted": True}), max_size=1)
    return st.builds(
        lambda combinator, negated, parts, muted: {"combinator": combinator, "not": negated, "rules": parts + muted},
        st.sampled_from(("and", "or")),
        st.booleans(),
        st.lists(node, min_size=1, max_size=4),
        ignored,
    )


def _rule(field: Field, operator: Operator[Any], zone: ZoneInfo) -> st.SearchStrategy[Json]:
    symbols = [symbol for symbol, name in SYMBOLS.get(field.type.trait, {}).items() if name == operator.name]
    parts: dict[str, st.SearchStrategy[Any]] = {
        "field": st.just(field.name),
        "operator": st.sampled_from([operator.name, *symbols]),
        "value": _value(field, operator, zone),
    }
    optional = {}
    if isinstance(operator, Negation) and operator.name != "null" and field.type.trait is not Trait.REFERENCE:
        optional["includeMissing"] = st.booleans()
    return st.fixed_dictionaries(parts, optional=optional)


# -- values, by the operator's name: what its documentation says it takes


def _value(  # noqa: C901, PLR0911 (a table)
    field: Field, operator: Operator[Any], zone: ZoneInfo
) -> st.SearchStrategy[Any]:
    one = _one(field, zone)
    match operator.name:
        case "null" | "notNull":
            return st.just(None)
        case "contains" | "doesNotContain" | "beginsWith" | "doesNotBeginWith" | "endsWith" | "doesNotEndWith":
            return needles()
        case "between" | "notBetween":
            return st.lists(one, min_size=2, max_size=2).map(_in_order)
        case "in" | "notIn" | "containsAny" | "containsAll" | "containsNone" | "doesNotContainAll" | "equals":
            return st.lists(one, min_size=1, max_size=4)
        case "withinLast" | "notWithinLast" | "withinNext" | "moreThanAgo" | "moreThanAhead":
            return lapses(_DAY_UNITS if field.type.name == "date" else _UNITS)
        case "anniversaryWithinNext":
            return lapses(_DAY_UNITS)
        case "inPeriod":
            return st.sampled_from(_PERIODS)
        case "anniversaryOn":
            return st.sampled_from(values.DAYS).map(str)
        case "happened":
            return st.fixed_dictionaries({}, optional={"times": times(), "window": windows(zone)})
        case "didNotHappen":
            return st.fixed_dictionaries({}, optional={"window": windows(zone)})
        case "amounted":
            return _spendings(zone)
        case _:
            return one


def _one(field: Field, zone: ZoneInfo) -> st.SearchStrategy[Any]:  # noqa: PLR0911 (a table)
    if field.options is not None:
        return st.sampled_from([option.id for option in field.options])
    match field.type.name:
        case "text":
            return st.one_of(st.sampled_from(values.TEXTS), st.sampled_from(values.TEXTS).map(str.upper))
        case "choice":
            return st.sampled_from(values.CHOICES)
        case "number":
            return st.one_of(
                st.sampled_from(values.NUMBERS), st.integers(-3, 12), st.sampled_from((5.01, 19.985, 50.0))
            )
        case "boolean":
            return st.booleans()
        case "date":
            return st.sampled_from(values.DAYS).map(str)
        case "datetime":
            return moments(zone)
        case _:
            return st.none()


def moments(zone: ZoneInfo) -> st.SearchStrategy[str]:
    """Days, and instants beside their edges."""
    return st.one_of(st.sampled_from(values.DAYS).map(str), st.sampled_from(values.edges(zone)).map(_written))


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _in_order(pair: list[Any]) -> list[Any]:
    low, high = sorted(pair)
    # Of a day and an instant of its date in UTC either may be the lower bound: it depends on the zone.
    return pair if isinstance(low, str) and low[:10] == high[:10] and len(low) != len(high) else [low, high]


def needles() -> st.SearchStrategy[str]:
    """Parts of the texts that contacts have, in either case, and wildcards that mean nothing here."""
    parts = st.sampled_from(values.TEXTS).flatmap(
        lambda text: st.tuples(st.integers(0, min(len(text) - 1, 6)), st.integers(1, 8)).map(
            lambda cut: text[cut[0] : cut[0] + cut[1]]
        )
    )
    return st.one_of(
        parts, parts.map(str.upper).map(lambda text: text[:200]), st.sampled_from(("*", "?", "a*", ".*", "\\"))
    )


def lapses(units: tuple[str, ...]) -> st.SearchStrategy[Json]:
    """Amounts of time."""
    numbers = st.one_of(st.integers(1, 13), st.sampled_from((30, 31, 365, 366, 1000)))
    return st.fixed_dictionaries({"n": numbers, "unit": st.sampled_from(units)})


def times() -> st.SearchStrategy[Json]:
    """How often."""
    few = st.one_of(st.integers(1, 4), st.sampled_from((510,)))
    return st.one_of(
        st.fixed_dictionaries({"at_least": st.one_of(few, st.just(511))}),
        st.fixed_dictionaries({"at_most": st.one_of(few, st.just(0))}),
        st.fixed_dictionaries({"exactly": st.one_of(few, st.just(0))}),
        st.fixed_dictionaries({"more_than": st.one_of(few, st.just(0))}),
        st.fixed_dictionaries({"less_than": few}),
        st.lists(st.integers(0, 5), min_size=2, max_size=2).map(lambda pair: {"between": sorted(pair)}),
    )


def windows(zone: ZoneInfo) -> st.SearchStrategy[Json]:
    """Windows whose ends stand where events do, or a second beside."""
    steps = st.sampled_from((timedelta(0), timedelta(seconds=1), timedelta(seconds=-1), timedelta(milliseconds=500)))
    instants = st.builds(lambda at, step: _written(at + step), st.sampled_from(values.event_times(zone)), steps)
    ends = st.one_of(instants, st.sampled_from(values.DAYS[3:-1]).map(str))
    both = st.lists(ends, min_size=2, max_size=2, unique=True).map(_in_order)
    return st.one_of(
        st.fixed_dictionaries({"last": lapses(_UNITS)}),
        both.map(lambda pair: {"from": pair[0], "to": pair[1]}),
        st.fixed_dictionaries({"after": ends}),
        st.fixed_dictionaries({"before": ends}),
    )


def _spendings(zone: ZoneInfo) -> st.SearchStrategy[Json]:
    window = st.one_of(
        st.fixed_dictionaries({"last": lapses(_UNITS)}),
        st.fixed_dictionaries({"after": st.sampled_from(values.event_times(zone)).map(_written)}),
    )
    amount = st.sampled_from((0.01, 9.99, 10, 19.99, 50, 100, 1234.56, 5000))
    bound = st.sampled_from(("at_least", "less_than"))
    return st.builds(
        lambda key, value, rest: {key: value} | rest,
        bound,
        amount,
        st.fixed_dictionaries({}, optional={"window": window}),
    )


def instants(zone: ZoneInfo) -> st.SearchStrategy[tuple[datetime, bool]]:
    """The moment to evaluate at, and whether it lies in the past."""
    past = st.sampled_from(values.pasts(zone)).map(lambda instant: (instant.astimezone(UTC), True))
    return st.one_of(st.just((values.PRESENT, False)), past)
