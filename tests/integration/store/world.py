"""A small organisation written by hand, and a look at which contacts a statement gave a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class World:
    """Three contacts: anna and bert work at acme, cleo at no company. Only anna has a tag, a channel, and so on."""

    ids: Mapping[str, int]

    @classmethod
    def make(cls, db: Connection, org_id: int) -> World:
        ids = {"org": org_id}

        def add(who: str, table: str, /, **values: object) -> None:
            columns, marks = ", ".join(values), ", ".join(f":{key}" for key in values)
            ids[who] = db.execute(
                text(f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING id"), values
            ).scalar_one()

        add("acme", "companies", org_id=org_id, external_id="acme", name="Acme")
        add("owner", "owners", org_id=org_id, name="Olga", email="olga@example.com")
        add("team", "teams", org_id=org_id, name="North")
        add(
            "anna",
            "contacts",
            org_id=org_id,
            external_id="a",
            company_id=ids["acme"],
            owner_id=ids["owner"],
            team_id=ids["team"],
            custom='{"plan": "gold"}',
        )
        add("bert", "contacts", org_id=org_id, external_id="b", company_id=ids["acme"])
        add("cleo", "contacts", org_id=org_id, external_id="c")
        add("vip", "tags", org_id=org_id, name="VIP")
        add("lead", "tags", org_id=org_id, name="Lead")
        add("email", "channels", org_id=org_id, key="email", label="E-mail")
        add("phone", "channels", org_id=org_id, key="phone", label="Phone")
        add("purchase", "event_types", org_id=org_id, key="purchase", label="Purchase", actor="contact")
        add("shipped", "event_types", org_id=org_id, key="shipped", label="Shipped", actor="organisation")
        add("list", "segments", org_id=org_id, name="List", kind="static")
        add(
            "bought",
            "events",
            contact_id=ids["anna"],
            event_type_id=ids["purchase"],
            channel_id=ids["email"],
            external_id="order-1",
            at="2026-01-01T00:00:00Z",
            amount=100,
        )
        world = cls(ids)
        world.run(db, "INSERT INTO contact_tags VALUES (:anna, :vip)")
        world.run(db, "INSERT INTO contact_channels VALUES (:anna, :email)")
        world.run(db, "INSERT INTO static_members VALUES (:list, :anna)")
        world.run(
            db,
            "INSERT INTO custom_fields (org_id, object, key, label, type, slot) "
            "VALUES (:org, 'contact', 'plan', 'Plan', 'choice', 'keyword_0')",
        )
        return world

    def run(self, db: Connection, statement: str) -> None:
        """Run SQL in which :anna and the like stand for ids."""
        db.execute(text(statement), dict(self.ids))

    def bumped(self, db: Connection, statement: str) -> set[str]:
        """The names of the contacts that the statement gives a new version; ids of contacts without a name."""
        before = versions(db, self.ids["org"])
        self.run(db, statement)
        after = versions(db, self.ids["org"])
        names = {id_: name for name, id_ in self.ids.items() if name in ("anna", "bert", "cleo")}
        return {names.get(id_, str(id_)) for id_, version in after.items() if version > before.get(id_, 0)}


def versions(db: Connection, org_id: int) -> dict[int, int]:
    """The version of every contact of the organisation, deleted ones too."""
    rows = db.execute(text("SELECT contact_id, version FROM index_state WHERE org_id = :org"), {"org": org_id})
    return dict(map(tuple, rows))
