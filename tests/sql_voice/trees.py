"""The shape of a tree: groups and rules, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.sql_voice.errors import UntranslatableError

_BOOKKEEPING = {"id", "path", "disabled", "meta", "muted"}
_GROUP = {"combinator", "not", "rules"}
_RULE = {"field", "operator", "value", "valueSource", "includeMissing"}
_JOINTS = {"and": " AND ", "or": " OR "}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as written; `include_missing` is None where the rule does not say."""

    field: str
    operator: str
    operand: Any
    include_missing: bool | None
    pointer: str

    def refused(self, detail: str, *, at: str = "") -> UntranslatableError:
        """The error to raise about this rule, or about its key `at`."""
        return UntranslatableError(f"{self.pointer}/{at}" if at else self.pointer, detail)


def condition(node: Any, truth: Callable[[Rule], str], pointer: str = "#") -> str:
    """SQL for the tree, with `truth` giving that of every rule."""
    if not isinstance(node, dict):
        raise UntranslatableError(pointer, "expected a group or a rule")
    if "rules" in node:
        return _group(node, truth, pointer)
    return f"({truth(_rule(node, pointer))})"


def _group(node: dict[str, Any], truth: Callable[[Rule], str], pointer: str) -> str:
    _only(node, _GROUP, pointer)
    joint = _JOINTS.get(node.get("combinator", ""))
    if joint is None:
        raise UntranslatableError(f"{pointer}/combinator", "expected and, or")
    if not isinstance(node["rules"], list):
        raise UntranslatableError(f"{pointer}/rules", "expected a list")
    parts = [
        condition(child, truth, f"{pointer}/rules/{place}")
        for place, child in enumerate(node["rules"])
        if not _flag(child, "muted", f"{pointer}/rules/{place}")
    ]
    if not parts:
        raise UntranslatableError(f"{pointer}/rules", "an empty group says nothing")
    joined = f"({joint.join(parts)})"
    return f"(NOT {joined})" if _flag(node, "not", pointer) else joined


def _rule(node: dict[str, Any], pointer: str) -> Rule:
    _only(node, _RULE, pointer)
    if node.get("valueSource", "value") != "value":
        raise UntranslatableError(f"{pointer}/valueSource", "a rule compares with a value")
    for key in ("field", "operator"):
        if not isinstance(node.get(key), str):
            raise UntranslatableError(f"{pointer}/{key}", "expected a name")
    include = _flag(node, "includeMissing", pointer) if "includeMissing" in node else None
    return Rule(node["field"], node["operator"], node.get("value"), include, pointer)


def _only(node: dict[str, Any], known: set[str], pointer: str) -> None:
    for key in node.keys() - known - _BOOKKEEPING:
        raise UntranslatableError(f"{pointer}/{key}", "not a key of a group or a rule")


def _flag(node: Any, key: str, pointer: str) -> bool:
    raw = node.get(key, False) if isinstance(node, dict) else False
    if not isinstance(raw, bool):
        raise UntranslatableError(f"{pointer}/{key}", "expected true or false")
    return raw
