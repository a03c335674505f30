"""Condition trees, and SQL that says the same of the tables: the index must count what SQL counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from indexer.connections import Connections
from segments import Moment, compile, parse  # noqa: A004 (the field's word)
from store import catalogue

_DAYS = "(:now - interval '{} days')"


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree and the condition on contacts `c` of the organisation :org at :now that SQL puts in its place."""

    rules: dict[str, Any]
    sql: str


def _rule(field: str, operator: str, value: object = None) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


def _group(combinator: str, *rules: dict[str, Any], negated: bool = False) -> dict[str, Any]:
    return {"combinator": combinator, "rules": list(rules)} | ({"not": True} if negated else {})


def _last(days: int, **more: object) -> dict[str, Any]:
    return {"window": {"last": {"n": days, "unit": "day"}}} | more


def _events(kind: str, days: int, what: str = "count(*)") -> str:
    return f"""(SELECT {what} FROM events e JOIN event_types t ON t.id = e.event_type_id
                WHERE e.contact_id = c.id AND t.key = '{kind}' AND e.at >= {_DAYS.format(days)})"""


def _tagged(name: str) -> str:
    return f"""EXISTS (SELECT FROM contact_tags ct JOIN tags g ON g.id = ct.tag_id
               WHERE ct.contact_id = c.id AND g.name = '{name}')"""


TREES = (
    Tree(_group("and", _rule("country", "=", "germany")), "c.country = 'Germany'"),
    Tree(
        _group("and", _rule("full_name", "contains", "mül")),
        "strpos(lower(coalesce(c.full_name, concat_ws(' ', c.first_name, c.last_name))), 'mül') > 0",
    ),
    Tree(_group("and", _rule("tags", "containsNone", ["Churned"])), f"NOT {_tagged('Churned')}"),
    Tree(_group("and", _rule("custom.score", ">=", 50)), "(c.custom->>'score')::float8 >= 50"),
    Tree(
        _group("and", _rule("engagement.purchase", "happened", _last(365, times={"at_least": 2}))),
        f"{_events('purchase', 365)} >= 2",
    ),
    Tree(
        _group("and", _rule("engagement.purchase", "amounted", _last(365, at_least=100))),
        f"{_events('purchase', 365, 'coalesce(sum(amount), 0)')} >= 10000",
    ),
    Tree(
        _group("and", _rule("engagement.email_opened", "happened", _last(90, times={"at_most": 1})), negated=True),
        f"{_events('email_opened', 90)} > 1",
    ),
    Tree(
        _group(
            "and",
            _group(
                "or",
                _rule("engagement.purchase", "happened", _last(90)),
                _rule("engagement.email_opened", "happened", _last(30)),
            ),
            _rule("tags", "containsNone", ["Churned"]),
        ),
        f"({_events('purchase', 90)} > 0 OR {_events('email_opened', 30)} > 0) AND NOT {_tagged('Churned')}",
    ),
)


def differences(connections: Connections) -> Iterator[tuple[str, str | None]]:
    """Each tree with how its counts differ from SQL's, over all organisations together; None where they do not."""
    now = datetime.now(UTC).replace(microsecond=0)  # behaviours are kept in whole seconds
    with connections.engine.connect() as db:
        orgs = db.execute(text("SELECT id FROM organisations ORDER BY id")).scalars().all()
        for tree in TREES:
            counted = sum(_by_index(connections, db, org, tree, now) for org in orgs)
            expected = sum(_by_sql(db, org, tree, now) for org in orgs)
            words = f"{expected:,}: {tree.rules}"
            yield words, None if counted == expected else f"{counted:,} INSTEAD OF {expected:,}"


def _by_index(connections: Connections, db: Connection, org: int, tree: Tree, now: datetime) -> int:
    fields = catalogue.load(db, org)
    clause = compile(parse(tree.rules, fields).condition, Moment(now, fields.time_zone, fields.week_start))
    query = {"bool": {"filter": [{"term": {"org_id": org}}, clause]}}
    return int(connections.indices.client.count(index=connections.alias, query=query)["count"])


def _by_sql(db: Connection, org: int, tree: Tree, now: datetime) -> int:
    counted = text(f"SELECT count(*) FROM contacts c WHERE c.org_id = :org AND ({tree.sql})")
    return int(db.execute(counted, {"org": org, "now": now}).scalar_one())
