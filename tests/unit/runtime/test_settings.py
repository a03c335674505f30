from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from runtime.settings import Settings, SettingsError


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = Settings.load({})
    assert (settings.database_url, settings.api_port, settings.index_prefix) == (None, 8000, "contacts")


def test_an_empty_value_is_no_value() -> None:
    assert Settings.load({"DATABASE_URL": "", "API_PORT": "  "}) == Settings.load({})


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("DATABASE_URL", "postgresql://somewhere/contacts", "postgresql://somewhere/contacts"),
        ("API_PORT", "9000", 9000),
        ("MAX_VALUES", "20_000", 20_000),
        ("ELASTICSEARCH_TIMEOUT_SECONDS", "2.5", 2.5),
        ("LOG_FORMAT", "json", "json"),
        ("SERVERS_DIR", "/somewhere/else", Path("/somewhere/else")),
    ],
)
def test_a_variable_sets_the_field_of_its_name(name: str, written: str, read: object) -> None:
    assert getattr(Settings.load({name: written}), name.lower()) == read


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("API_PORT", "http", "API_PORT is 'http'; write a number"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT is 'xml'; write one of: text, json"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL is 'LOUD'; write one of: DEBUG, INFO, WARNING, ERROR"),
        ("INDEX_PREFIX", "Contacts", "INDEX_PREFIX is 'Contacts'; write it as [a-z][a-z0-9-]*"),
        ("ELASTICSEARCH_HEAP", "lots", "ELASTICSEARCH_HEAP is 'lots'; write it as [0-9]+[mg]"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL is 'localhost:6379'; write it as redis://host:port"),
        ("REDIS_URL", "redis://:port", "REDIS_URL is 'redis://:port'; write it as redis://host:port"),
        ("ELASTICSEARCH_URL", "http://[::1", "ELASTICSEARCH_URL is 'http://[::1'; write it as http://host:port"),
        ("ELASTICSEARCH_URL", "localhost", "ELASTICSEARCH_URL is 'localhost'; write it as http://host:port"),
        ("API_PORT", "65536", "API_PORT is 65536; set it to 65535 or less"),
        ("MAX_RULES", "0", "MAX_RULES is 0; set it to 1 or more"),
        ("ELASTICSEARCH_TIMEOUT_SECONDS", "0", "ELASTICSEARCH_TIMEOUT_SECONDS is 0.0; set it to 0.1 or more"),
        ("ELASTICSEARCH_TIMEOUT_SECONDS", "nan", "ELASTICSEARCH_TIMEOUT_SECONDS is nan; set it to 0.1 or more"),
    ],
)
def test_a_value_that_does_not_fit_names_its_variable_and_the_remedy(name: str, written: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.load({name: written})
    assert str(refused.value) == said


def test_a_bound_holds_however_the_settings_are_made() -> None:
    with pytest.raises(SettingsError, match="MAX_DEPTH"):
        replace(Settings.load({}), max_depth=0)


def test_the_cache_follows_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert Settings.load().servers_cache == Path("/caches/segments")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert Settings.load().servers_cache == Path("/home/somebody/.cache/segments")


def test_another_process_is_told_all_of_it() -> None:
    settings = Settings.load({"REDIS_URL": "redis://here", "MAX_RULES": "7", "ELASTICSEARCH_TIMEOUT_SECONDS": "0.5"})
    assert Settings.load(settings.environment()) == settings


def test_every_default_is_there_without_an_environment() -> None:
    settings = Settings.load({})
    without = {"database_url", "redis_url", "elasticsearch_url", "secret_key", "metrics_token"}
    assert {field.name for field in fields(settings) if getattr(settings, field.name) is None} == without
