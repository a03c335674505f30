"""`segments import` as it is run: files in, rows, exit codes and messages out."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click.testing
import orjson
import pytest
from sqlalchemy import Connection, Engine, text

from runtime.settings import Settings
from store import catalogue, contacts, custom_fields, events, organisations
from store.imports import running
from store.imports.cli import import_command
from store.items.rows import ContactRow
from store.organisations import Organisation
from tests.integration.store.world import versions
from tests.waits import until_waiting

EVENT = {"type": "seen", "at": "2022-01-01T00:00:00Z"}


@pytest.fixture
def org() -> str:
    return f"import {uuid.uuid4()}"


@pytest.fixture(autouse=True)
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url or "")
    monkeypatch.setenv("REDIS_URL", settings.redis_url or "")
    monkeypatch.setattr("gc.disable", lambda: None)  # the tests go on after the import


def run(path: Path, org: str, *options: str) -> click.testing.Result:
    result = click.testing.CliRunner().invoke(import_command, [str(path), "--org", org, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def write(folder: Path, items: Sequence[object], name: str = "contacts.jsonl") -> Path:
    path = folder / name
    lines = b"".join(item if isinstance(item, bytes) else orjson.dumps(item) + b"\n" for item in items)
    path.write_bytes(gzip.compress(lines) if name.endswith(".gz") else lines)
    return path


def org_id(engine: Engine, org: str) -> int:
    with engine.connect() as db:
        found = organisations.by_name(db, org)
    assert found
    return found.id


def stored(engine: Engine, org: str, external_id: str) -> dict[str, Any]:
    with engine.connect() as db:
        found = text("SELECT contacts.id FROM contacts WHERE org_id = :org AND external_id = :id")
        number = org_id(engine, org)
        return contacts.get(db, number, db.execute(found, {"org": number, "id": external_id}).scalar_one())


ITEMS: Sequence[Any] = [
    {
        "external_id": f"c{number}",
        "properties": {"name": f"Näme {number}", "state": "Ohio", "Shoe size": 40 + number % 3},
        "custom": {"plan": ["gold", "silver"][number % 2], "renewal": "2026-01-01", "seen": "2026-01-01T00:00:00Z",
                   "beta": True, "likes": ["tea"], "note": f"note {number}"},
        "tags": ["VIP", f"tag {number % 5}"],
        "channels": {"email": "subscribed"},
        "company": {"external_id": f"k{number % 7}", "name": f"Company {number % 7}", "tier": "A"},
        "owner": "olga@example.com",
        "events": [EVENT, EVENT, {"id": f"o{number}", "type": "purchase", "at": "2022-01-02", "amount": 1.5}],
    }
    for number in range(30)
]  # fmt: skip


@pytest.mark.parametrize("name", ["contacts.jsonl", "contacts.jsonl.gz"])
def test_everything_in_a_file_is_there_afterwards(engine: Engine, tmp_path: Path, org: str, name: str) -> None:
    result = run(write(tmp_path, ITEMS, name), org, "--time-zone", "Europe/Berlin")
    assert result.exit_code == 0, result.output
    assert "30 created, 0 updated, 0 unchanged, 0 rejected" in result.output
    contact = stored(engine, org, "c1")
    assert contact["properties"]["full_name"] == "Näme 1"
    assert contact["custom"] == {
        "shoe_size": 41, "plan": "silver", "renewal": "2026-01-01", "seen": "2026-01-01T00:00:00.000Z",
        "beta": True, "likes": ["tea"], "note": "note 1",
    }  # fmt: skip
    assert contact["tags"] == ["tag 1", "VIP"]
    assert contact["company"]["custom"] == {"tier": "A"}
    with engine.connect() as db:
        fields = {field.key: field.type.name for field in custom_fields.all_of(db, org_id(engine, org))}
        bought = text("SELECT at FROM events JOIN contacts ON contacts.id = contact_id "
                      "WHERE org_id = :org AND events.external_id = 'o1'")  # fmt: skip
        at = db.execute(bought, {"org": org_id(engine, org)})
        assert str(at.scalar_one()) == "2022-01-01 23:00:00+00:00"
    assert fields == {
        "shoe_size": "number", "plan": "choice", "renewal": "date", "seen": "datetime", "beta": "boolean",
        "likes": "multi-choice", "note": "text", "tier": "choice",
    }  # fmt: skip
    for key, type_ in (("shoe_size  (Shoe size)", "number"), ("company.tier", "choice"), ("plan", "choice")):
        assert any(line.split(type_)[0].strip() == key for line in result.output.splitlines() if type_ in line)


def test_importing_again_changes_nothing(engine: Engine, tmp_path: Path, org: str) -> None:
    path = write(tmp_path, ITEMS)
    run(path, org)
    number = org_id(engine, org)
    with engine.connect() as db:
        before = versions(db, number)
        count = text("SELECT count(*) FROM events JOIN contacts ON contacts.id = contact_id WHERE org_id = :org")
        assert db.execute(count, {"org": number}).scalar_one() == 90
    result = run(path, org)
    assert result.exit_code == 0
    assert "0 created, 0 updated, 30 unchanged, 0 rejected" in result.output
    with engine.connect() as db:
        assert versions(db, number) == before
        assert db.execute(count, {"org": number}).scalar_one() == 90


def test_bad_lines_are_kept_apart_and_the_rest_is_imported(tmp_path: Path, org: str) -> None:
    items = [
        {"external_id": "a", "custom": {"score": 1}},
        b"{broken\n",
        b'{"external_id": "\xff"}\n',
        {"external_id": "b", "events": [{"type": "seen", "at": "2199-01-01T00:00:00Z"}], "x": 1},
        {"external_id": "c", "properties": {"email": "a\x00"}},
        {"external_id": "d", "custom": {"score": 2}},
    ]
    path = write(tmp_path, items)
    result = run(path, org)
    assert result.exit_code == 1
    assert "2 created, 0 updated, 0 unchanged, 4 rejected" in result.output
    rejects = tmp_path / "contacts.jsonl.rejects.jsonl"
    assert str(rejects) in result.output
    records = [orjson.loads(line) for line in rejects.read_bytes().splitlines()]
    assert [record["line"] for record in records] == [2, 3, 4, 5]
    assert records[0]["written"] == "{broken\n"
    assert records[1]["written"] == '{"external_id": "\\xff"}\n'
    assert [problem.partition(":")[0] for problem in records[2]["problems"]] == ["#/x", "#/events/0/at"]
    assert "line 4: #/x: " in result.output
    path.write_bytes(b"".join(orjson.dumps(item) + b"\n" for item in (items[0], items[5])))
    assert run(path, org).exit_code == 0
    assert not rejects.exists()


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("c.jsonl", b"", (), "has no contacts"),
        ("c.jsonl", b"\n \n", (), "has no contacts"),
        ("c.csv", b"", (), "no column is called external_id"),
        ("c.jsonl", b"external_id,city\n1,Bonn\n", (), "no line of"),
        ("c.jsonl.gz", gzip.compress(orjson.dumps(ITEMS[0]) * 999)[:-9], (), "broken or ends too early"),
        ("c.jsonl", orjson.dumps(ITEMS[0]), ("--fields", "plan=colour"), "write KEY=TYPE"),
        ("c.jsonl", orjson.dumps(ITEMS[0]), ("--fields", "nothing=text"), "has nothing for"),
        ("c.jsonl", orjson.dumps(ITEMS[0]), ("--time-zone", "Mars/Phobos"), "no time zone"),
    ],
)
def test_a_file_that_cannot_be_imported_writes_nothing(
    engine: Engine, tmp_path: Path, org: str, name: str, content: bytes, options: Sequence[str], message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = run(path, org, *options)
    assert result.exit_code == 2
    assert message in result.output
    with engine.connect() as db:
        assert organisations.by_name(db, org) is None


def test_a_file_that_is_not_there_is_told(tmp_path: Path, org: str) -> None:
    result = run(tmp_path / "nothing", org)
    assert result.exit_code == 2
    assert "cannot be read" in result.output


def test_a_database_that_is_away_is_told(tmp_path: Path, org: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@127.0.0.1:1/nothing")
    result = run(write(tmp_path, ITEMS), org)
    assert result.exit_code == 2
    assert "connection" in result.output


def test_a_csv_file_is_imported(engine: Engine, tmp_path: Path, org: str) -> None:
    rows = "".join(f"c{n};Näme {n};VIP;{'yes' if n % 2 else 'no'};{n}.5;{n % 2};;Company\n" for n in range(12))
    path = tmp_path / "contacts.csv.gz"
    path.write_bytes(gzip.compress(f"ID;Name;Tags;Beta;Score;Group;City;Company\n{rows}".encode()))
    result = run(path, org, "--fields", "group=choice")
    assert result.exit_code == 0, result.output
    contact = stored(engine, org, "c3")
    assert contact["custom"] == {"beta": True, "score": 3.5, "group": "1"}
    assert (contact["properties"]["full_name"], contact["tags"], contact["company"]["name"]) == (
        "Näme 3", ["VIP"], "Company"
    )  # fmt: skip
    assert "12 unchanged" in run(path, org).output


def test_an_organisation_there_is_keeps_its_fields_and_time_zone(engine: Engine, tmp_path: Path, org: str) -> None:
    with engine.begin() as db:
        made = organisations.create(db, org, "Europe/Berlin")
        catalogue.create_field(db, made.id, "contact", "plan", None, "choice", ["gold"])
        catalogue.create_field(db, made.id, "contact", "beta", None, "text")
    result = run(write(tmp_path, ITEMS), org)
    assert result.exit_code == 0, result.output
    assert "plan: 1 more options" in result.output
    assert stored(engine, org, "c1")["custom"]["plan"] == "silver"
    assert stored(engine, org, "c1")["custom"]["beta"] == "true"
    assert run(write(tmp_path, ITEMS), org, "--time-zone", "UTC").exit_code == 2


def test_an_import_that_meets_other_writers_is_complete(
    engine: Engine, tmp_path: Path, org: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contacts come in another order, and an event at a time, while the file is imported."""
    monkeypatch.setattr(running, "CHUNK_CONTACTS", 5)
    path = write(tmp_path, [*ITEMS] * 3)
    run(path, org)
    number = org_id(engine, org)
    imported = threading.Event()

    def write_others() -> None:
        turn = 0
        while not imported.is_set():
            turn += 1
            items = [{"external_id": f"c{n}", "tags": [f"turn {turn}"]} for n in reversed(range(30))]
            with engine.begin() as db:
                contacts.write(db, number, items)
            with engine.begin() as db:
                events.write(db, number, [{"contact": f"c{n}", **EVENT} for n in reversed(range(30))])

    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(write_others)
        try:
            result = run(path, org)
        finally:
            imported.set()
        others.result()
    assert result.exit_code == 0, result.output


