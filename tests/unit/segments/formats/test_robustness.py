"""Whatever stands in a document: it is read or refused, never dropped, and the reader never fails."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from segments import parse
from segments.formats import FORMATS, Account, Fidelity, react_querybuilder
from tests.unit.segments.formats import test_chatwoot as chatwoot
from tests.unit.segments.formats import test_hubspot_read as hubspot
from tests.unit.segments.formats import test_hubspot_write as trees
from tests.unit.segments.formats import test_intercom as intercom
from tests.unit.segments.formats import test_klaviyo as klaviyo
from tests.unit.segments.formats import test_mautic as mautic
from tests.unit.segments.formats.hubspot_lists import contacts
from tests.unit.segments.formats.shop import SHOP, STATED, UNSTATED
from tests.unit.segments.organisation import CATALOGUE
from tests.unit.segments.trees import TREES

DOCUMENTS: list[tuple[str, Any]] = [
    *(("hubspot", contacts(part)) for part, _ in hubspot.EXACT),
    *(("klaviyo", klaviyo.segment(*groups)) for groups, _ in klaviyo.EXACT),
    *(("intercom", {"query": query}) for query, _ in intercom.EXACT),
    *(("mautic", filters) for filters, _ in mautic.EXACT),
    *(("chatwoot", {"payload": payload}) for payload, _ in chatwoot.EXACT),
    *(("react-querybuilder", {"combinator": "and", "rules": [one]}) for one in trees.EXACT),
]
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, -1, 1.5, 1e300, 10**30, [], {}, [None], [[]], {"x": 1}, [1, "a"]),
        *("", " ", "~", "x", "%", "-", "NaN", "1e999", "\x00", "\ud800"),
        *("9999-12-31", "2026-02-30", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00+14:00"),
    ]
).map(copy.deepcopy)
_KEYS = st.sampled_from(
    [
        *("query", "payload", "filters", "filterBranch", "filterBranchType", "condition_groups", "conditions"),
        *("definition", "data", "attributes", "rules", "combinator", "operator", "value", "field", "type", "glue"),
    ]
)


def _places(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield from _places(value, (*place, key))


@st.composite
def _spoilt(draw: st.DrawFn) -> tuple[str, Any]:
    """A document that is right but for one or two places, where something else stands, or nothing, or more."""
    name, right = draw(st.sampled_from(DOCUMENTS))
    document = [copy.deepcopy(right)]
    for _ in range(draw(st.integers(1, 2))):
        *outer, last = draw(st.sampled_from([(0, *place) for place in _places(document[0])]))
        holder: Any = document
        for step in outer:
            holder = holder[step]
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "remove" if isinstance(holder, dict):
                del holder[last]
            case "add" if isinstance(holder, dict):
                holder[draw(st.sampled_from(["operator", "value", "values", "filters", "not", "mood"]))] = draw(JUNK)
            case _:
                holder[last] = draw(JUNK)
    return name, document[0]


@settings(max_examples=600, deadline=None)
@given(_spoilt(), st.booleans(), st.booleans())
def test_a_spoilt_document_is_read_or_refused(spoilt: tuple[str, Any], stated: bool, exact: bool) -> None:
    name, document = spoilt
    before = copy.deepcopy(document)
    imported = FORMATS[name].read(document, SHOP, STATED if stated else UNSTATED, exact=exact)
    assert document == before or document != document  # noqa: PLR0124 (NaN)
    assert imported.findings
    assert all(finding.pointer.startswith("#") and finding.detail for finding in imported.findings)
    refused = [finding for finding in imported.findings if finding.fidelity is Fidelity.REFUSED]
    assert (imported.tree is None) == bool(refused)
    if imported.tree is not None:
        assert parse(imported.tree, SHOP).tree == imported.tree
        assert imported.exact or not exact


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(FORMATS)),
    st.recursive(
        JUNK,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
        max_leaves=12,
    ),
)
def test_junk_is_refused(name: str, document: object) -> None:
    imported = FORMATS[name].read(document, SHOP, STATED)
    assert imported.tree is None or parse(imported.tree, SHOP).tree == imported.tree
    assert imported.findings


@settings(max_examples=150, deadline=None)
@given(TREES, st.booleans())
def test_every_tree_is_written_or_refused(tree: object, exact: bool) -> None:
    account = Account(fields={"labels": "tags"}, events={"e-1": "purchase"}, values={"segment": {"41": 1}})
    for write in (one.write for one in FORMATS.values() if one.write is not None):
        exported = write(tree, CATALOGUE, account, exact=exact)
        refused = [finding for finding in exported.findings if finding.fidelity is Fidelity.REFUSED]
        assert (exported.document is None) == bool(refused)
        assert exported.findings
        if exported.document is not None:
            json.dumps(exported.document)
            assert exported.exact or not exact


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_a_written_query_is_the_same_tree_in_other_words(tree: object) -> None:
    exported = react_querybuilder.write(tree, CATALOGUE)
    if exported.document is not None:
        imported = react_querybuilder.read(exported.document, CATALOGUE, exact=True)
        assert imported.tree is not None, imported.findings
        again = react_querybuilder.write(imported.tree, CATALOGUE)
        assert again.document == exported.document
