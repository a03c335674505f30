"""JSON -> Condition. Nothing is dropped: what is not understood is an error with its place, and all come at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.fields import Catalogue, Field
from mappings.types import Trait
from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.errors import ConditionError, Problem, Refused, shown
from segments.limits import Limits
from segments.operators import Negation, Operator, operator_named, operators_of
from segments.operators.shapes import escape

KEPT = ("id", "path", "disabled", "meta")  # a builder's bookkeeping, without meaning here
_COMBINATORS = ("and", "or")
_SUGGESTED = 5  # names that an unknown one may have meant
_LONGEST_NAME = 100  # characters of an unknown name that are compared with the known ones
_GROUP_KEYS = ("combinator", "not", "rules", "muted", *KEPT)
_RULE_KEYS = ("field", "operator", "value", "includeMissing", "valueSource", "muted", *KEPT)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree that was understood.

    `tree` is the JSON to keep: options with a number are named by it, so that they may be renamed. `ignored` are the
    pointers of the muted nodes.
    """

    condition: Condition
    tree: dict[str, Any]
    ignored: tuple[str, ...]


def parse(tree: object, catalogue: Catalogue, limits: Limits = Limits()) -> Parsed:  # noqa: B008 (frozen)
    """The condition that the JSON `tree` describes.

    Raises:
        ConditionError: with every problem of the tree.
    """
    reading = _Reading(catalogue, limits)
    result = reading.node(tree, "#", 1)
    if reading.rules > limits.rules:
        reading.refuse("#", "too_many_rules", f"the tree has {reading.rules} rules; at most {limits.rules} are allowed")
    if result is None and not reading.problems:
        reading.refuse("#", "empty_group", "every rule is muted: nothing is left to ask")
    if reading.problems or result is None:
        raise ConditionError(reading.problems)
    condition, kept = result
    return Parsed(condition, kept, tuple(reading.ignored))


Node = tuple[Condition, dict[str, Any]]


