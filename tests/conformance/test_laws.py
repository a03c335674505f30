"""The laws of logic and of time, for each voice: on random trees over random contacts."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from mappings.types import Trait
from segments import ConditionError, Moment
from tests.conformance.trees import instants, rules, trees, windows
from tests.conformance.values import PRESENT
from tests.conformance.voices import Ids, Organisation

Json = dict[str, Any]

few = settings(
    max_examples=20,
    derandomize="CONFORMANCE_TREES" not in os.environ,  # the suite asks the same each time, `make conformance` explores
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def group(combinator: str, *parts: Json, negated: bool = False) -> Json:
    return {"combinator": combinator, "not": negated, "rules": list(parts)}


def of_each(
    world: Sequence[Organisation], question: Callable[[Organisation], st.SearchStrategy[Any]]
) -> st.SearchStrategy[Any]:
    """The place of an organisation, and a question to it."""
    return st.one_of([st.tuples(st.just(place), question(one)) for place, one in enumerate(world)])


def some(count: int) -> Callable[[Organisation], st.SearchStrategy[Any]]:
    """So many trees, and when to ask them."""

    def question(organisation: Organisation) -> st.SearchStrategy[Any]:
        known = rules(organisation.catalogue)
        tree = trees(known, [list(known)], depth=1)
        return st.tuples(instants(organisation.catalogue.time_zone), *[tree] * count)

    return question


def at(organisation: Organisation, instant: tuple[datetime, bool]) -> Moment:
    now, closed = instant
    return organisation.moment(now, closed=closed)


def ids(organisation: Organisation, tree: Json, moment: Moment) -> Ids:
    """Whom all voices find."""
    try:
        answers = set(organisation.asked(tree, moment))
    except ConditionError as error:
        # What cannot be exact is refused, and says nothing about the laws.
        assume(not {problem.code for problem in error.problems} <= {"window_too_deep", "unsupported"})
        raise
    assert len(answers) == 1, f"the voices disagree on {tree}"
    return answers.pop()


def test_who_is_not_in_a_is_in_not_a(world: list[Organisation]) -> None:
    @few
    @given(of_each(world, some(1)))
    def holds(asked: tuple[int, tuple[Any, ...]]) -> None:
        organisation, (instant, a) = world[asked[0]], asked[1]
        moment, everybody = at(organisation, instant), frozenset(organisation.documents)
        no = group("and", a, negated=True)
        found = ids(organisation, a, moment)
        assert ids(organisation, no, moment) == everybody - found
        assert ids(organisation, group("or", no, negated=True), moment) == found
        assert sum(organisation.counted([a, no], moment)) == len(everybody)

    holds()


def test_de_morgan(world: list[Organisation]) -> None:
    @few
    @given(of_each(world, some(2)))
    def holds(asked: tuple[int, tuple[Any, ...]]) -> None:
        organisation, (instant, *parts) = world[asked[0]], asked[1]
        moment = at(organisation, instant)
        denied = [group("and", part, negated=True) for part in parts]
        for one, other in (("and", "or"), ("or", "and")):
            whole = ids(organisation, group(one, *parts, negated=True), moment)
            assert whole == ids(organisation, group(other, *denied), moment)

    holds()


def test_a_or_b_are_those_of_a_and_those_of_b_counted_once(world: list[Organisation]) -> None:
    @few
    @given(of_each(world, some(2)))
    def holds(asked: tuple[int, tuple[Any, ...]]) -> None:
        organisation, (instant, a, b) = world[asked[0]], asked[1]
        moment = at(organisation, instant)
        either, both = group("or", a, b), group("and", a, b)
        in_a, in_b = ids(organisation, a, moment), ids(organisation, b, moment)
        assert ids(organisation, either, moment) == in_a | in_b
        assert ids(organisation, both, moment) == in_a & in_b
        several = organisation.counted([either, a, b, both], moment)
        assert several[0] == several[1] + several[2] - several[3] == len(in_a | in_b)
        # In any order, and said twice.
        again = [group("or", b, a, b), group("and", b, a, b)]
        assert organisation.counted(again, moment) == [several[0], several[3]]

    holds()


def happenings(organisation: Organisation) -> st.SearchStrategy[Any]:
    """Rules of "at least so often", in windows that begin where they begin; and three instants."""
    zone = organisation.catalogue.time_zone
    fixed = windows(zone).filter(lambda window: "last" not in window)
    often = st.fixed_dictionaries({"times": st.fixed_dictionaries({"at_least": st.integers(1, 4)})})
    names = [field.name for field in organisation.catalogue if field.type.trait is Trait.BEHAVIOUR]
    rule = st.fixed_dictionaries(
        {
            "field": st.sampled_from(names),
            "operator": st.just("happened"),
            "value": st.builds(dict.__or__, often, st.fixed_dictionaries({}, optional={"window": fixed})),
        }
    )
    three = st.lists(instants(zone), min_size=3, max_size=3).map(sorted)
    return st.tuples(st.sampled_from(("and", "or")), st.lists(rule, min_size=1, max_size=4), three)


def test_what_happened_by_one_instant_has_happened_by_a_later_one(world: list[Organisation]) -> None:
    @few
    @given(of_each(world, happenings))
    def holds(asked: tuple[int, tuple[str, list[Json], list[tuple[datetime, bool]]]]) -> None:
        organisation, (combinator, parts, moments) = world[asked[0]], asked[1]

        def found(instant: tuple[datetime, bool], *, negated: bool = False) -> Ids:
            return ids(organisation, group(combinator, *parts, negated=negated), at(organisation, instant))

        first, second, third = map(found, moments)
        assert first <= second <= third
        fewer = [found(moment, negated=True) for moment in moments]
        assert fewer[0] >= fewer[1] >= fewer[2]
        assert third <= found((PRESENT, True)) == found((PRESENT, False))  # no event is newer

    holds()
