"""Reads the columns that a request wants to see."""

from __future__ import annotations

from collections.abc import Sequence

from app.audience import Columns, can_be_shown
from app.errors import invalid
from mappings.fields import Catalogue
from segments import Problem


def shown(catalogue: Catalogue, names: Sequence[str], place: str) -> Columns:
    """The columns of those names; raises Refusal, with places within `place`, for names that are none."""
    offered = {field.name: field for field in catalogue if can_be_shown(field)}
    unknown = [(number, name) for number, name in enumerate(names) if name not in offered]
    if unknown:
        raise invalid(
            *(
                Problem(f"{place}/{number}", "unknown", f"there is no column {name!r}", tuple(offered))
                for number, name in unknown
            )
        )
    return Columns(tuple(offered[name] for name in dict.fromkeys(names)))
