"""Reading a foreign document: names are looked up, and every condition leaves its finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from mappings.fields import Catalogue, Field
from mappings.standard import STANDARD
from segments.describe import describe
from segments.errors import ConditionError, Refused
from segments.formats.account import Account
from segments.formats.nodes import Node, root
from segments.formats.report import Fidelity, Finding, Imported
from segments.limits import Limits
from segments.parse import parse

_ALIASES = {alias: one.name for one in STANDARD if one.object == "contact" for alias in one.aliases}
# Tags, segments and behaviours are asked about by other means than by a property of the same name.
_PROPERTIES = ("contact", "company", "contact custom fields", "company custom fields")

OUTSIDE = "the date is at an end of the calendar, the years 1 to 9999"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a foreign condition means here; `doubts` are the reasons why that is not certain to be exact."""

    node: Node
    doubts: tuple[str, ...] = ()


@dataclass
class Reading:
    """One pass over a foreign document.

    `names` are the format's own names of standard fields; None where a name means something else than it does here.
    """

    catalogue: Catalogue
    account: Account
    exact: bool
    names: Mapping[str, str | None]
    findings: list[Finding] = field(default_factory=list)
    inverted: bool = False
    """Inside a negation: an approximation must now take in too many, so that the whole takes in too few."""

    # -- findings

    def refuse(self, pointer: str, detail: str) -> None:
        """What stands there cannot be said here."""
        self.findings.append(Finding(pointer, Fidelity.REFUSED, detail))

    def leaf(self, pointer: str, build: Callable[[], Meaning]) -> Node | None:
        """The node that `build` gives, once it is known to be understood; None where it is refused."""
        try:
            meaning = build()
            sentence = self._sentence(meaning.node)
        except Refused as refused:
            self.refuse(f"{pointer}{refused.at}", refused.detail)
            return None
        except OverflowError:
            self.refuse(pointer, OUTSIDE)
            return None
        if meaning.doubts and self.exact:
            self.refuse(pointer, f"this would not be exact: {'; '.join(meaning.doubts)}")
            return None
        if meaning.doubts:
            self.findings.append(Finding(pointer, Fidelity.APPROXIMATED, f"{sentence} ({'; '.join(meaning.doubts)})"))
        else:
            self.findings.append(Finding(pointer, Fidelity.EXACT, sentence))
        return meaning.node

    def _sentence(self, node: Node) -> str:
        try:
            condition = parse(node, self.catalogue).condition
        except ConditionError as error:
            problem = error.problems[0]
            raise Refused(problem.code, problem.detail, allowed=problem.allowed) from None
        return describe(condition).removeprefix("Contacts where ").removesuffix(".")

    def group(self, combinator: str, parts: Sequence[Node | None]) -> Node | None:
        """A group of the parts; None where any of them was refused. There is at least one part."""
        understood = [part for part in parts if part is not None]
        if len(understood) < len(parts):
            return None
        return understood[0] if len(understood) == 1 else {"combinator": combinator, "rules": understood}

    @contextmanager
    def inside_not(self, *, negated: bool = True) -> Iterator[None]:
        """What is read meanwhile stands inside a negation, if `negated`."""
        before = self.inverted
        self.inverted = before is not negated
        yield
        self.inverted = before

    def shallow(self, pointer: str, depth: int) -> bool:
        """Whether the nesting is still within what a tree may have; leaves a finding otherwise."""
        limit = Limits().depth
        if depth > limit:
            self.refuse(pointer, f"groups are nested deeper than {limit}: flatten the document")
        return depth <= limit

    def finish(self, node: Node | None) -> Imported:
        """The result of the whole; a tree only if nothing was refused."""
        if node is not None and not any(finding.fidelity is Fidelity.REFUSED for finding in self.findings):
            try:
                return Imported(parse(root(node), self.catalogue).tree, tuple(self.findings))
            except ConditionError as error:
                for problem in error.problems:
                    self.refuse("#", problem.detail)
        return Imported(None, tuple(self.findings))

    # -- names

    def field(self, name: object) -> Field:
        """The field here that a property there is. Raises Refused."""
        if not isinstance(name, str):
            raise Refused("wrong_type", "expected the name of a property")
        found = self._field(name)
        if found is None:
            mapped = self.account.fields.get(name) or self.names.get(name)
            which = f"{name!r:.200}, mapped to {mapped!r:.200}," if mapped else f"{name!r:.200}"
            raise Refused("unknown_field", f"the property {which} is no field here: map it to one under fields")
        return found

    def _field(self, name: str) -> Field | None:
        mapped = self.account.fields.get(name) or self.names.get(name)
        if mapped is not None or name in self.names:
            return self.catalogue.get(mapped or "")
        for candidate in (name, _ALIASES.get(name, name), f"custom.{name}"):
            found = self.catalogue.get(candidate)
            if found is not None and found.group in _PROPERTIES:
                return found
        return None

    def behaviour(self, name: object) -> Field:
        """The behaviour here that an event type there is. Raises Refused."""
        key = self.account.events.get(name, name) if isinstance(name, str) else None
        found = self.catalogue.get(f"engagement.{key}")
        if found is None or found.code is None or found.packing is not None:
            raise Refused("unknown_field", f"the event {name!r:.200} is no behaviour here: map it to one under events")
        return found

    @property
    def zone(self) -> ZoneInfo:
        """Where days begin there, as far as that is known."""
        return self.account.time_zone or self.catalogue.time_zone

    @property
    def zone_doubts(self) -> tuple[str, ...]:
        """Why "today" may be another day there."""
        own, theirs = self.catalogue.time_zone, self.account.time_zone
        if theirs is None:
            return (f"the time zone of the other account is not known; {own} is assumed",)
        return () if str(theirs) == str(own) else (f"today begins at midnight in {theirs} there, in {own} here",)

    @property
    def assumed_zone(self) -> tuple[str, ...]:
        """Why a date may be another instant there."""
        return self.zone_doubts if self.account.time_zone is None else ()

    def standing(self, name: str) -> Field:
        """A field that every organisation has: tags, segment, channels, unsubscribed."""
        return self.catalogue.fields[name]