@dataclass
class _Reading:
    """One pass over a tree. A node that is muted or wrong gives None; wrong ones also leave their problems."""

    catalogue: Catalogue
    limits: Limits
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    rules: int = 0

    def refuse(self, pointer: str, code: str, detail: str, allowed: tuple[str, ...] | None = None) -> None:
        self.problems.append(Problem(pointer, code, detail, allowed))

    def node(self, node: object, pointer: str, depth: int) -> Node | None:
        match node:
            case dict() if self._muted(node, pointer):
                pass
            case dict() if "rules" in node or "combinator" in node:
                return self._group(node, pointer, depth)
            case dict() if "field" in node or "operator" in node:
                self.rules += 1
                return self._rule(node, pointer) if self.rules <= self.limits.rules else None
            case str():
                self.refuse(
                    pointer, "unsupported", "and/or between rules is not understood: make each run of rules a group"
                )
            case _:
                expected = "expected a group {combinator, rules} or a rule {field, operator, value}"
                self.refuse(pointer, "wrong_type", expected)
        return None

    def _muted(self, node: Mapping[str, Any], pointer: str) -> bool:
        muted = node.get("muted", False)
        if not isinstance(muted, bool):
            self.refuse(f"{pointer}/muted", "wrong_type", "expected true or false")
        if muted is True:
            self.ignored.append(pointer)
        return muted is True

    # -- groups

    def _group(self, node: dict[str, Any], pointer: str, depth: int) -> Node | None:
        self._known_keys(node, _GROUP_KEYS, pointer)
        if depth > self.limits.depth:
            self.refuse(pointer, "too_deep", f"groups are nested deeper than {self.limits.depth}: flatten the tree")
            return None
        combinator = self._combinator(node, pointer)
        negated = node.get("not", False)
        if not isinstance(negated, bool):
            self.refuse(f"{pointer}/not", "wrong_type", "expected true or false")
        parts = self._parts(node.get("rules"), f"{pointer}/rules", depth)
        conditions = tuple(part[0] for part in parts if part is not None)
        if not conditions:
            return None  # its problems are told, or all of its rules are muted
        whole: Condition = And(conditions) if combinator == "and" else Or(conditions)
        # Muted rules are kept as they were written, the others as they were understood.
        kept = [rule if part is None else part[1] for rule, part in zip(node["rules"], parts, strict=True)]
        return (Not(whole) if negated is True else whole), node | {"combinator": combinator, "rules": kept}

    def _combinator(self, node: Mapping[str, Any], pointer: str) -> str | None:
        combinator = node.get("combinator")
        if isinstance(combinator, str) and combinator.lower() in _COMBINATORS:
            return combinator.lower()
        if "combinator" not in node:
            self.refuse(pointer, "missing", "combinator is missing: and, or or", _COMBINATORS)
        else:
            remedy = ": say it with and, or and not" if combinator in ("xor", "XOR") else ""
            detail = f"there is no combinator {shown(combinator)}{remedy}"
            self.refuse(f"{pointer}/combinator", "unknown_combinator", detail, _COMBINATORS)
        return None

    def _parts(self, rules: object, pointer: str, depth: int) -> list[Node | None]:
        if not isinstance(rules, list):
            self.refuse(pointer, "wrong_type", "expected a list of rules and groups")
            return []
        if not rules:
            self.refuse(pointer, "empty_group", "the group is empty: nobody can tell whom it means; fill or remove it")
        return [self.node(rule, f"{pointer}/{place}", depth + 1) for place, rule in enumerate(rules)]

    # -- rules

    def _rule(self, node: dict[str, Any], pointer: str) -> Node | None:
        self._known_keys(node, _RULE_KEYS, pointer)
        if node.get("valueSource", "value") != "value":
            detail = "comparing two fields is not possible: compare with a value"
            self.refuse(f"{pointer}/valueSource", "unsupported", detail, ("value",))
        asked = self._field(node.get("field"), f"{pointer}/field")
        if asked is None:
            return None
        operator = self._operator(node.get("operator"), asked, f"{pointer}/operator")
        if operator is None:
            return None
        include = self._include_missing(node, asked, operator, pointer)
        try:
            value = operator.shape.load(node.get("value"), asked, self.limits)
            operator.check(asked, value)
        except Refused as refused:
            self.refuse(f"{pointer}/value{refused.at}", refused.code, refused.detail, refused.allowed)
            return None
        kept = node | {"value": operator.shape.dump(value, asked)}
        if asked.type.trait is Trait.REFERENCE:
            return _references(operator, value, pointer), kept
        return Criterion(asked, operator, value, include, pointer), kept

    def _field(self, name: object, pointer: str) -> Field | None:
        found = self.catalogue.get(name) if isinstance(name, str) else None
        if found is None:
            likely = name[:_LONGEST_NAME] if isinstance(name, str) else ""
            within = [known for known in self.catalogue.fields if likely and known.endswith(f".{likely}")]
            close = tuple(within[:_SUGGESTED] or difflib.get_close_matches(likely, self.catalogue.fields, _SUGGESTED))
            hint = f"; did you mean {close[0]}?" if close else ""
            self.refuse(pointer, "unknown_field", f"there is no field {shown(name)}{hint}", close or None)
            return None
        if found.unavailable is not None:
            self.refuse(pointer, "unavailable", found.unavailable)
            return None
        return found

    def _operator(self, name: object, asked: Field, pointer: str) -> Operator[Any] | None:
        found = operator_named(name, asked) if isinstance(name, str) else None
        if found is None:
            allowed = tuple(operator.name for operator in operators_of(asked))
            detail = f"{asked.name} ({asked.type.name}) has no operator {shown(name)}"
            self.refuse(pointer, "unknown_operator", detail, allowed)
        return found

    def _include_missing(self, node: Mapping[str, Any], asked: Field, operator: Operator[Any], pointer: str) -> bool:
        include = node.get("includeMissing", True)
        if not isinstance(include, bool):
            self.refuse(f"{pointer}/includeMissing", "wrong_type", "expected true or false")
        elif "includeMissing" in node and (reason := cannot_be_missing(asked, operator)):
            self.refuse(f"{pointer}/includeMissing", "unsupported", reason)
        return include is not False

    def _known_keys(self, node: Mapping[str, Any], known: tuple[str, ...], pointer: str) -> None:
        for key in node:
            if key not in known:
                self.refuse(f"{pointer}/{escape(str(key))}", "unknown_key", f"{shown(key)} is not known here", known)


def cannot_be_missing(asked: Field, operator: Operator[Any]) -> str:
    """Why includeMissing means nothing in the rule; empty where it does."""
    if operator.name == "null":
        return "null asks for missing values: it takes no includeMissing"
    if not isinstance(operator, Negation):
        return f"{operator.name} never holds on a missing value: only negative operators take includeMissing"
    if asked.type.trait is Trait.REFERENCE:
        return "a contact is in a segment or not: there is no missing value"
    return ""


def _references(operator: Operator[Any], options: tuple[Any, ...], pointer: str) -> Condition:
    references = tuple(InSegment(option.id, option.label, pointer) for option in options)
    whole: Condition = references[0] if len(references) == 1 else Or(references)
    return Not(whole) if isinstance(operator, Negation) else whole