def test_a_chunk_that_deadlocks_with_another_writer_is_written_again(engine: Engine, tmp_path: Path, org: str) -> None:
    run(write(tmp_path, ITEMS), org)
    number = org_id(engine, org)
    rows = [ContactRow(f"c{n}", {"city": "Bonn"}, {}) for n in range(30)]
    touch = text("UPDATE contacts SET city = 'Mainz' WHERE org_id = :org AND external_id = :id")
    with ThreadPoolExecutor(2) as pool, engine.connect() as other, engine.connect() as first:
        first.execute(touch, {"org": number, "id": "c28"})
        other.execute(text("SET LOCAL deadlock_timeout = '1 min'"))  # so that the chunk is the one to be ended
        other.execute(touch, {"org": number, "id": "c29"})
        chunk = pool.submit(running._write_chunk, engine, number, (), rows)
        until_waiting(first, chunk)  # it has c0
        met = pool.submit(other.execute, touch, {"org": number, "id": "c0"})
        until_waiting(first, chunk, met)
        first.rollback()  # it goes on to c29
        met.result()
        other.commit()
        assert chunk.result() == {"updated": 30}
    assert stored(engine, org, "c29")["properties"]["city"] == "Bonn"


def test_a_field_that_is_deleted_while_its_values_are_imported_stops_the_import(
    engine: Engine, tmp_path: Path, org: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(*asked: Any) -> Iterator[ContactRow]:
        found = as_before(*asked)
        yield next(found)
        with engine.begin() as db:
            custom_fields.remove(db, org_id(engine, org), "contact", "plan")
        yield from found

    as_before = running._rows
    monkeypatch.setattr(running, "_rows", rows)
    result = run(write(tmp_path, ITEMS), org)
    assert result.exit_code == 2
    assert "the field custom.plan was deleted meanwhile; import the file again" in result.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda db, org: catalogue.create_field(db, org, "contact", "size", None, "text"),
            "there is a field size already",
        ),
        (lambda db, org: custom_fields.remove(db, org, "contact", "plan"), "there is no field plan"),
    ],
)
def test_what_changes_while_the_file_is_read_is_said(
    tmp_path: Path, org: str, monkeypatch: pytest.MonkeyPatch, change: Callable[[Connection, int], object], said: str
) -> None:
    def organisation(db: Connection, *asked: Any) -> Organisation:
        found = as_before(db, *asked)
        change(db, found.id)
        return found

    run(write(tmp_path, ITEMS), org)
    as_before = running._organisation
    monkeypatch.setattr(running, "_organisation", organisation)
    result = run(write(tmp_path, [{"external_id": "c1", "custom": {"plan": "bronze", "size": "L"}}]), org)
    assert result.exit_code == 2
    assert f"{said}: that changed meanwhile; import the file again" in result.output


