"""Custom fields and the slots that documents keep them in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from mappings.fields import Custom
from mappings.index import OBJECTS
from mappings.text import fold
from mappings.types import CUSTOM_TYPES
from store import tables, turns
from store.errors import ConflictError, NotFoundError, UnacceptableError
from store.texts import key_of, label_of, name_of

MOST_OPTIONS = 1_000  # a list to choose from; what takes more values is a text

_COLUMNS = tuple(tables.custom_fields.c[name] for name in ("object", "key", "label", "type", "slot", "options"))
_LISTED = ("choice", "multi-choice")


def all_of(db: Connection, org_id: int) -> tuple[Custom, ...]:
    """The organisation's custom fields, oldest first."""
    fields = tables.custom_fields
    rows = db.execute(select(*_COLUMNS).where(fields.c.org_id == org_id).order_by(fields.c.id))
    return tuple(_custom(row) for row in rows.mappings())


def get(db: Connection, org_id: int, of: str, key: str) -> Custom:
    """The field; raises NotFoundError."""
    return _one(db, select(*_COLUMNS).where(*_is(org_id, of, key)), key)


def create(
    db: Connection,
    org_id: int,
    object: str,  # noqa: A002 (the field's word)
    key: str,
    label: str | None,
    type: str,  # noqa: A002 (the field's word)
    options: Sequence[str] = (),
) -> Custom:
    """A new field of contacts or companies, in the lowest free slot of its kind.

    Raises UnacceptableError, and ConflictError when the key is taken.
    """
    if object not in OBJECTS:
        raise UnacceptableError(f"no object {object!r} has fields", f"choose from: {', '.join(OBJECTS)}")
    if type not in CUSTOM_TYPES:
        raise UnacceptableError(f"there is no type {type!r}", f"choose from: {', '.join(CUSTOM_TYPES)}")
    row = {
        "org_id": org_id,
        "object": object,
        "key": key_of(key, "a field"),
        "label": name_of(label or label_of(key), "the label"),
        "type": type,
        "options": _options(type, options),
        "slot": _free_slot(db, org_id, object, CUSTOM_TYPES[type].slot or ""),
    }
    try:
        with db.begin_nested():
            made = db.execute(insert(tables.custom_fields).values(row).returning(*_COLUMNS))
    except IntegrityError as error:
        raise ConflictError(f"there is a field {key} already", "choose another key") from error
    return _custom(made.mappings().one())


def relabel(db: Connection, org_id: int, of: str, key: str, label: str) -> Custom:
    """The field is shown under another label; conditions and values know it by its key. Raises NotFoundError."""
    shown = update(tables.custom_fields).where(*_is(org_id, of, key)).values(label=name_of(label, "the label"))
    db.execute(shown)
    return get(db, org_id, of, key)


def add_options(db: Connection, org_id: int, of: str, key: str, options: Iterable[str]) -> None:
    """The field's list has these options too, behind those it had; raises NotFoundError, UnacceptableError."""
    query = select(*_COLUMNS).where(*_is(org_id, of, key))
    field = _one(db, query.with_for_update(key_share=True), key)
    merged = _options(field.type.name, [*field.options, *options])
    db.execute(update(tables.custom_fields).where(*_is(org_id, of, key)).values(options=merged))


def remove(db: Connection, org_id: int, of: str, key: str) -> None:
    """The field and its values are gone; its slot is free again once no document holds them. Raises NotFoundError."""
    turns.alone(db, org_id)
    get(db, org_id, of, key)
    table = tables.contacts if of == "contact" else tables.companies
    has = table.c.custom.has_key(key)
    db.execute(update(table).where(table.c.org_id == org_id, has).values(custom=table.c.custom.op("-")(key)))
    db.execute(delete(tables.custom_fields).where(*_is(org_id, of, key)))


def _one(db: Connection, query: Select[Any], key: str) -> Custom:
    row = db.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no field {key}")
    return _custom(row)


def _is(org_id: int, of: str, key: str) -> tuple[ColumnElement[bool], ...]:
    c = tables.custom_fields.c
    return (c.org_id == org_id, c.object == of, c.key == key)


def _custom(row: RowMapping) -> Custom:
    return Custom(
        object=row["object"],
        key=row["key"],
        label=row["label"],
        type=CUSTOM_TYPES[row["type"]],
        slot=row["slot"],
        options=tuple(row["options"]),
    )


def _options(kind: str, options: Iterable[str]) -> list[str]:
    # Options that differ only in case are one, as they are to every operator; the first spelling stays.
    named = {fold(name): name for name in reversed([name_of(option, "an option") for option in options])}
    if named and kind not in _LISTED:
        raise UnacceptableError(f"a {kind} field has no options", f"options belong to: {', '.join(_LISTED)}")
    if len(named) > MOST_OPTIONS:
        raise UnacceptableError(f"{len(named):,} options", f"{MOST_OPTIONS:,} is the most; use a text field")
    return list(named.values())[::-1]


def _free_slot(db: Connection, org_id: int, of: str, kind: str) -> str:
    """The lowest free slot; other writers of the organisation's fields wait until this transaction ends."""
    db.execute(text("SELECT FROM organisations WHERE id = :org FOR NO KEY UPDATE"), {"org": org_id})
    db.execute(_FORGET_FREED, {"org": org_id})
    taken = set(db.execute(_TAKEN, {"org": org_id, "object": of}).scalars())
    return next(slot for number in range(len(taken) + 1) if (slot := f"{kind}_{number}") not in taken)


_FORGET_FREED = text("""
    DELETE FROM freed_slots
     WHERE org_id = :org
       AND NOT EXISTS (SELECT FROM index_state
                        WHERE index_state.org_id = :org AND version > indexed_version AND changed_at <= freed_at)""")

_TAKEN = text("""
    SELECT slot FROM custom_fields WHERE org_id = :org AND object = :object
    UNION ALL
    SELECT slot FROM freed_slots WHERE org_id = :org AND object = :object""")
