"""The organisations that suffer the faults, and what their users do meanwhile. All by SQL: no code of `store` helps."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from tests.conformance.world import populate


@dataclass(slots=True)
class World:
    """Two organisations: some contacts with everything that a document can have, and many plain ones."""

    engine: Engine
    dice: random.Random
    orgs: tuple[int, ...]
    turn: int = 0

    @classmethod
    def made(cls, engine: Engine, rich: int, plain: int, seed: int = 1) -> World:
        """So many contacts of each kind in all."""
        with engine.begin() as db:
            orgs = tuple(
                populate(db, f"organisation {number}", number, rich // 2, seed + number) for number in range(2)
            )
            for org in orgs:
                db.execute(_MAKE, {"org": org, "prefix": "plain", "count": plain // 2})
        return cls(engine, random.Random(seed), orgs)

    def pending(self) -> int:
        """How many contacts have changes that do not count as indexed."""
        with self.engine.connect() as db:
            pending = "SELECT count(*) FROM index_state WHERE version > indexed_version"
            return int(db.execute(text(pending)).scalar_one())

    def contacts(self) -> list[int]:
        with self.engine.connect() as db:
            return list(db.scalars(text("SELECT id FROM contacts ORDER BY id")))

    def sample(self, count: int) -> list[int]:
        """So many contacts, chosen by the world's dice."""
        return sorted(self.dice.sample(self.contacts(), count))

    def change(self, count: int = 40) -> list[int]:
        """One transaction: contacts and what belongs to them change, come and go; those that were updated."""
        with self.engine.begin() as db:
            return self.change_within(db, count)

    def change_within(self, db: Connection, count: int = 40) -> list[int]:
        """As `change`, in a transaction of the caller's."""
        self.turn += 1
        chosen = self.sample(count + 2 * len(self.orgs))
        gone = self.dice.sample(chosen, 2 * len(self.orgs))
        left = sorted(set(chosen) - set(gone))
        db.execute(text("UPDATE contacts SET city = :city WHERE id = ANY (:ids)"), {"city": self.name(), "ids": left})
        db.execute(text("DELETE FROM contacts WHERE id = ANY (:ids)"), {"ids": gone})
        for statement in _RELATIONS:
            db.execute(statement, {"ids": left, "name": self.name()})
        for org in self.orgs:
            db.execute(_MAKE, {"org": org, "prefix": f"turn {self.turn} ", "count": 2})
        return left

    def update(self, ids: list[int]) -> None:
        """These contacts get another city."""
        self.turn += 1
        self.run("UPDATE contacts SET city = :city WHERE id = ANY (:ids)", city=self.name(), ids=ids)

    def rename_company(self) -> None:
        """A company that has contacts gets another name."""
        self.turn += 1
        self.run(
            """UPDATE companies SET name = :name
                WHERE id = (SELECT company_id FROM contacts WHERE company_id IS NOT NULL
                             GROUP BY 1 ORDER BY count(*) DESC, company_id LIMIT 1 OFFSET :place)""",
            name=self.name(),
            place=self.dice.randrange(5),
        )

    def delete(self, ids: list[int]) -> None:
        self.run("DELETE FROM contacts WHERE id = ANY (:ids)", ids=ids)

    def create(self, count: int = 2) -> None:
        """New contacts under new ids."""
        self.turn += 1
        for org in self.orgs:
            self.run(str(_MAKE), org=org, prefix=f"turn {self.turn} ", count=count)

    def recreate(self, ids: list[int]) -> None:
        """Deleted contacts come back under their old ids."""
        self.turn += 1
        self.run(
            """INSERT INTO contacts (id, org_id, external_id, city) OVERRIDING SYSTEM VALUE
               SELECT contact_id, org_id, :name || contact_id, :name FROM index_state WHERE contact_id = ANY (:ids)""",
            ids=ids,
            name=self.name(),
        )

    def name(self) -> str:
        return f"turn {self.turn}"

    def run(self, statement: str, **parameters: object) -> None:
        """Run SQL and commit."""
        with self.engine.begin() as db:
            db.execute(text(statement), parameters)


_MAKE = text("""
    INSERT INTO contacts (org_id, external_id, email, country)
    SELECT :org, :prefix || number, :prefix || number || '@example.org', 'DE'
      FROM generate_series(1, :count) AS number""")

# Every relation that a document is made of; each takes the contacts and a name that was not there before.
_RELATIONS = tuple(
    map(
        text,
        (
            """INSERT INTO events (contact_id, event_type_id, at, amount)
               SELECT contacts.id, event_types.id, now() - contacts.id % 90 * interval '1 day', contacts.id % 7 * 500
                 FROM contacts JOIN event_types USING (org_id)
                WHERE contacts.id = ANY (:ids) AND contacts.id % 3 = 0""",
            """DELETE FROM events USING contacts
                WHERE contacts.id = contact_id AND contacts.id = ANY (:ids) AND contacts.id % 3 = 1""",
            """INSERT INTO contact_tags (contact_id, tag_id)
               SELECT contacts.id, tags.id FROM contacts JOIN tags USING (org_id)
                WHERE contacts.id = ANY (:ids) AND contacts.id % 2 = 0 ON CONFLICT DO NOTHING""",
            """UPDATE contact_channels SET reachable = NOT reachable WHERE contact_id = ANY (:ids)""",
            """DELETE FROM static_members WHERE contact_id = ANY (:ids)""",
            """UPDATE companies SET name = :name
                WHERE id = (SELECT min(company_id) FROM contacts WHERE id = ANY (:ids))""",
        ),
    )
)
