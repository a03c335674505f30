"""Writing a tree in a foreign language: every rule leaves its finding, and negations are pushed down to the rules.

Operators are exact complements of one another, so a condition can be said as a choice of conjunctions of rules that are
each asked for positively or negatively, with or without contacts that have no value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, assert_never

from mappings.fields import Catalogue, Field
from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.describe import describe
from segments.errors import ConditionError, Refused
from segments.formats.account import Account
from segments.formats.reading import OUTSIDE
from segments.formats.report import Exported, Fidelity, Finding
from segments.operators import Negation, Operator
from segments.parse import Parsed, parse

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule, by its positive operator: whether it is asked for or its opposite, and whether missing values pass."""

    field: Field
    operator: Operator[Any]
    value: Any
    opposite: bool
    missing: bool

    @property
    def written(self) -> Any:
        """The value as a tree keeps it."""
        return self.operator.shape.dump(self.value, self.field)


@dataclass(frozen=True, slots=True)
class AskedSegment:
    """Membership of a segment, or the lack of it."""

    name: str
    segment_id: int
    opposite: bool


Literal = Asked | AskedSegment


def asked(rule: Criterion, *, negated: bool) -> Asked:
    """The rule, or its complement if `negated`."""
    operator, opposite = rule.operator, False
    if isinstance(operator, Negation):
        operator, opposite = operator.positive, True
    passes = opposite and rule.include_missing
    return Asked(rule.field, operator, rule.value, opposite is not negated, passes is not negated)


@dataclass
class Writing:
    """One pass over a tree."""

    catalogue: Catalogue
    account: Account
    exact: bool
    findings: list[Finding] = field(default_factory=list)

    def parsed(self, tree: object) -> Parsed | None:
        """The tree, understood; its problems are findings."""
        try:
            parsed = parse(tree, self.catalogue)
        except ConditionError as error:
            for problem in error.problems:
                self.refuse(problem.pointer, problem.detail)
            return None
        for pointer in parsed.ignored:
            self.findings.append(Finding(pointer, Fidelity.EXACT, "muted, and so left out"))
        return parsed

    def refuse(self, pointer: str, detail: str) -> None:
        """What stands there cannot be said in the other language."""
        self.findings.append(Finding(pointer, Fidelity.REFUSED, detail))

    def leaf(self, rule: Criterion | InSegment, build: Callable[[], tuple[T, tuple[str, ...]]]) -> T | None:
        """What `build` says for the rule, with its doubts; None where it is refused."""
        try:
            written, doubts = build()
        except Refused as refused:
            self.refuse(rule.pointer, refused.detail)
            return None
        except OverflowError:
            self.refuse(rule.pointer, OUTSIDE)
            return None
        if doubts and self.exact:
            self.refuse(rule.pointer, f"this would not be exact: {'; '.join(doubts)}")
            return None
        sentence = describe(rule).removeprefix("Contacts where ").removesuffix(".")
        detail = f"{sentence} ({'; '.join(doubts)})" if doubts else sentence
        fidelity = Fidelity.APPROXIMATED if doubts else Fidelity.EXACT
        self.findings.append(Finding(rule.pointer, fidelity, detail))
        return written

    def finish(self, document: dict[str, Any] | None) -> Exported:
        """The result of the whole; a document only if nothing was refused."""
        if any(finding.fidelity is Fidelity.REFUSED for finding in self.findings):
            document = None
        return Exported(document, tuple(self.findings))


Choices = list[list[T]]  # some conjunction holds


def choices(
    condition: Condition, literal: Callable[[Criterion | InSegment, bool], Choices[T] | None], most: int
) -> Choices[T]:
    """The condition as a choice of conjunctions of what `literal` gives for each rule (and whether it is negated).

    A rule that is refused counts as one that is there, so that all refusals are found.

    Raises:
        Refused: the conjunctions have more than `most` parts together.
    """
    found = _choices(condition, False, literal, most)
    return _bounded(found, most)


def _choices(
    condition: Condition, negated: bool, literal: Callable[[Criterion | InSegment, bool], Choices[T] | None], most: int
) -> Choices[T]:
    match condition:
        case Not(part):
            return _choices(part, not negated, literal, most)
        case And(parts) | Or(parts):
            inner = [_choices(part, negated, literal, most) for part in parts]
            if isinstance(condition, And) is not negated:
                return _product(inner, most)
            return [conjunction for one in inner for conjunction in one]
        case Criterion() | InSegment():
            return literal(condition, negated) or [[]]
        case _:
            assert_never(condition)


def _product(inner: list[Choices[T]], most: int) -> Choices[T]:
    found: Choices[T] = [[]]
    for one in inner:
        found = _bounded([left + right for left in found for right in one], most)
    return found


def _bounded(found: Choices[T], most: int) -> Choices[T]:
    size = sum(map(len, found))
    if size > most:
        raise Refused("too_large", f"said as a choice of conjunctions this takes {size} filters; {most} are allowed")
    return found
