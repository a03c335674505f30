"""Segments of other products: read as a tree that may be asked here, and trees written for them.

Nothing is left out silently: the answer says of every condition what became of it, and where one is refused there is no
tree, or no document, at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from sqlalchemy import Connection

from app.errors import Refusal, missing
from app.questions import TREE, Definition, Reader, placed
from app.service import service
from segments import ConditionError
from segments.formats import FORMATS, Account, Exported, Fidelity, Finding, Format, Imported, Writer
from store import catalogue as catalogues

DOCUMENT = "#/document"  # where a request body has a foreign document


def offered() -> Mapping[str, Any]:
    """What schemas.Formats shows."""
    return {"formats": [{"name": one.name, "label": one.label, "writes": one.write is not None} for one in _FORMATS]}


def read(org_id: int, name: str, document: object, account: Account, *, exact: bool) -> Mapping[str, Any]:
    """What schemas.ReadDocument shows; raises Refusal (404)."""
    known = _known(name)
    with service().reading() as db:
        imported = known.read(document, catalogues.load(db, org_id), account, exact=exact)
        definition, faults = _asked(db, org_id, imported)
    findings = (*imported.findings, *faults)
    return {
        "tree": definition and definition.written.tree,
        "sentence": definition and definition.sentence,
        **_report(definition, findings, DOCUMENT),
    }


def write(org_id: int, name: str, tree: object, account: Account, *, exact: bool) -> Mapping[str, Any]:
    """What schemas.WrittenDocument shows; raises ConditionError, Refusal (404, 422)."""
    writer = _writer(_known(name))
    with service().reading() as db, placed(TREE):
        definition = Reader(db, org_id).definition(tree)
    exported: Exported = writer(definition.written.tree, definition.catalogue, account, exact=exact)
    return {"document": exported.document, **_report(exported.document, exported.findings, TREE)}


_FORMATS = tuple(FORMATS.values())


def _known(name: str) -> Format:
    if name not in FORMATS:
        raise missing(f"The format {name!r}")
    return FORMATS[name]


def _writer(known: Format) -> Writer:
    if known.write is None:
        written = ", ".join(one.name for one in _FORMATS if one.write)
        detail = f"{known.label}: it is only read"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, detail, f"choose from: {written}")
    return known.write


def _asked(db: Connection, org_id: int, imported: Imported) -> tuple[Definition | None, tuple[Finding, ...]]:
    """What the tree means here. One that cannot be asked, as a segment that it refers to is broken, is refused."""
    if imported.tree is None:
        return None, ()
    try:
        return Reader(db, org_id).definition(imported.tree), ()
    except ConditionError as error:
        return None, tuple(Finding("#", Fidelity.REFUSED, problem.detail) for problem in error.problems)


def _report(result: object, findings: Iterable[Finding], place: str) -> Mapping[str, Any]:
    """The findings with their places in the request, and what they come to."""
    moved = [replace(one, pointer=place + one.pointer.removeprefix("#")) for one in findings]
    counts = Counter(one.fidelity for one in moved)
    if result is None:
        whole = Fidelity.REFUSED
    else:
        whole = Fidelity.APPROXIMATED if counts[Fidelity.APPROXIMATED] else Fidelity.EXACT
    return {"fidelity": whole, "counts": {one.value: counts[one] for one in Fidelity}, "findings": moved}
