"""A condition as groups whose members are rules, rules turned round, and groups of the other kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.describe import words
from segments.lint.claims import Meaning, meaning_of
from segments.moment import Moment

Rule = Criterion | InSegment


@dataclass(frozen=True, slots=True)
class Literal:
    """A rule as it bears on the whole: `negated` under an odd number of nots.

    `origin` is the segment that the rule stands in, where it is one that the tree refers to.
    """

    rule: Rule
    negated: bool
    meaning: Meaning | None
    origin: str | None = None

    @property
    def pointer(self) -> str:
        """The rule's place in the tree."""
        return self.rule.pointer

    @property
    def weight(self) -> int:
        """How many values the rule names."""
        return 1 if self.meaning is None else self.meaning.claim.weight

    @property
    def subject(self) -> tuple[str, object]:
        """Literals of different subjects do not bear on each other."""
        match self.rule:
            case Criterion(field):
                return "field", field.name
            case InSegment(number):
                return "segment", number
            case _:
                assert_never(self.rule)

    def __str__(self) -> str:
        said = f"‘{words(Not(self.rule) if self.negated else self.rule)}’"
        return said if self.origin is None else f"{said} of the segment {self.origin}"


@dataclass(frozen=True, slots=True)
class Group:
    """Every member holds, or some member does; its groups are of the other kind."""

    every: bool
    literals: tuple[Literal, ...]
    groups: tuple[Group, ...] = ()

    @property
    def pointer(self) -> str:
        """The place of the innermost group of the tree that has all of its rules."""
        ways = [literal.pointer.split("/") for literal in self.leaves()]
        shared = next(
            (place for place, steps in enumerate(zip(*ways, strict=False)) if len(set(steps)) > 1), len(ways[0])
        )
        return "/".join(ways[0][:shared]).removesuffix("/rules")

    def leaves(self) -> Iterator[Literal]:
        """Its rules, those of its groups included."""
        yield from self.literals
        for group in self.groups:
            yield from group.leaves()

    def alike(self) -> object:
        """The same for groups of the same rules, in whatever order."""
        rules = frozenset((literal.rule, literal.negated) for literal in self.literals)
        return self.every, rules, frozenset(group.alike() for group in self.groups)


@dataclass(frozen=True, slots=True)
class Normal:
    """Brings conditions into that form; `origins` are the names of the segments whose rules bear a pointer."""

    moment: Moment
    origins: dict[str, str]

    def of(self, condition: Condition) -> Group:
        """The condition as a group; a single rule is a group of one."""
        found = self._node(condition, negated=False)
        return Group(True, (found,)) if isinstance(found, Literal) else found

    def _node(self, condition: Condition, *, negated: bool) -> Literal | Group:
        match condition:
            case And(parts) | Or(parts):
                every = isinstance(condition, And) is not negated
                return _joined(every, [self._node(part, negated=negated) for part in parts])
            case Not(part):
                return self._node(part, negated=not negated)
            case Criterion():
                return Literal(condition, negated, meaning_of(condition, self.moment), self._origin(condition))
            case InSegment():
                return Literal(condition, negated, None)
            case _:
                assert_never(condition)

    def _origin(self, rule: Criterion) -> str | None:
        return self.origins.get(rule.pointer)


def _joined(every: bool, nodes: list[Literal | Group]) -> Literal | Group:
    if len(nodes) == 1:
        return nodes[0]
    literals: list[Literal] = []
    groups: list[Group] = []
    for node in nodes:
        match node:
            case Literal():
                literals.append(node)
            case Group() if node.every is every:
                literals += node.literals
                groups += node.groups
            case _:
                groups.append(node)
    return Group(every, tuple(literals), tuple(groups))
