"""Compares the rules of a tree with one another.

A group is looked at with what stands around it: the rules that everybody in it meets anyway (`required`: they stand
beside it in an "and"), and those whose contacts are in the audience without it (`enough`: beside it in an "or").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from segments.lint.literals import Group, Literal
from segments.lint.notices import Code, Warning_
from segments.lint.relations import Relation, relation, truths

MOST_COMPARISONS = 2_000  # about 0.2 s; trees that people write have a few dozen
_VALUES_OF_ONE = 100  # values in lists that cost about what comparing two single rules costs
_PASSED_OVER = 0.01  # what a pair costs that is not compared

Index = dict[tuple[str, object], list[Literal]]  # literals by what they are about
Around = tuple[Index, ...]  # those of the groups around one, the outermost first


@dataclass
class Examination:
    """One pass over a tree; `across` compares rules of different segments only, and finds what they rule out."""

    across: bool = False
    left: float = MOST_COMPARISONS
    found: list[Warning_] = field(default_factory=list)
    needless: set[str] = field(default_factory=set)

    def group(self, group: Group, required: Around = (), enough: Around = ()) -> None:
        """Everything that can be said of the group and those within it."""
        own: Index = {}
        for literal in group.literals:
            if not self._settled(literal):
                self._among(group.every, (own,), literal)
                self._beside(group, literal, required, enough)
                own.setdefault(literal.subject, []).append(literal)
        self._repeated(group.groups)
        around = ((*required, own), enough) if group.every else (required, (*enough, own))
        for inner in group.groups:
            self.group(inner, *around)

    def _settled(self, literal: Literal) -> bool:
        truth = truths(literal)
        if len(truth) == 2:
            return False
        if not self.across:
            code, detail = _SETTLED[truth.pop()]
            self._tell(literal, code, f"{literal} {detail}")
        return True

    def _among(self, every: bool, before: Around, second: Literal) -> None:
        """The literal and those that stand before it in the group."""
        for first, bearing in self._related(before, second):
            if every and bearing.exclusive:
                self._clash(second, first)
                return
            if bearing.exhaustive and not every:
                detail = f"everybody meets {second} or {first}: together they leave nobody out"
                self._tell(second, Code.TAUTOLOGY, detail, first)
                return
            if self.across:
                continue
            if bearing.implies if every else bearing.implied:
                self._needless(every, second, first, same=bearing.implies and bearing.implied)
                return
            if bearing.implied if every else bearing.implies:
                self._needless(every, first, second)

    def _beside(self, group: Group, literal: Literal, required: Around, enough: Around) -> None:
        """The literal and what stands around its group."""
        for outer, bearing in self._related(required, literal):
            if bearing.exclusive:
                self._clash(literal, outer)
                return
            if bearing.implies and not self.across:
                if group.every:
                    self._needless(True, literal, outer)
                else:
                    self._needless_group(group, literal, outer, f"{literal} in it follows from {outer}")
                return
        for outer, bearing in self._related(enough, literal):
            if bearing.implied and not self.across:
                if group.every:
                    self._needless_group(group, literal, outer, f"{outer} takes in all who meet {literal}")
                else:
                    self._needless(False, literal, outer)
                return

    def _repeated(self, groups: Iterable[Group]) -> None:
        if self.across:
            return
        seen: dict[object, Group] = {}
        for group in groups:
            first = seen.setdefault(group.alike(), group)
            if first is not group:
                self._add(group.pointer, Code.REDUNDANT_GROUP, "the group says the same as another", first.pointer)

    def _related(self, around: Around, literal: Literal) -> Iterator[tuple[Literal, Relation]]:
        subject = literal.subject
        for other in (other for own in around for other in own.get(subject, ())):
            if self.left <= 0:
                return
            if self.across and not _apart(other, literal):
                self.left -= _PASSED_OVER
                continue
            self.left -= 1 + (other.weight + literal.weight) / _VALUES_OF_ONE
            bearing = relation(other, literal)
            if bearing is not None:
                yield other, bearing

    # -- what is said

    def _clash(self, literal: Literal, other: Literal) -> None:
        self._tell(literal, Code.CONTRADICTION, f"{literal} can never hold together with {other}", other)

    def _needless(self, every: bool, literal: Literal, other: Literal, *, same: bool = False) -> None:
        if literal.pointer in self.needless:
            return
        self.needless.add(literal.pointer)
        if same:
            detail = f"{literal} says the same as {other}"
        elif every:
            detail = f"{literal} adds nothing: it follows from {other}"
        else:
            detail = f"{literal} adds nobody: {other} takes in all who meet it"
        self._tell(literal, Code.REDUNDANT, detail, other)

    def _needless_group(self, group: Group, literal: Literal, other: Literal, reason: str) -> None:
        added = "nobody" if group.every else "nothing"
        detail = f"the group adds {added}: {reason}"
        self._add(group.pointer, Code.REDUNDANT_GROUP, detail, literal.pointer, other.pointer)

    def _tell(self, literal: Literal, code: Code, detail: str, *others: Literal) -> None:
        self._add(literal.pointer, code, detail, *(other.pointer for other in others))

    def _add(self, pointer: str, code: Code, detail: str, *related: str) -> None:
        self.found.append(Warning_(pointer, code, detail, related))


_SETTLED = {
    True: (Code.ALWAYS_HOLDS, "holds for everybody"),
    False: (Code.NEVER_HOLDS, "can never hold"),
}


def _apart(first: Literal, second: Literal) -> bool:
    """Whether they stand in different segments: those of one place in the tree stand in one, or in several of an or."""
    return first.pointer != second.pointer and not (first.origin is None and second.origin is None)
