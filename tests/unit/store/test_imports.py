from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings import types
from mappings.fields import Custom
from store.imports.coercion import coercion, localiser
from store.imports.errors import ImportFileError
from store.imports.files import File
from store.imports.kinds import Observed
from store.imports.lines import Line
from store.imports.names import slug
from store.imports.survey import NewOptions, Survey
from store.imports.timelines import complete

BERLIN = ZoneInfo("Europe/Berlin")


def written(folder: Path, name: str, content: bytes) -> File:
    path = folder / name
    path.write_bytes(content)
    return File(path)


# Files


@pytest.mark.parametrize("name", ["f.jsonl", "f.jsonl.gz", "f"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_json_lines_are_read_plain_or_packed_whatever_the_name(tmp_path: Path, name: str, mark: bytes) -> None:
    content = mark + b'{"external_id": "a"}\n\n  \n{"external_id": "\xc3\xa4"}'
    for packed in (content, gzip.compress(content)):
        lines = list(written(tmp_path, name, packed).lines())
        assert [(line.number, line.item) for line in lines] == [(1, {"external_id": "a"}), (4, {"external_id": "ä"})]


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"{", "no JSON"), (b'{"a": "\xff"}', "no JSON"), (b'{"a": "\\ud800"}', "no JSON"), (b"[]", "JSON object"),
     (b"NaN", "no JSON")],
)  # fmt: skip
def test_a_line_without_a_contact_is_told_and_the_others_are_read(tmp_path: Path, content: bytes, fault: str) -> None:
    bad, good = written(tmp_path, "f.jsonl", content + b'\n{"external_id": "a"}\n').lines()
    assert bad.item is None
    assert fault in bad.fault
    assert bad.written == content + b"\n"
    assert good.item == {"external_id": "a"}


def test_progress_adds_up_to_the_size_of_the_file(tmp_path: Path) -> None:
    for content in (b'{"a": 1}\n' * 50_000, gzip.compress(b'{"a": 1}\n' * 50_000)):
        file = written(tmp_path, "f.jsonl", content)
        seen: list[int] = []
        list(file.lines(seen.append))
        assert sum(seen) == file.size == len(content)


def test_a_broken_gzip_file_is_an_error(tmp_path: Path) -> None:
    packed = gzip.compress(bytes(range(256)) * 50)
    for broken in (packed[:-5], packed[:12], packed[:40] + b"x" * 40 + packed[80:], packed + packed[:15]):
        with pytest.raises(ImportFileError, match="broken or ends too early"):
            list(written(tmp_path, "f.gz", broken).lines())


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="cannot be read"):
        File(tmp_path / "nothing")


# CSV


def csv(folder: Path, text: str, encoding: str = "utf-8") -> list[Line]:
    return list(written(folder, "f.csv", text.encode(encoding)).lines())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_columns_of_a_csv_file_go_where_they_belong(tmp_path: Path, delimiter: str) -> None:
    header = ["ID", "First Name", "tags", "Company", "company.city", "owner", "channels.email", "Shoe size", "note"]
    row = ["7", "Ünn", '"VIP ; Lead;"', "Acme", "Bonn", "o@x.com", "subscribed", "", '"two ""words""\nin lines"']
    (line,) = csv(tmp_path, "\ufeff" + delimiter.join(header) + "\r\n" + delimiter.join(row) + "\r\n\r\n")
    assert line.item == {
        "external_id": "7",
        "properties": {"First Name": "Ünn", "note": 'two "words"\nin lines'},
        "tags": ["VIP", "Lead"],
        "company": {"name": "Acme", "city": "Bonn"},
        "owner": "o@x.com",
        "channels": {"email": "subscribed"},
    }


def test_a_bad_line_of_a_csv_file_is_one_bad_line(tmp_path: Path) -> None:
    content = b'external_id,city\n1,Bonn\n2\n3,K\xf6ln\n"4\n and 5",Mainz\n6,a,b\n7,Trier\n'
    lines = list(written(tmp_path, "f.csv", content).lines())
    assert [(line.number, line.item is not None, line.fault) for line in lines] == [
        (2, True, ""),
        (3, False, "1 cells where the header has 2"),
        (4, False, "this is not UTF-8"),
        (6, True, ""),
        (7, False, "3 cells where the header has 2"),
        (8, True, ""),
    ]
    assert lines[2].written == b"3,K\xf6ln"


