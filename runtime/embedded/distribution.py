"""The Elasticsearch distribution: fetched once, checked, unpacked."""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path

from runtime.embedded.errors import EmbeddedError
from runtime.embedded.locks import locked
from runtime.embedded.unfinished import workplace

VERSION = "8.19.4"  # later ones of 8.19 need modules of Java that the packaged runtime leaves out
SHA256 = "553088b4c0f60f04d7c63da609aaeae372c483159f4fb8013599e91233aab0de"

_GROUP = "org.elasticsearch.distribution.integ-test-zip"
_DOWNLOAD_SECONDS = 600.0  # how long a second process waits for the one that is fetching
_log = logging.getLogger(__name__)

Fetch = Callable[[Path], Path]
"""Puts the archive somewhere below a folder and says where."""


def unpacked(cache: Path, into: Path, *, fetch: Fetch | None = None, sha256: str = SHA256) -> Path:
    """The home of the distribution below `into`; what is missing is fetched into `cache`, checked and unpacked.

    Whatever stands under its final name is whole: archive and home are made elsewhere and renamed. Raises
    EmbeddedError when what was fetched is not what is expected; nothing of it is kept then.
    """
    home = into / f"elasticsearch-{VERSION}"
    into.mkdir(parents=True, exist_ok=True)
    with locked(into / "elasticsearch.lock", seconds=_DOWNLOAD_SECONDS):
        if not home.is_dir():
            _unpack(_archive(cache, fetch or _from_maven, sha256), home)
    return home


def _archive(cache: Path, fetch: Fetch, sha256: str) -> Path:
    """The checked archive in the cache."""
    archive = cache / f"elasticsearch-{VERSION}.zip"
    cache.mkdir(parents=True, exist_ok=True)
    with locked(cache / "download.lock", seconds=_DOWNLOAD_SECONDS):
        if archive.is_file() and _digest(archive) != sha256:
            _log.warning("%s is damaged and is fetched again", archive)
            archive.unlink()
        if not archive.is_file():
            _fetch(archive, fetch, sha256)
    return archive


def _fetch(archive: Path, fetch: Fetch, sha256: str) -> None:
    _log.info("fetching Elasticsearch %s (107 MB, once)", VERSION)
    with workplace(archive) as folder:
        try:
            fetched = fetch(folder)
        except (
            OSError,
            RuntimeError,
        ) as error:  # requests' errors are OSErrors; jgo raises RuntimeError for "not found"
            raise EmbeddedError(
                f"Elasticsearch {VERSION} cannot be fetched: {error}",
                "check the connection, or set ELASTICSEARCH_URL to a server of yours",
            ) from error
        if (found := _digest(fetched)) != sha256:
            raise EmbeddedError(
                f"what was fetched as Elasticsearch {VERSION} has the sha256 {found}, not {sha256}",
                "try again; if it stays so, something on the way changes downloads: set ELASTICSEARCH_URL instead",
            )
        fetched.replace(archive)


def _from_maven(folder: Path) -> Path:
    """Fetch the archive through jgo, which knows where Maven artifacts are kept."""
    try:
        from jgo.maven import MavenContext
    except ModuleNotFoundError:
        raise EmbeddedError(
            "the package jgo is missing", "run: pip install -c constraints.txt -e '.[embedded]'"
        ) from None
    project = MavenContext(repo_cache=folder, timeout=60).project(_GROUP, "elasticsearch")
    return project.at_version(VERSION).artifact(packaging="zip").resolve()


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unpack(archive: Path, home: Path) -> None:
    """Unpack, then rename: a home that exists is whole."""
    with workplace(home) as folder:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
        (root,) = folder.iterdir()
        _open_to_read(root)
        root.rename(home)


def _open_to_read(root: Path) -> None:
    """Zip files carry no modes here, and a strict umask would lock the servers' account out."""
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
