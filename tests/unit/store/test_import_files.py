from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from store.imports.errors import ImportFileError
from store.imports.files import File
from store.imports.lines import Line


def written(folder: Path, name: str, content: bytes) -> File:
    path = folder / name
    path.write_bytes(content)
    return File(path)


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
