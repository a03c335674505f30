"""Where the servers live and as whom: folders that their account can enter, and that only it can write to."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from runtime.embedded.errors import EmbeddedError

_NOBODY = 65534  # PostgreSQL and Elasticsearch refuse to run as root
_STAGING = Path("/var/tmp")  # noqa: S108  # survives a restart, unlike /tmp, and everybody can enter it; owners are checked below


@dataclass(frozen=True, slots=True)
class Account:
    """The user that servers run as when root starts them."""

    uid: int
    gid: int

    @classmethod
    def needed(cls) -> Account | None:
        """None for an ordinary user, who runs the servers as himself."""
        if os.geteuid() != 0:
            return None
        try:
            entry = pwd.getpwuid(_NOBODY)  # initdb looks its user up by number
        except KeyError:
            raise EmbeddedError(
                f"root needs a user number {_NOBODY} to run the servers as, and this system has none",
                f"add one (useradd --uid {_NOBODY} nobody) or start as an ordinary user",
            ) from None
        return cls(entry.pw_uid, entry.pw_gid)

    def enters(self, path: Path) -> bool:
        """Whether it can read `path` and pass through all folders above it."""
        path = path.resolve()
        reads = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)
        return path.stat().st_mode & reads == reads and self.passes(path.parent)

    @staticmethod
    def passes(folder: Path) -> bool:
        """Whether it can pass through `folder` and all above it, as far as they exist."""
        folder = folder.resolve()
        return all(above.stat().st_mode & stat.S_IXOTH for above in (folder, *folder.parents) if above.exists())


@dataclass(frozen=True, slots=True)
class Ground:
    """The folder below which each server has a folder of its own."""

    folder: Path
    account: Account | None

    @classmethod
    def of(cls, state: Path) -> Ground:
        """The ground that belongs to the state folder `state`: inside it where the servers can enter it."""
        account = Account.needed()
        if account is None or account.passes(state):
            return cls(state / "ground", account)
        name = hashlib.sha256(os.fsencode(state.absolute())).hexdigest()[:16]
        return cls(staging() / name, account)

    def make(self) -> None:
        """Make the folder, open for the servers to pass through."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)

    def room(self, name: str) -> Path:
        """A folder below that only the servers' account can open."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.account is not None:
            os.chown(folder, self.account.uid, self.account.gid)
        return folder


def staging() -> Path:
    """This user's own folder under /var/tmp; raises EmbeddedError when somebody else made one of that name."""
    folder = _STAGING / f"segments-{os.geteuid()}"
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise EmbeddedError(f"{folder} is not a folder of this user", f"remove it: rm -r {folder}")
    folder.chmod(0o755)
    return folder
