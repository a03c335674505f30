"""Contacts and companies: insert what is missing, update what differs. One mechanism for both tables."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, TextClause, text

from store import tables

_SET_APART = ("id", "org_id", "external_id", "custom", "created_at", "updated_at")

# A patch holds the columns to change: jsonb_populate_record keeps the others as they are in the base row.
_INSERT = """
    WITH made AS (
        INSERT INTO {table} (org_id, external_id, custom, created_at, updated_at, {columns})
        SELECT :org, staged.external_id, jsonb_strip_nulls(staged.custom),
               coalesce(written.created_at, now()), coalesce(written.updated_at, now()), {written}
          FROM staged_{table} AS staged
         CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, staged.patch) AS written
         WHERE NOT EXISTS (SELECT FROM {table} AS stored
                            WHERE stored.org_id = :org AND stored.external_id = staged.external_id)
         ORDER BY staged.external_id -- one order for all writers
        ON CONFLICT (org_id, external_id) DO NOTHING
        RETURNING id, external_id)
    UPDATE staged_{table} AS staged SET id = made.id, created = true
      FROM made WHERE made.external_id = staged.external_id"""

_FIND = """
    UPDATE staged_{table} AS staged SET id = stored.id
      FROM {table} AS stored
     WHERE staged.id IS NULL AND stored.org_id = :org AND stored.external_id = staged.external_id"""

_DIFFERING = """
      FROM staged_{table} AS staged
      JOIN {table} AS stored ON stored.org_id = :org AND stored.external_id = staged.external_id
     CROSS JOIN LATERAL jsonb_populate_record(stored, staged.patch || jsonb_build_object(
                'custom', jsonb_strip_nulls(stored.custom || staged.custom))) AS written
     WHERE NOT staged.created AND written IS DISTINCT FROM stored"""

_DIFFER = "SELECT stored.id {differing}"

_UPDATE = """
    UPDATE {table} AS target
       SET ({columns}, custom, created_at, updated_at) = ROW (
               {written}, written.custom, written.created_at,
               CASE WHEN staged.patch ? 'updated_at' THEN written.updated_at ELSE now() END)
    {differing} AND target.id = stored.id"""


def write(db: Connection, table: Table, org_id: int) -> None:
    """What is staged for `table` is in it; staged rows have their ids and say whether they were created.

    A row is touched only where something differs.
    """
    for statement in (_INSERTS[table.name], _FINDS[table.name], _UPDATES[table.name]):
        db.execute(statement, {"org": org_id})


def differing(db: Connection, table: Table, org_id: int) -> list[int]:
    """The ids of stored rows that `write` would update."""
    return list(db.execute(_DIFFERS[table.name], {"org": org_id}).scalars())


def _for_each(template: str) -> Mapping[str, TextClause]:
    return {table.name: text(_filled(template, table)) for table in (tables.contacts, tables.companies)}


def _filled(template: str, table: Table) -> str:
    own = [column.name for column in table.columns if column.name not in _SET_APART]
    written = ", ".join(f"written.{column}" for column in own)
    differing = _DIFFERING.format(table=table.name)
    return template.format(table=table.name, columns=", ".join(own), written=written, differing=differing)


_INSERTS, _FINDS, _UPDATES, _DIFFERS = map(_for_each, (_INSERT, _FIND, _UPDATE, _DIFFER))
