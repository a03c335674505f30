"""What can be set, read once from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from mappings.errors import ServiceError

ROOT = Path(__file__).resolve().parent.parent
LogFormat = Literal["text", "json"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class SettingsError(ServiceError):
    """An environment variable has a value that its setting does not take."""


def _state_folder() -> Path:
    """`.servers` of the checkout, or of the current folder when the service was installed without one."""
    home = ROOT if (ROOT / "pyproject.toml").is_file() else Path.cwd()
    return home / ".servers"


def _cache_folder() -> Path:
    """The user's cache, so that a second checkout downloads nothing; without a home, a folder of the checkout."""
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "segments"
    try:
        return Path.home() / ".cache" / "segments"
    except RuntimeError:
        return _state_folder() / "cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting with its default. `NAME` in the environment sets the field `name`; an empty value is no value."""

    # Addresses. Without one, the embedded twin of that server is used (and only of that one).
    database_url: str | None = None
    redis_url: str | None = None
    elasticsearch_url: str | None = None

    index_prefix: str = "contacts"  # indices are <prefix>-<suffix> behind the alias <prefix>
    secret_key: str | None = None  # signs sessions and cursors; production sets it, `segments serve` makes one if not
    api_host: str = "127.0.0.1"  # loopback: opening a demo to the network is a decision
    api_port: int = 8000
    api_workers: int = 2  # gunicorn processes: the machine's cores also serve the indexer and the servers
    api_threads: int = 4  # a request mostly waits for Elasticsearch
    index_workers: int = 1  # more of them share the work by leases
    job_workers: int = 1
    metrics_token: str | None = None  # Prometheus sends it to GET /metrics, which is closed without one
    metrics_host: str = "127.0.0.1"  # where index workers offer theirs: without a token, so to this machine alone
    metrics_port: int = 0  # 0: not at all; `segments serve` gives its second worker the next port, and so on
    log_format: LogFormat = "text"
    log_level: LogLevel = "INFO"

    # Database
    database_pool: int = 5  # connections a process keeps; gunicorn's threads need one each
    database_overflow: int = 10  # beyond the pool, closed after use
    database_timeout_seconds: float = 10.0  # waiting longer for a connection is an outage to report, not to hide

    # Queues
    job_timeout_seconds: int = 3600  # an export of tens of millions of contacts ends well within an hour
    failed_job_days: int = 7  # how long a failed job can be looked at

    # Elasticsearch
    elasticsearch_timeout_seconds: float = 30.0  # a count takes milliseconds; what takes longer is stopped and reported
    index_shards: int = 1  # a shard holds tens of millions of these documents
    index_replicas: int = 0  # one node has no place for a copy; a cluster sets 1

    # The condition language
    max_depth: int = 12  # nobody reads deeper trees; recursion stays far from Python's limit
    max_rules: int = 300  # Elasticsearch stops at 1,024 clauses and more, by heap
    max_values: int = 10_000  # in one list; Elasticsearch itself stops at 65,536
    max_needle: int = 200  # characters of a text needle; each is a term of a phrase
    max_references: int = 5  # segments inside segments
    max_tree_bytes: int = 1_000_000  # a request body beyond that is no condition

    # Embedded servers
    servers_dir: Path = field(default_factory=_state_folder)
    servers_cache: Path = field(default_factory=_cache_folder)
    elasticsearch_heap: str = "512m"  # a million contacts of a demo fit
    servers_start_seconds: float = 120.0  # a slow, busy machine needs a minute; more is a failure

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of `environment` (default: the process's own); raises SettingsError naming the variable."""
        given = os.environ if environment is None else environment
        types = get_type_hints(cls)
        values: dict[str, object] = {}
        for each in fields(cls):
            name = each.name.upper()
            if written := given.get(name, "").strip():
                values[each.name] = _read(name, written, types[each.name])
        return cls(**values)  # type: ignore[arg-type]  # each value was read by its field's type

    def environment(self) -> dict[str, str]:
        """The environment that gives another process these settings."""
        values = {each.name.upper(): getattr(self, each.name) for each in fields(self)}
        return {name: str(value) for name, value in values.items() if value is not None}

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, (int, float)) and not value >= (least := _LEAST.get(each.name, 1)):
                raise SettingsError(f"{each.name.upper()} is {value}", f"set it to {least} or more")
            if isinstance(value, int) and value > (most := _MOST.get(each.name, value)):
                raise SettingsError(f"{each.name.upper()} is {value}", f"set it to {most} or less")
            if (form := _FORMS.get(each.name)) is not None and re.fullmatch(form, str(value)) is None:
                raise SettingsError(f"{each.name.upper()} is {value!r}", f"write it as {form}")
            schemes = _SCHEMES.get(each.name)
            if schemes and value is not None and not _is_address(value, schemes):
                raise SettingsError(f"{each.name.upper()} is {value!r}", f"write it as {schemes[0]}://host:port")


_LEAST: dict[str, float] = {
    "database_overflow": 0,
    "index_replicas": 0,
    "metrics_port": 0,
    "elasticsearch_timeout_seconds": 0.1,
    "database_timeout_seconds": 0.1,
    "servers_start_seconds": 0.1,
}

_MOST = {"api_port": 65_535, "metrics_port": 65_535}

# A regular expression each.
_FORMS: dict[str, str] = {
    "index_prefix": "[a-z][a-z0-9-]*",  # what names of indices may begin with, everywhere
    "elasticsearch_heap": "[0-9]+[mg]",
}

# Of addresses; that of PostgreSQL is read by SQLAlchemy (database.py).
_SCHEMES = {"redis_url": ("redis", "rediss", "unix"), "elasticsearch_url": ("http", "https")}


def _is_address(written: str, schemes: Collection[str]) -> bool:
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and port != 0


def _read(name: str, written: str, kind: object) -> object:
    """`written` as the type of its field."""
    if kind in (int, float):
        try:
            return int(written.replace("_", "")) if kind is int else float(written)
        except ValueError:
            raise SettingsError(f"{name} is {written!r}", "write a number") from None
    if kind is Path:
        return Path(written).expanduser().absolute()
    if (words := get_args(kind)) and get_origin(kind) is Literal and written not in words:
        raise SettingsError(f"{name} is {written!r}", f"write one of: {', '.join(words)}")
    return written
