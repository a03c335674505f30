"""Answers questions: counts, samples and lists, each with its receipt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from app.audience import EVERYBODY, Audience, Columns, Member
from app.errors import invalid
from app.questions import Question, placed
from app.service import service
from segments import And, Condition, Or, Problem, describe
from segments.clauses import Clause, all_of, any_of
from segments.compile import too_much
from store.state import Freshness


@dataclass(frozen=True, slots=True)
class Receipt:
    """When, of which version of the definition, by which query, over how fresh an index, without which rules."""

    as_of: datetime
    definition_version: int | None
    query_hash: str
    index: Freshness
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A rule of the outermost group: how many contacts meet it alone, and together with all before it."""

    pointer: str
    sentence: str
    alone: int
    cumulated: int


class Answers:
    """The answers to one question: it is compiled once, so all of them are about the same contacts.

    They are asked for in a `with` block, at the end of which the index is let go of.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self._audience = Audience(service().index.of(question.org_id, question.index))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._audience.close()

    @cached_property
    def _clause(self) -> Clause:
        return self._compiled(self.question.definition.expanded)

    @property
    def receipt(self) -> Receipt:
        """What the answers are worth."""
        query = json.dumps(self._clause, sort_keys=True)
        return Receipt(
            as_of=self.question.moment.now,
            definition_version=self.question.version,
            query_hash=hashlib.sha256(query.encode()).hexdigest()[:16],
            index=self.question.freshness,
            ignored=self.question.ignored,
        )

    def count(self) -> int:
        """How many contacts."""
        return self._audience.count(self._clause)

    def counts(self, members: Sequence[Condition], everybody: Sequence[Condition]) -> tuple[list[int], list[int]]:
        """How many of them, and how many of all contacts, meet each of the conditions; in one request."""
        sides = ((self._clause, members), (EVERYBODY, everybody))
        asked = [(among, [self._compiled(one) for one in conditions]) for among, conditions in sides if conditions]
        counts = iter(self._audience.counts_among(asked) if asked else ())
        first, second = (next(counts) if conditions else [] for _, conditions in sides)
        return first, second

    def sample(self, size: int, columns: Columns) -> tuple[Member, ...]:
        """Some of them: the same for the same tree until the data changes."""
        return self._audience.sample(self._clause, size, self.question.definition.seed, columns)

    def page(self, size: int, after: int, columns: Columns) -> tuple[Member, ...]:
        """The next of them by id."""
        return self._audience.page(self._clause, size, after, columns)

    def stream(self, columns: Columns) -> Iterator[Member]:
        """All of them, out of one state of the index, which is let go of behind the last."""
        return self._audience.stream(self._clause, columns)

    def funnel(self) -> tuple[Step, ...]:
        """The rules of the outermost group one by one; a single rule or a negated group is one step."""
        expanded, written = self.question.definition.expanded, self.question.definition.written.condition
        match expanded, written:
            case (And(parts), And(named)) | (Or(parts), Or(named)):
                joined = all_of if isinstance(expanded, And) else any_of
                pointers = self.question.places_of_rules()
            case _:
                parts, named, joined, pointers = (expanded,), (written,), all_of, (self.question.place,)
        alone = [self._compiled(part) for part in parts]
        cumulated = [joined(alone[:end]) for end in range(1, len(alone) + 1)]
        steps = [*alone, *cumulated]
        if (problem := too_much(any_of(steps))) is not None:
            detail = "the tree is too large to be counted rule by rule: leave funnel out"
            raise invalid(Problem("#/funnel", problem.code, detail))
        counts = self._audience.counts(steps)
        halves = counts[: len(alone)], counts[len(alone) :]
        return tuple(
            Step(pointer, describe(part), *numbers)
            for pointer, part, *numbers in zip(pointers, named, *halves, strict=True)
        )

    def _compiled(self, condition: Condition) -> Clause:
        with placed(self.question.place):
            return self._audience.clause(condition, self.question.moment)
