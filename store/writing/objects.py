"""Contacts and companies: insert what is missing, update what differs. One mechanism for both tables.

Temporary tables have no statistics, and a plan that reads the whole table for a few thousand rows would be easily
chosen. So stored rows are looked up one by one by their keys: subqueries that the planner cannot turn into such joins.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, TextClause, text

from store import tables

_SET_APART = ("id", "org_id", "external_id", "custom", "created_at", "updated_at")

_FIND = """
    UPDATE staged_{table} AS staged
       SET id = (SELECT id FROM {table} WHERE org_id = :org AND external_id = staged.external_id)
     WHERE staged.id IS NULL"""

# A patch holds the columns to change: jsonb_populate_record keeps the others as they are in the base row.
_INSERT = """
    WITH made AS (
        INSERT INTO {table} (org_id, external_id, custom, created_at, updated_at, {columns})
        SELECT :org, staged.external_id, jsonb_strip_nulls(staged.custom),
               coalesce(written.created_at, now()), coalesce(written.updated_at, now()), {written}
          FROM staged_{table} AS staged
         CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, staged.patch) AS written
         WHERE staged.id IS NULL
         ORDER BY staged.external_id -- one order for all writers
        ON CONFLICT (org_id, external_id) DO NOTHING
        RETURNING id, external_id)
    UPDATE staged_{table} AS staged SET id = made.id, created = true
      FROM made WHERE made.external_id = staged.external_id"""

_WRITTEN = """
      FROM staged_{table} AS staged
     CROSS JOIN LATERAL (SELECT {table} AS stored FROM {table} WHERE id = staged.id LIMIT 1) AS found
     CROSS JOIN LATERAL jsonb_populate_record(found.stored, staged.patch || jsonb_build_object(
                'custom', jsonb_strip_nulls((found.stored).custom || staged.custom))) AS written"""

_DIFFER = """
    SELECT staged.id {from_written} WHERE NOT staged.created AND written IS DISTINCT FROM found.stored"""

_UPDATE = """
    UPDATE {table} AS target
       SET ({columns}, custom, created_at, updated_at) = ROW (
               {written}, written.custom, written.created_at,
               CASE WHEN staged.patch ? 'updated_at' THEN written.updated_at ELSE now() END)
    {from_written} WHERE target.id = staged.id AND target.id = ANY (:ids)"""


def make(db: Connection, table: Table, org_id: int) -> None:
    """Every row staged for `table` has a row there, knows its id and whether it was created here."""
    find = _FINDS[table.name]
    db.execute(find, {"org": org_id})
    db.execute(_INSERTS[table.name], {"org": org_id})
    db.execute(find, {"org": org_id})  # those that another writer made meanwhile


def differing(db: Connection, table: Table) -> list[int]:
    """The ids of the rows that `update` would touch."""
    return list(db.execute(_DIFFERS[table.name]).scalars())


def update(db: Connection, table: Table) -> list[int]:
    """The rows in `table` are as staged. Touched only where something differs; the ids of those that were."""
    ids = differing(db, table)
    if ids:
        db.execute(_UPDATES[table.name], {"ids": ids})
    return ids


def _for_each(template: str) -> Mapping[str, TextClause]:
    return {table.name: text(_filled(template, table)) for table in (tables.contacts, tables.companies)}


def _filled(template: str, table: Table) -> str:
    own = [column.name for column in table.columns if column.name not in _SET_APART]
    return template.format(
        table=table.name,
        columns=", ".join(own),
        written=", ".join(f"written.{column}" for column in own),
        from_written=_WRITTEN.format(table=table.name),
    )


_FINDS, _INSERTS, _DIFFERS, _UPDATES = map(_for_each, (_FIND, _INSERT, _DIFFER, _UPDATE))
