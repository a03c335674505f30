"""The mapping, its fingerprint, and the buckets that spread contacts."""

from __future__ import annotations

import json
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import index
from mappings.fields import Behaviour, Custom, Packing, catalogue
from mappings.index import BUCKETS, OBJECTS, SLOTS, bucket, fingerprint, mapping, settings, slot_properties
from mappings.types import CUSTOM_TYPES


def mapped(path: str) -> dict[str, Any] | None:
    """How the path is mapped."""
    found: Any = mapping()
    for step in path.split("."):
        found = found.get("properties", {}).get(step)
        if found is None:
            return None
    return dict(found)


def test_the_rendered_mapping_is_current() -> None:
    """Else run: python -m mappings.index"""
    assert index.RENDERED.read_text(encoding="utf-8") == index.render()


def test_running_the_module_renders_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written = tmp_path / "contacts.json"
    monkeypatch.setattr(Path, "with_name", lambda _, name: tmp_path / name)
    with pytest.warns(RuntimeWarning, match=r"mappings\.index"):
        runpy.run_module("mappings.index", run_name="__main__")
    assert written.read_text(encoding="utf-8") == index.render()


def test_settings() -> None:
    assert settings()["number_of_shards"] == 1
    assert settings(shards=3, replicas=2, refresh="-1") == settings() | {
        "number_of_shards": 3,
        "number_of_replicas": 2,
        "refresh_interval": "-1",
    }
    assert settings()["sort.field"] == ["org_id", "bucket"]


def test_nothing_unknown_gets_in_and_nothing_derived_is_kept_twice() -> None:
    assert mapping()["dynamic"] == "strict"
    assert mapping()["_meta"] == {"fingerprint": fingerprint()}
    assert mapping()["_source"] == {"excludes": ["events*", "amounts*", "grams"]}


def test_every_field_of_every_catalogue_is_mapped_as_its_type_says() -> None:
    custom = [
        Custom(owner, name, name, kind, f"{kind.slot}_{place}")
        for owner in OBJECTS
        for place, (name, kind) in enumerate(CUSTOM_TYPES.items())
    ]
    for field in catalogue(custom=custom, behaviours=[Behaviour(1, "x", "X")]):
        found = mapped(field.path)
        if field.packing is not None or field.code is not None:
            assert found == {"type": "long"}, field
        elif field.name in ("owner", "team", "segment"):
            assert found == {"type": "keyword"}, field
        else:
            assert found == field.type.mapping(), field
        for suffix in field.type.companion_suffixes if field.packing in (None, Packing.WHOLE) else ():
            assert mapped(f"{field.path}{suffix}") == {"type": "integer"}, field
        if field.grams:
            grams = mapped(field.grams)
            assert grams is not None
            assert (grams["type"], grams["analyzer"]) == ("text", "whitespace")


def test_a_mapping_is_as_wide_as_asked() -> None:
    narrow = mapping({"contact": {"keyword": 1}, "company": {"date": 2}})["properties"]
    assert set(narrow["custom"]["properties"]) == {"keyword_0", "keyword_0_count"}
    assert set(narrow["company"]["properties"]["custom"]["properties"]) == {
        "date_0", "date_1", "date_0_month_day", "date_1_month_day",
    }  # fmt: skip
    wide = mapping()["properties"]["custom"]["properties"]
    assert sum(name.startswith("keyword_") and not name.endswith("_count") for name in wide) == SLOTS["keyword"]
    assert slot_properties({}) == {}


def test_the_fingerprint_is_that_of_the_meaning_not_of_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    assert mapping({"contact": {"double": 1}, "company": {}})["_meta"]["fingerprint"] == before
    monkeypatch.setattr(index, "CONTRACT", index.CONTRACT + 1)
    assert fingerprint() != before
    monkeypatch.undo()
    monkeypatch.setattr(index, "_ID", {"type": "long"})
    assert fingerprint() != before
    monkeypatch.undo()
    assert fingerprint() == before


def test_the_rendered_file_has_the_fingerprint() -> None:
    rendered = json.loads(index.RENDERED.read_text(encoding="utf-8"))
    assert rendered["mappings"]["_meta"]["fingerprint"] == fingerprint()


@pytest.mark.parametrize(("contact_id", "expected"), [(0, 0), (1, 5761), (2, 4226), (2**32, 0), (2**32 + 1, 5761)])
def test_buckets_stay_what_they_are(contact_id: int, expected: int) -> None:
    """Documents in the index carry them: another hash needs another CONTRACT."""
    assert bucket(contact_id) == expected


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=50))
def test_arrays_of_ids_fall_into_the_buckets_of_their_ids(ids: list[int]) -> None:
    found = bucket(np.array(ids, dtype=np.int64)).tolist()
    assert found == [bucket(contact_id) for contact_id in ids]
    assert all(0 <= one < BUCKETS for one in found)


def test_buckets_fill_evenly() -> None:
    counts = Counter(bucket(np.arange(1_000_000, dtype=np.int64)).tolist())
    assert len(counts) == BUCKETS
    assert 50 < min(counts.values()) <= max(counts.values()) < 150