def test_a_cell_beyond_the_limit_of_csv_is_one_bad_line(tmp_path: Path) -> None:
    bad, good = csv(tmp_path, f"external_id,city\n1,{'x' * 200_000}\n2,Bonn\n")
    assert "no CSV" in bad.fault
    assert good.item == {"external_id": "2", "properties": {"city": "Bonn"}}


@pytest.mark.parametrize(
    ("text", "match"),
    [("", "external_id"), ("a,b\n", "external_id"), ("id,a,a\n", "more than once"), ("id,,a\n", "without a name")],
)
def test_a_header_that_says_too_little_is_an_error(tmp_path: Path, text: str, match: str) -> None:
    with pytest.raises(ImportFileError, match=match):
        csv(tmp_path, text)


# Names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("plan", "plan"), ("Favourite colour?", "favourite_colour"), ("Größe", "grosse"), ("  A - B ", "a_b"),
        ("2nd", "field_2nd"), ("любимый", "field_451a7ce5"), ("x" * 80, "x" * 63), ("", "field_00000000"),
    ],
)  # fmt: skip
def test_a_key_is_made_of_a_name(name: str, key: str) -> None:
    assert slug(name) == key


# Types


def kind(*values: object, textual: bool = False) -> str:
    observed = Observed(textual=textual)
    for value in values:
        observed.add(value)
    return observed.kind().type


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ([1, 2.5, None, ""], "number"),
        ([True, False], "boolean"),
        ([True, 1], "text"),
        ([1, "1"], "text"),
        (["2026-01-01", None, "2026-02-01"], "date"),
        (["2026-01-01T00:00:00Z", "2026-01-01 00:00:00+01:00"], "datetime"),
        (["2026-01-01T00:00", "2026-01-01 00:00:00.5"], "datetime"),
        (["2026-01-01", "2026-01-01T00:00:00Z"], "text"),
        (["a", "b", "c"], "text"),
        (["a", "b"] * 3, "choice"),
        (["a", "b"] * 2, "text"),
        (["1", "2"] * 3, "choice"),
        (["x" * 101] * 10, "text"),
        ([str(n) for n in range(101)] * 3, "text"),
        ([["a"], ["b", "c"], []], "multi-choice"),
        ([["a"], "b"], "text"),
        ([{}], "text"),
        ([], "text"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_narrowest_type_that_takes_every_value_is_inferred(values: Sequence[object], type_: str) -> None:
    assert kind(*values) == type_


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (["1", "-2.5", "0"], "number"),
        (["1", "007"], "text"),
        (["1e5"], "text"),
        (["yes", "No", "TRUE"], "boolean"),
        (["2026-01-01"], "date"),
        (["0"] * 10, "number"),
    ],
    ids=str,
)
def test_what_stands_in_a_csv_file_may_be_more_than_text(values: Sequence[str], type_: str) -> None:
    assert kind(*values, textual=True) == type_


@pytest.mark.parametrize(
    ("type_", "raw", "read"),
    [
        ("text", 5, "5"), ("text", 1.50, "1.5"), ("choice", True, "true"), ("text", "x", "x"), ("text", [], []),
        ("number", "5", 5), ("number", "-5.5", -5.5), ("number", "x", "x"), ("number", 7, 7),
        ("number", "9" * 30, 1e30),
        ("boolean", "Yes", True), ("boolean", "false", False), ("boolean", "x", "x"), ("boolean", True, True),
        ("multi-choice", "a; b;", ["a", "b"]), ("multi-choice", [1, "b"], ["1", "b"]), ("multi-choice", 5, 5),
        ("date", "2026-07-01", "2026-07-01"),
        ("datetime", "2026-07-01", "2026-07-01T00:00:00+02:00"),
        ("datetime", "2026-01-01 08:30", "2026-01-01T08:30:00+01:00"),
        ("datetime", "2026-01-01T08:30:00Z", "2026-01-01T08:30:00Z"),
        ("datetime", "tomorrow", "tomorrow"),
    ],
    ids=str,
)  # fmt: skip
def test_values_are_made_to_fit_where_that_loses_nothing(type_: str, raw: object, read: object) -> None:
    assert coercion(BERLIN)(types.TYPES[type_], raw) == read


def test_a_day_that_does_not_exist_is_left_to_the_type() -> None:
    assert localiser(BERLIN)("2026-13-01") == "2026-13-01"


# The survey


def survey(*items: dict[str, Any], fields: Sequence[Custom] = (), textual: bool = False) -> Survey:
    found = Survey(fields, textual=textual)
    for number, item in enumerate(items, 1):
        found.add(Line(number, b"", item))
    return found