def test_rejects_that_cannot_be_kept_stop_the_import(tmp_path: Path, org: str) -> None:
    path = write(tmp_path, [*ITEMS, b"{broken"])
    (tmp_path / "contacts.jsonl.rejects.jsonl").mkdir()
    result = run(path, org)
    assert result.exit_code == 2
    assert "cannot be replaced" in result.output


def test_an_import_that_was_killed_is_completed_by_repeating_it(
    engine: Engine, settings: Settings, tmp_path: Path, org: str
) -> None:
    items = [{"external_id": f"c{n}", "tags": ["VIP"], "events": [EVENT] * 2} for n in range(20_000)]
    path = write(tmp_path, items)
    environment = {**os.environ, "DATABASE_URL": settings.database_url or "", "REDIS_URL": settings.redis_url or ""}
    command = [sys.executable, "-m", "cli", "import", str(path), "--org", org]
    count = text("SELECT count(*) FROM contacts JOIN organisations ON organisations.id = org_id WHERE name = :name")
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            while not db.execute(count, {"name": org}).scalar_one():
                assert process.poll() is None
                assert time.monotonic() < deadline
        process.send_signal(signal.SIGKILL)
    with engine.connect() as db:
        done = db.execute(count, {"name": org}).scalar_one()
    assert 0 < done < len(items)
    result = run(path, org)
    assert result.exit_code == 0
    rest = len(items) - done
    # The server may have been committing a chunk when its client was killed.
    created = int(result.output.split(" created")[0].split("\n")[-1].replace(",", ""))
    assert created <= rest
    with engine.connect() as db:
        assert db.execute(count, {"name": org}).scalar_one() == len(items)
        kept = text("SELECT count(*) FROM events JOIN contacts ON contacts.id = contact_id "
                    "JOIN organisations ON organisations.id = org_id WHERE name = :name")  # fmt: skip
        assert db.execute(kept, {"name": org}).scalar_one() == 2 * len(items)
