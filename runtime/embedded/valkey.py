"""Valkey, which speaks Redis."""

from __future__ import annotations

import subprocess

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from runtime.embedded.children import Command
from runtime.embedded.ports import LOOPBACK
from runtime.embedded.server import Server

_NO_RETRY = Retry(NoBackoff(), 0)  # whoever waits asks again anyway


class Valkey(Server):
    """A Valkey that keeps what it was told in an append-only file."""

    name = "valkey"

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    def _prepare(self) -> Command:
        room = self._room("")
        options = {"port": str(self.port), "bind": LOOPBACK, "dir": str(room), "save": "", "appendonly": "yes"}
        if self.options.ephemeral:
            options["appendfsync"] = "no"
        arguments = [text for name, value in options.items() for text in (f"--{name}", value)]
        return Command([self.programs["valkey"], *arguments], room)

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        with redis.Redis(host=LOOPBACK, port=self.port, socket_timeout=1, retry=_NO_RETRY) as client:
            try:
                answer = client.info("server")
            except redis.RedisError:
                return False
        return isinstance(answer, dict) and answer.get("process_id") == process.pid
