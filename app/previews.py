"""Answers about trees that came with a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.answers import Answers
from app.questions import TREE, Reader, ask, moment, placed
from app.remarks import counted_remarks, remarks
from app.service import service
from app.shown import shown
from segments import ConditionError


def preview(
    org_id: int, tree: object, as_of: datetime | None, *, sample: int, columns: Sequence[str], funnel: bool
) -> Mapping[str, Any]:
    """What schemas.Preview shows; raises ConditionError, Refusal."""
    with service().reading() as db:
        question = ask(db, org_id, tree, as_of)
    chosen = shown(question.definition.catalogue, columns, "#/columns")
    with Answers(question) as answers:
        return {
            "count": answers.count(),
            "sample": answers.sample(sample, chosen),
            "sentence": question.definition.sentence,
            "warnings": counted_remarks(answers),
            "funnel": answers.funnel() if funnel else None,
            "receipt": answers.receipt,
        }


def validate(org_id: int, tree: object) -> Mapping[str, Any]:
    """What schemas.Validation shows."""
    try:
        with service().reading() as db, placed(TREE):
            definition = Reader(db, org_id).definition(tree)
    except ConditionError as error:
        refused = {"valid": False, "errors": error.problems}
        return refused | {"sentence": None, "warnings": (), "tree": None, "ignored": ()}
    written = definition.written
    return {
        "valid": True,
        "errors": (),
        "sentence": definition.sentence,
        "warnings": remarks(definition, moment(definition.catalogue, None, TREE)),
        "tree": written.tree,
        "ignored": [TREE + pointer.removeprefix("#") for pointer in written.ignored],
    }
