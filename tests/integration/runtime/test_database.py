from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from runtime import database
from runtime.settings import Settings, SettingsError


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_whatever_driver_is_named_psycopg_3_is_used(scheme: str) -> None:
    url = database.url(Settings.load({"DATABASE_URL": f"{scheme}://app:secret@host:5/name?sslmode=require"}))
    assert url.render_as_string(hide_password=False) == ("postgresql+psycopg://app:secret@host:5/name?sslmode=require")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "DATABASE_URL is not set; set it, or run: eval"),
        ("mysql://host/name", "DATABASE_URL names mysql; write postgresql://"),
        ("host/name", "DATABASE_URL is not an address"),
    ],
)
def test_an_address_that_is_none_of_postgresql_is_refused(written: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        database.url(Settings.load({"DATABASE_URL": written}))


def test_sessions_speak_utc_whatever_the_server_says(db: Connection) -> None:
    assert db.execute(text("SHOW timezone")).scalar_one() == "UTC"


def test_the_oldest_supported_postgresql_or_newer(db: Connection) -> None:
    assert int(db.execute(text("SHOW server_version_num")).scalar_one()) >= 150_000


def test_errors_do_not_say_what_was_to_be_written(db: Connection) -> None:
    with pytest.raises(ProgrammingError) as caught:
        db.execute(text("INSERT INTO no_such_table VALUES (:value)"), {"value": "Zebrafinch"})
    assert "no_such_table" in str(caught.value)
    assert "Zebrafinch" not in str(caught.value)
