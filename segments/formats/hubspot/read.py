"""HubSpot's filter branches as a tree.

After "List filters overview" and "List filter definitions" of HubSpot's developer documentation and the Lists models of
its public API clients. A branch joins its filters and its sub-branches: OR any of them, AND all of them, NOT_ANY and
NOT_ALL negate that. A UNIFIED_EVENTS branch asks for an event.
"""

from __future__ import annotations

from typing import Any

from mappings.fields import Catalogue
from segments.errors import Refused
from segments.formats.account import UNKNOWN, Account
from segments.formats.comparisons import is_any, is_none
from segments.formats.hubspot.events import event
from segments.formats.hubspot.names import CONTACTS, NAMES
from segments.formats.hubspot.properties import property_filter
from segments.formats.nodes import Node, none_of
from segments.formats.reading import Meaning, Reading
from segments.formats.report import Imported
from segments.formats.values import value
from segments.operators.shapes import keys

_COMBINATORS = {"OR": "or", "AND": "and", "NOT_ANY": "or", "NOT_ALL": "and"}
_BRANCH = ("filterBranchType", "filterBranchOperator", "filterBranches", "filters")
_ABOUT_EVENTS = (
    "a filter of {} asks for one particular form, page or e-mail: declare a behaviour that is narrowed to it"
)
_WHY = {
    "ASSOCIATION": "associated objects are not kept here: a company's properties are company.*, deals are events",
    "PROPERTY_ASSOCIATION": "associated objects are not kept here",
    "RESTRICTED": "HubSpot hides what this branch says from the one who asked",
}


def read(document: object, catalogue: Catalogue, account: Account = UNKNOWN, *, exact: bool = False) -> Imported:
    """The tree of a list's filters; `document` is a `filterBranch`, or a list that has one.

    With `exact`, what could only be approximated is refused.
    """
    reading = Reading(catalogue, account, exact, NAMES)
    branch, pointer = _branch_of(document)
    if pointer and isinstance(document, dict) and document.get("objectTypeId", CONTACTS) != CONTACTS:
        reading.refuse("#/objectTypeId", f"expected a list of contacts ({CONTACTS})")
    return reading.finish(_branch(reading, branch, f"#{pointer}", 1))


def _branch_of(document: object) -> tuple[object, str]:
    if isinstance(document, dict) and "filterBranch" in document:
        return document["filterBranch"], "/filterBranch"
    return document, ""


def _branch(reading: Reading, branch: object, pointer: str, depth: int) -> Node | None:
    kind = branch.get("filterBranchType") if isinstance(branch, dict) else None
    if not isinstance(branch, dict) or not isinstance(kind, str):
        reading.refuse(pointer, "expected a branch {filterBranchType, filters, filterBranches}")
        return None
    if not reading.shallow(pointer, depth):
        return None
    if kind == "UNIFIED_EVENTS":
        return reading.leaf(pointer, lambda: event(reading, branch))
    if kind not in _COMBINATORS:
        reading.refuse(pointer, _WHY.get(kind, f"there is no branch {kind!r:.200}"))
        return None
    return _joined(reading, branch, kind, pointer, depth)


def _joined(reading: Reading, branch: dict[str, Any], kind: str, pointer: str, depth: int) -> Node | None:
    try:
        keys(branch, required=("filterBranchType",), optional=_BRANCH)
    except Refused as refused:
        reading.refuse(f"{pointer}{refused.at}", refused.detail)
        return None
    filters, branches = branch.get("filters") or [], branch.get("filterBranches") or []
    if not isinstance(filters, list) or not isinstance(branches, list) or not (filters or branches):
        reading.refuse(pointer, "the branch is empty: nobody can tell whom it means")
        return None
    negated = kind.startswith("NOT_")
    with reading.inside_not(negated=negated):
        parts = [_filter(reading, one, f"{pointer}/filters/{place}") for place, one in enumerate(filters)]
        parts += [
            _branch(reading, one, f"{pointer}/filterBranches/{place}", depth + 1) for place, one in enumerate(branches)
        ]
    node = reading.group(_COMBINATORS[kind], parts)
    return none_of(node) if node is not None and negated else node


def _filter(reading: Reading, one: object, pointer: str) -> Node | None:
    if not isinstance(one, dict):
        reading.refuse(pointer, "expected a filter {filterType, ...}")
        return None
    match one.get("filterType"):
        case "PROPERTY":
            return reading.leaf(pointer, lambda: property_filter(reading, one))
        case "IN_LIST":
            return reading.leaf(pointer, lambda: _in_list(reading, one))
        case "UNIFIED_EVENTS":
            return reading.leaf(pointer, lambda: event(reading, one))
        case kind:
            reading.refuse(pointer, _ABOUT_EVENTS.format(f"{kind!r:.200}"))
            return None


def _in_list(reading: Reading, one: dict[str, Any]) -> Meaning:
    given = keys(one, required=("filterType", "operator", "listId"), optional=("metadata",))
    if given.get("metadata"):
        raise Refused("unsupported", "membership of imports and workflows is not kept here", at="/metadata")
    segment = reading.standing("segment")
    chosen = [value(given["listId"], segment, reading.account)]
    match given["operator"]:
        case "IN_LIST":
            return Meaning(is_any(segment, chosen))
        case "NOT_IN_LIST":
            return Meaning(is_none(segment, chosen, missing=True))
        case other:
            raise Refused("unknown_operator", f"IN_LIST has no operator {other!r:.200}", at="/operator")