PLAN = Custom("contact", "plan", "Plan", types.CHOICE, "keyword_0", ("gold",))
OPEN = Custom("contact", "open", "Open", types.CHOICE, "keyword_1")


def test_what_is_no_standard_property_is_a_field_of_its_own() -> None:
    item = {
        "properties": {"email": "a", "First Name": "b", "state": "c", "Shoe size": 43, "tags": "x"},
        "custom": {"email": "d"},
        "company": {"name": "e", "website": "f", "Tier": "A", "custom": {"score": 1}},
    }
    found = survey(item)
    new = {(one.of, one.key, one.name, one.kind.type) for one in found.new_fields({})}
    assert new == {
        ("contact", "shoe_size", "Shoe size", "number"),
        ("contact", "email", "email", "text"),
        ("company", "tier", "Tier", "text"),
        ("company", "score", "score", "number"),
    }
    found.rename(item)
    assert item == {
        "properties": {"email": "a", "first_name": "b", "state": "c", "shoe_size": 43, "tags": "x"},
        "custom": {"email": "d"},
        "company": {"name": "e", "website": "f", "tier": "A", "custom": {"score": 1}},
    }


@pytest.mark.parametrize(
    "item",
    [{}, {"properties": 5, "custom": [], "company": "x"}, {"company": {"custom": 5}}, {"company": None}],
    ids=str,
)
def test_what_makes_no_sense_is_left_to_the_reader(item: dict[str, Any]) -> None:
    found = survey(item)
    before = dict(item)
    found.rename(item)
    assert item == before
    assert found.new_fields({}) == []


def test_types_can_be_given() -> None:
    found = survey({"properties": {"Plan": "gold"}, "company": {"size2": "5"}})
    new = found.new_fields({("contact", "Plan"): "choice", ("company", "size2"): "number"})
    assert [(one.key, one.kind.type, one.kind.options) for one in new] == [
        ("plan", "choice", ("gold",)),
        ("size2", "number", ()),
    ]


@pytest.mark.parametrize(
    ("items", "given", "match"),
    [
        ([{"custom": {"plan": "gold"}}], {("contact", "plan"): "number"}, "is a choice already"),
        ([{}], {("contact", "nothing"): "number"}, "has nothing for"),
        ([{"properties": {"A b": 1, "a-b": 2}}], {}, "would both be"),
        ([{"properties": {"First Name": 1, "first_name": 2}}], {}, "would both be"),
        ([{"properties": {"A b": 1}}, {"custom": {"a_b": 2}}], {}, "would both be"),
    ],
    ids=["another type", "no such field", "two names", "two names of a property", "two places"],
)
def test_what_contradicts_itself_is_an_error(items: Any, given: Any, match: str) -> None:
    with pytest.raises(ImportFileError, match=match):
        survey(*items, fields=[PLAN]).new_fields(given)


def test_lists_to_choose_from_learn_new_options() -> None:
    items = [{"custom": {"plan": value, "open": value}} for value in ("GOLD", "silver", None, "silver")]
    found = survey(*items, fields=[PLAN, OPEN])
    assert found.new_fields({}) == []
    assert found.new_options() == [NewOptions("contact", "plan", ("silver",))]


# Events


def ids(*events: Any, contact: str = "a") -> list[Any]:
    made = [dict(event) for event in events]
    complete(contact, made, localiser(BERLIN))
    return [event["id"] for event in made]


def test_an_event_without_an_id_gets_the_same_one_in_every_import() -> None:
    seen = {"type": "seen", "at": "2026-01-01T00:00:00Z"}
    first, second, other = ids(seen, seen, {**seen, "page": "/"})
    assert len({first, second, other}) == 3
    assert ids({"at": "2026-01-01T00:00:00Z", "type": "seen", "id": None}, contact="b") != [first]
    assert ids(dict(reversed(seen.items())), seen) == [first, second]
    assert ids({**seen, "id": 5}) == [5]


def test_events_get_the_offset_of_the_organisation() -> None:
    events: list[Any] = [{"at": "2026-07-01"}, {"at": "2026-07-01T00:00:00Z"}, {"at": "soon"}, {}, 5]
    complete("a", events, localiser(BERLIN))
    assert [event.get("at") for event in events[:4]] == [
        "2026-07-01T00:00:00+02:00", "2026-07-01T00:00:00Z", "soon", None
    ]  # fmt: skip
