"""A tree as HubSpot's filter branches: an OR of ANDs, which is what the Lists API takes."""

from __future__ import annotations

from typing import Any

from mappings.fields import Catalogue
from segments.conditions import Criterion, InSegment
from segments.errors import Refused
from segments.formats.account import UNKNOWN, Account
from segments.formats.hubspot.filters import segment_filter, written
from segments.formats.hubspot.names import MAX_FILTERS
from segments.formats.hubspot.parts import Filters
from segments.formats.report import Exported
from segments.formats.writing import AskedSegment, Choices, Writing, asked, choices


def write(tree: object, catalogue: Catalogue, account: Account = UNKNOWN, *, exact: bool = False) -> Exported:
    """The `filterBranch` of a list that has the tree's members; fields and values are named by `account`, backwards.

    With `exact`, what could only be approximated is refused.
    """
    writing = Writing(catalogue, account, exact)
    parsed = writing.parsed(tree)
    if parsed is None:
        return writing.finish(None)

    def literal(rule: Criterion | InSegment, negated: bool) -> Choices[Filters] | None:
        if isinstance(rule, InSegment):
            member = AskedSegment(rule.name, rule.segment_id, negated)
            return writing.leaf(rule, lambda: segment_filter(member, account))
        return writing.leaf(rule, lambda: written(asked(rule, negated=negated), catalogue, account))

    try:
        found = choices(parsed.condition, literal, MAX_FILTERS)
    except Refused as refused:
        writing.refuse("#", refused.detail)
        return writing.finish(None)
    return writing.finish(_branch("OR", [_conjunction(conjunction) for conjunction in found]))


def _conjunction(parts: list[Filters]) -> dict[str, Any]:
    filters = [part for part in parts if "filterType" in part]
    return _branch("AND", [part for part in parts if "filterType" not in part], filters)


def _branch(kind: str, branches: list[dict[str, Any]], filters: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "filterBranchType": kind,
        "filterBranchOperator": kind,
        "filters": filters or [],
        "filterBranches": branches,
    }
