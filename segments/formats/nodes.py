"""The nodes of a tree, written by importers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mappings.fields import Field

Node = dict[str, Any]


def rule(field: Field, operator: str, value: object = None) -> Node:
    """One rule."""
    node: Node = {"field": field.name, "operator": operator}
    return node if value is None else node | {"value": value}


def negative(field: Field, operator: str, value: object, *, missing: bool) -> Node:
    """A rule with a negative operator; `missing` says whether contacts without a value are meant too."""
    node = rule(field, operator, value)
    return node if missing else node | {"includeMissing": False}


def all_of(nodes: Sequence[Node]) -> Node:
    """Every node holds. There is at least one."""
    return nodes[0] if len(nodes) == 1 else {"combinator": "and", "rules": list(nodes)}


def any_of(nodes: Sequence[Node]) -> Node:
    """Some node holds. There is at least one."""
    return nodes[0] if len(nodes) == 1 else {"combinator": "or", "rules": list(nodes)}


def none_of(node: Node) -> Node:
    """The node does not hold."""
    if "rules" in node and not node.get("not"):
        return node | {"not": True}
    return {"combinator": "and", "not": True, "rules": [node]}


def root(node: Node) -> Node:
    """The node as the root of a tree, which every builder wants to be a group."""
    return node if "rules" in node else {"combinator": "and", "rules": [node]}


def known(field: Field, node: Node) -> Node:
    """The node holds, and the contact has a value."""
    return all_of([rule(field, "notNull"), node])


def missing_too(field: Field, node: Node, *, wanted: bool) -> Node:
    """The node, which is false on missing; or, if `wanted`, the contact has no value."""
    return any_of([node, rule(field, "null")]) if wanted else node


def complement(field: Field, node: Node, *, missing: bool) -> Node:
    """The node, which is false on missing, does not hold; `missing` as in `negative`."""
    return none_of(node) if missing else known(field, none_of(node))
