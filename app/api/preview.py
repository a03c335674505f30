"""Trees that are not saved: what is wrong with them, or whom they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app import previews
from app.api.area import Area
from app.auth import caller
from app.schemas.base import WaitQuery
from app.schemas.questions import Preview, PreviewRequest, ValidateRequest, Validation
from store.tokens import Scope

area = Area("preview", __name__, description="Conditions that are being built.")


@area.endpoint("POST", "/segments/preview", scope=Scope.READ, query=WaitQuery, body=PreviewRequest, answer=Preview)
def preview(
    tree: object,
    sample: int,
    columns: Sequence[str],
    funnel: bool,
    as_of: datetime | None,  # by keyword
) -> Mapping[str, Any]:
    """How many contacts meet the tree, some of them, and what it says in English."""
    return previews.preview(caller().org_id, tree, as_of, sample=sample, columns=columns, funnel=funnel)


@area.endpoint("POST", "/segments/validate", scope=Scope.READ, body=ValidateRequest, answer=Validation)
def validate(tree: object) -> Mapping[str, Any]:
    """What is wrong with a tree, all at once; answered by PostgreSQL alone."""
    return previews.validate(caller().org_id, tree)
