"""react-querybuilder's queries, which are this service's own trees in everything but habits.

After the types of its public source (`RuleGroupType`, `RuleType`). A builder's inputs give texts for numbers, leave a
value behind when the operator changes to null, and write date-times without an offset; lists are arrays or joined by
commas. Independent combinators (and/or between the rules of one list) are refused: their precedence would be a guess.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, assert_never

from mappings import types
from mappings.fields import Catalogue, Field
from mappings.text import fold
from mappings.types.dates import write_instant
from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.describe import describe
from segments.errors import ConditionError, Refused
from segments.formats.account import UNKNOWN, Account
from segments.formats.nodes import root
from segments.formats.report import Exported, Fidelity, Finding, Imported
from segments.formats.values import number
from segments.formats.writing import Writing
from segments.limits import Limits
from segments.operators import Negation
from segments.operators.shapes import split
from segments.parse import parse

_PLACEHOLDER = "~"  # what a builder shows for "not chosen yet"


def read(document: object, catalogue: Catalogue, account: Account = UNKNOWN, *, exact: bool = False) -> Imported:
    """The tree of a query. With `exact`, what could only be approximated is refused."""
    habits = _Habits(catalogue, account)
    tree = habits.node(document, "#", 1)
    findings = list(habits.findings.values())
    if exact:
        findings = [Finding(one.pointer, Fidelity.REFUSED, one.detail) for one in findings]
    try:
        parsed = parse(tree, catalogue)
    except ConditionError as error:
        findings += [
            Finding(problem.pointer, Fidelity.REFUSED, problem.detail)
            for problem in error.problems
            if problem.pointer.removesuffix("/field") not in habits.findings
        ]
        return Imported(None, tuple(findings))
    understood = [one for one in _rules(parsed.condition) if one.pointer not in habits.findings]
    findings += [Finding(one.pointer, Fidelity.EXACT, _sentence(one)) for one in understood]
    findings += [Finding(pointer, Fidelity.EXACT, "muted, and so left out") for pointer in parsed.ignored]
    refused = any(finding.fidelity is Fidelity.REFUSED for finding in findings)
    return Imported(None if refused else root(parsed.tree), tuple(findings))


def _rules(condition: Condition) -> list[Criterion | InSegment]:
    match condition:
        case And(parts) | Or(parts):
            return [rule for part in parts for rule in _rules(part)]
        case Not(part):
            return _rules(part)
        case Criterion() | InSegment():
            return [condition]
        case _:
            assert_never(condition)


def _sentence(rule: Criterion | InSegment) -> str:
    return describe(rule).removeprefix("Contacts where ").removesuffix(".")


class _Habits:
    """Rewrites what builders do out of habit; the rest is left to `parse`, which refuses what it does not know."""

    def __init__(self, catalogue: Catalogue, account: Account) -> None:
        self.catalogue = catalogue
        self.account = account
        self.findings: dict[str, Finding] = {}

    def node(self, node: object, pointer: str, depth: int) -> object:
        """The node as `parse` expects it."""
        if not isinstance(node, dict) or depth > Limits().depth:
            return node
        if isinstance(node.get("rules"), list):
            rules = node["rules"]
            parts = [self.node(rule, f"{pointer}/rules/{place}", depth + 1) for place, rule in enumerate(rules)]
            return node | {"rules": parts}
        return self._rule(node, pointer)

    def _rule(self, node: dict[str, Any], pointer: str) -> dict[str, Any]:
        if _PLACEHOLDER in (node.get("field"), node.get("operator")):
            self._note(
                pointer, Fidelity.REFUSED, "the rule is not finished: choose a field and an operator, or remove it"
            )
            return node
        name = node.get("field")
        field = self.catalogue.get(self.account.fields.get(name, name)) if isinstance(name, str) else None
        if field is None:
            return node
        node = node | {"field": field.name}
        if node.get("operator") in ("null", "notNull"):
            return {key: value for key, value in node.items() if key != "value"}
        return node | {"value": self._value(node["value"], field, pointer)} if "value" in node else node

    def _note(self, pointer: str, fidelity: Fidelity, detail: str) -> None:
        self.findings[pointer] = Finding(pointer, fidelity, detail)

    def _value(self, raw: object, field: Field, pointer: str) -> object:
        if field.type is types.NUMBER:
            return _numbers(raw, field)
        if field.type is types.BOOLEAN and raw in ("true", "false"):
            return raw == "true"
        if field.type is types.DATETIME:
            return self._instants(raw, field, pointer)
        return raw

    def _instants(self, raw: object, field: Field, pointer: str) -> object:
        if isinstance(raw, str) and "," in raw:
            raw = split(raw, field)
        if isinstance(raw, list):
            return [self._instants(item, field, pointer) for item in raw]
        local = _local(raw)
        if local is None:
            return raw
        zone = self.account.time_zone or self.catalogue.time_zone
        if self.account.time_zone is None:
            detail = f"{raw} has no offset: it is taken to be a time in {zone}"
            self._note(pointer, Fidelity.APPROXIMATED, detail)
        return write_instant(local.replace(tzinfo=zone))


def _numbers(raw: object, field: Field) -> object:
    """Numbers in place of the texts that an input gives; anything else as it is."""
    if isinstance(raw, str) and "," in raw:
        raw = split(raw, field)
    if isinstance(raw, list):
        return [_numbers(item, field) for item in raw]
    try:
        return number(raw.strip()) if isinstance(raw, str) else raw
    except Refused:
        return raw


def _local(raw: object) -> datetime | None:
    """A date-time without an offset, as <input type="datetime-local"> gives it."""
    try:
        found = datetime.fromisoformat(raw) if isinstance(raw, str) and len(raw) > len("2026-11-24") else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is None else None


# -- writing


def write(
    tree: object,
    catalogue: Catalogue,
    account: Account = UNKNOWN,
    *,
    exact: bool = False,
    joined: bool = False,
) -> Exported:
    """The tree as a query for any builder: options by their names, nothing but react-querybuilder's own keys.

    With `joined`, lists of texts are joined by commas in place of arrays.
    """
    writing = Writing(catalogue, account, exact)
    parsed = writing.parsed(tree)
    if parsed is None:
        return writing.finish(None)
    return writing.finish(root(_written(parsed.condition, writing, joined)))


def _written(condition: Condition, writing: Writing, joined: bool) -> dict[str, Any]:
    match condition:
        case And(parts) | Or(parts):
            combinator = "and" if isinstance(condition, And) else "or"
            return {"combinator": combinator, "rules": [_written(part, writing, joined) for part in parts]}
        case Not(And() | Or() as part):
            return _written(part, writing, joined) | {"not": True}
        case Not(part):
            return {"combinator": "and", "not": True, "rules": [_written(part, writing, joined)]}
        case InSegment(segment_id):
            return writing.leaf(condition, lambda: (_segment(segment_id, writing.catalogue, joined), ())) or {}
        case Criterion():
            return writing.leaf(condition, lambda: (_criterion(condition, joined), ())) or {}
        case _:
            assert_never(condition)


def _segment(segment_id: int, catalogue: Catalogue, joined: bool) -> dict[str, Any]:
    field = catalogue.fields["segment"]
    value = _listed(_labelled([segment_id], field), field, joined)
    return {"field": "segment", "operator": "in", "value": value}


def _listed(value: Any, field: Field, joined: bool) -> Any:
    if not joined or not isinstance(value, list):
        return value
    text = ",".join(str(item).replace(",", "\\,") for item in value)
    # Not every list survives: outer spaces and a backslash at an end do not, nor do options that are named by number.
    return text if split(text, field) == value else value


def _criterion(rule: Criterion, joined: bool) -> dict[str, Any]:
    value = _listed(_labelled(rule.operator.shape.dump(rule.value, rule.field), rule.field), rule.field, joined)
    node = {"field": rule.field.name, "operator": rule.operator.name, "value": "" if value is None else value}
    if rule.include_missing or not isinstance(rule.operator, Negation):
        return node
    known: dict[str, Any] = {"field": rule.field.name, "operator": "notNull", "value": ""}
    if rule.field.type is types.BEHAVIOUR:
        known |= {"operator": "happened", "value": {}}
    return {"combinator": "and", "rules": [known, node]}


def _labelled(value: Any, field: Field) -> Any:
    """Options by their names: the numbers that they are kept by mean nothing elsewhere, unless a name is not enough."""
    shared = Counter(fold(option.label) for option in field.options or ())
    labels = {option.id: option.label for option in field.options or () if shared[fold(option.label)] == 1}
    if isinstance(value, list):
        return [labels.get(item, item) for item in value]
    return labels.get(value, value) if isinstance(value, str | int) and not isinstance(value, bool) else value
