"""A tree becomes one SELECT over the rows of PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from tests.sql_voice.definitions import Definitions
from tests.sql_voice.engagement import Timeline, engaged
from tests.sql_voice.fields import Fields
from tests.sql_voice.moments import Moment
from tests.sql_voice.operands import id_of, list_of
from tests.sql_voice.statement import Parameters
from tests.sql_voice.trees import Rule, condition
from tests.sql_voice.truths import truth


def translate(
    db: Connection,
    tree: Mapping[str, Any],
    org_id: int,
    now: datetime,
    zone: str,
    week_start: int,
    closed: bool,
) -> tuple[str, dict[str, object]]:
    """SQL, for sqlalchemy.text, that gives the ids of the organisation's contacts that the tree is true of.

    `db` is asked for what the organisation defined: custom fields, behaviours, saved segments. `closed` says that
    `now` is an earlier instant. Tags, channels, owners, teams and segments stand in the tree by id.

    Raises:
        UntranslatableError: something in the tree is not understood.
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now is no instant without a time zone")
    moment = Moment(now, ZoneInfo(zone), week_start, closed)
    definitions = Definitions(db, org_id)
    parameters = Parameters(definitions.collation())
    rules = _Rules(definitions, Fields(definitions, moment, parameters), moment, parameters)
    where = condition(tree, rules.truth)
    organisation = parameters.bind(org_id, "bigint")
    sql = (
        "SELECT c.id FROM contacts c LEFT JOIN companies k ON k.id = c.company_id"
        f" WHERE c.org_id = {organisation} AND {where}"
    )
    return sql, parameters.values


@dataclass(frozen=True, slots=True)
class _Rules:
    """Translates rules about a contact; `within` are the segments whose trees are being translated."""

    definitions: Definitions
    fields: Fields
    moment: Moment
    parameters: Parameters
    within: tuple[int, ...] = ()

    def truth(self, rule: Rule) -> str:
        """SQL that is true or false for every contact."""
        if rule.field == "segment":
            return self._reference(rule)
        try:
            found = self.fields.find(rule.field)
        except LookupError as error:
            raise rule.refused(str(error), at="field") from error
        if found is None:
            raise rule.refused(f"there is no field {rule.field}", at="field")
        if isinstance(found, Timeline):
            return engaged(found, rule, self.moment, self.parameters)
        return truth(found, rule, self.moment, self.parameters)

    def _reference(self, rule: Rule) -> str:
        if rule.operator not in ("in", "notIn"):
            raise rule.refused("no operator of segments", at="operator")
        if rule.include_missing is not None:
            raise rule.refused("membership is never missing", at="includeMissing")
        member = f"({' OR '.join(self._member(rule, id_) for id_ in list_of(rule, id_of))})"
        return member if rule.operator == "in" else f"NOT {member}"

    def _member(self, rule: Rule, segment_id: int) -> str:
        segment = self.definitions.segment(segment_id)
        if segment is None:
            raise rule.refused(f"there is no segment {segment_id}", at="value")
        if segment.tree is None:
            listed = self.parameters.bind(segment_id, "bigint")
            return f"EXISTS (SELECT 1 FROM static_members m WHERE m.contact_id = c.id AND m.segment_id = {listed})"
        if segment_id in self.within:
            raise rule.refused(f"segment {segment_id} refers to itself", at="value")
        inner = _Rules(self.definitions, self.fields, self.moment, self.parameters, (*self.within, segment_id))
        return condition(segment.tree, inner.truth, f"{rule.pointer}/value/{segment_id}")
