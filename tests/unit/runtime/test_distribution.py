"""Fetching the Elasticsearch distribution, with an archive of a few bytes in its place."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.embedded import EmbeddedError
from runtime.embedded.distribution import VERSION, unpacked

ARCHIVE = f"elasticsearch-{VERSION}.zip"


class Source:
    """Delivers an archive and counts how often it was asked; the first `broken` times it delivers half of it."""

    def __init__(self, whole: bytes, broken: int = 0) -> None:
        self.whole = whole
        self.broken = broken
        self.asked = 0

    def __call__(self, folder: Path) -> Path:
        self.asked += 1
        delivered = folder / "some" / "where.zip"
        delivered.parent.mkdir()
        delivered.write_bytes(self.whole[: len(self.whole) // 2] if self.asked <= self.broken else self.whole)
        return delivered


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    file = tmp_path / "source.zip"
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr(f"elasticsearch-{VERSION}/config/elasticsearch.yml", "# empty")
    return file.read_bytes()


@pytest.fixture
def unpack(tmp_path: Path, archive: bytes) -> Callable[[Source], Path]:
    digest = hashlib.sha256(archive).hexdigest()
    return lambda source: unpacked(tmp_path / "cache", tmp_path / "programs", fetch=source, sha256=digest)


def test_it_is_fetched_once_and_readable_by_all(archive: bytes, unpack: Callable[[Source], Path]) -> None:
    source = Source(archive)
    home = unpack(source)
    assert unpack(source) == home
    assert source.asked == 1
    assert (home / "config/elasticsearch.yml").stat().st_mode & 0o777 == 0o644


def test_a_truncated_download_is_an_error_and_leaves_nothing(
    tmp_path: Path, archive: bytes, unpack: Callable[[Source], Path]
) -> None:
    source = Source(archive, broken=1)
    with pytest.raises(EmbeddedError, match=r"has the sha256 .* try again"):
        unpack(source)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["download.lock"]
    assert unpack(source).is_dir()
    assert source.asked == 2


def test_a_broken_file_in_the_cache_is_fetched_again(
    tmp_path: Path, archive: bytes, unpack: Callable[[Source], Path]
) -> None:
    cached = tmp_path / "cache" / ARCHIVE
    cached.parent.mkdir()
    cached.write_bytes(archive[:-1])
    assert unpack(Source(archive)).is_dir()
    assert cached.read_bytes() == archive


def test_what_is_in_the_cache_is_not_fetched_for_another_checkout(
    tmp_path: Path, archive: bytes, unpack: Callable[[Source], Path]
) -> None:
    unpack(Source(archive))
    source = Source(archive)
    digest = hashlib.sha256(archive).hexdigest()
    unpacked(tmp_path / "cache", tmp_path / "elsewhere", fetch=source, sha256=digest)
    assert source.asked == 0


def test_an_unreachable_source_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    def unreachable(folder: Path) -> Path:
        raise ConnectionError(f"no route to {folder.name[:8]}")

    with pytest.raises(EmbeddedError, match="no route to unfinish; check the connection, or set ELASTICSEARCH_URL"):
        unpacked(tmp_path / "cache", tmp_path / "programs", fetch=unreachable)


def test_an_interrupted_unpacking_is_done_again(
    tmp_path: Path, archive: bytes, unpack: Callable[[Source], Path]
) -> None:
    left = tmp_path / "programs" / f"unfinished-elasticsearch-{VERSION}-killed"
    left.mkdir(parents=True)
    home = unpack(Source(archive))
    assert (home / "config/elasticsearch.yml").is_file()
    assert not left.exists()
