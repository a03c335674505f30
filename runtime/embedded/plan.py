"""What is to be started: the order that a starting process gives to the supervisor."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from runtime.embedded.elasticsearch import Elasticsearch
from runtime.embedded.grounds import Account, Ground
from runtime.embedded.postgres import Postgres
from runtime.embedded.programs import Programs
from runtime.embedded.server import Options, Server
from runtime.embedded.valkey import Valkey
from runtime.settings import Settings

# Elasticsearch first: it takes longest and starts while the others do.
KINDS: dict[str, type[Server]] = {"elasticsearch": Elasticsearch, "postgres": Postgres, "valkey": Valkey}


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the three servers are; one that was set by hand is given back as it was set."""

    database: str
    redis: str
    elasticsearch: str

    def exports(self) -> dict[str, str]:
        """As environment variables."""
        return {"DATABASE_URL": self.database, "REDIS_URL": self.redis, "ELASTICSEARCH_URL": self.elasticsearch}


def missing(settings: Settings) -> tuple[str, ...]:
    """The servers that no setting names."""
    named = {
        "elasticsearch": settings.elasticsearch_url,
        "postgres": settings.database_url,
        "valkey": settings.redis_url,
    }
    return tuple(name for name in KINDS if named[name] is None)


def joined(settings: Settings, embedded: dict[str, str]) -> Urls:
    """The settings' addresses, and the embedded servers' for the rest."""
    return Urls(
        database=settings.database_url or embedded["postgres"],
        redis=settings.redis_url or embedded["valkey"],
        elasticsearch=settings.elasticsearch_url or embedded["elasticsearch"],
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """Which servers, where, how, and for how long."""

    state: Path
    ground: Ground
    programs: Programs
    options: Options
    names: tuple[str, ...]
    start_seconds: float
    attached: bool  # ends with the process that started it

    def servers(self, *, keep: tuple[int, ...]) -> list[Server]:
        """Not yet started."""
        return [KINDS[name](self.ground, self.programs, self.options, keep=keep) for name in self.names]

    def text(self) -> str:
        """As an argument of a command line."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def of_text(cls, text: str) -> Plan:
        """The plan that `text()` wrote."""
        raw = json.loads(text)
        account = raw["ground"]["account"]
        return cls(
            state=Path(raw["state"]),
            ground=Ground(Path(raw["ground"]["folder"]), Account(**account) if account else None),
            programs={name: Path(path) for name, path in raw["programs"].items()},
            options=Options(**raw["options"]),
            names=tuple(raw["names"]),
            start_seconds=raw["start_seconds"],
            attached=raw["attached"],
        )
