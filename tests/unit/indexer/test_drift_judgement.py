"""What is drift, as a table: the contact before, its document, the contact after."""

from __future__ import annotations

import pytest

from indexer.drift.judgement import Held, contact_of, judge
from store.drift import Kind
from store.expected import Known

SETTLED = Known(org_id=1, version=5, settled=True, exists=True)
PENDING = Known(org_id=1, version=6, settled=False, exists=True)
INDEXED = Known(org_id=1, version=6, settled=True, exists=True)
DELETED = Known(org_id=1, version=7, settled=True, exists=False)
GOING = Known(org_id=1, version=7, settled=False, exists=False)
UNHEARD = Known(org_id=1, version=0, settled=True, exists=True)


def held(version: int, org_id: int | None = 1, said_id: int | None = 9, said_version: int | None = None) -> Held:
    said = version if said_version is None else said_version
    return Held("9", 9, version, org_id, said_id, said)


@pytest.mark.parametrize(
    ("before", "document", "after", "kind"),
    [
        (SETTLED, held(5), SETTLED, None),
        (SETTLED, None, SETTLED, Kind.MISSING),
        (SETTLED, held(4), SETTLED, Kind.STALE),
        (SETTLED, held(6), SETTLED, Kind.AHEAD),
        (SETTLED, held(5, org_id=2), SETTLED, Kind.WRONG_TENANT),
        (SETTLED, held(5, org_id=None), SETTLED, Kind.WRONG_TENANT),
        (SETTLED, held(5, said_id=8), SETTLED, Kind.DIFFERENT),
        (SETTLED, held(5, said_version=4), SETTLED, Kind.DIFFERENT),
        # changed meanwhile, and indexed or not
        (SETTLED, held(5), PENDING, None),
        (SETTLED, held(5), INDEXED, None),
        (SETTLED, held(6), INDEXED, None),
        (SETTLED, None, PENDING, None),
        (SETTLED, held(5), DELETED, None),
        (SETTLED, None, DELETED, None),
        # on its way all the time, or at the beginning
        (PENDING, held(5), PENDING, None),
        (PENDING, None, PENDING, None),
        (PENDING, held(6), PENDING, None),
        (PENDING, held(5), INDEXED, None),
        (PENDING, None, INDEXED, None),
        (PENDING, held(5, org_id=2), PENDING, None),
        (PENDING, held(7), PENDING, Kind.AHEAD),
        (SETTLED, held(8), INDEXED, Kind.AHEAD),
        # deleted
        (DELETED, None, DELETED, None),
        (DELETED, held(5), DELETED, Kind.ORPHAN),
        (DELETED, held(8), DELETED, Kind.ORPHAN),
        (GOING, held(5), GOING, None),
        (GOING, held(5), DELETED, None),
        (GOING, held(8), GOING, Kind.ORPHAN),
        (DELETED, held(7, said_id=8), DELETED, Kind.ORPHAN),
        # new, or of nobody
        (None, held(6), INDEXED, None),
        (None, held(5), PENDING, None),
        (None, None, None, None),
        (None, held(5), None, Kind.ORPHAN),
        # the triggers were off
        (UNHEARD, None, UNHEARD, Kind.MISSING),
        (UNHEARD, held(5), UNHEARD, Kind.AHEAD),
    ],
)
def test_a_document_between_two_looks_at_its_contact(
    before: Known | None, document: Held | None, after: Known | None, kind: Kind | None
) -> None:
    judged = judge(9, before, document, after)
    assert (judged and judged.kind) == kind
    if judged is not None:
        assert (judged.id, judged.org_id) == ("9", 1)
        assert judged.version == (after.version if after else 0)
        assert judged.held == (document.version if document else 0)


@pytest.mark.parametrize(
    ("document_id", "contact"),
    [("7", 7), ("123456789012345678", 123456789012345678), ("07", None), ("0", None), ("-1", None), ("a", None)],
)
def test_ids_that_contacts_can_have(document_id: str, contact: int | None) -> None:
    assert contact_of(document_id) == contact
