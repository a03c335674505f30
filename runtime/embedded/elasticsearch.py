"""Elasticsearch: the stripped distribution that its own integration tests use, on the packaged Java."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
from pathlib import Path

from runtime.embedded.children import Command
from runtime.embedded.ports import LOOPBACK, free_port
from runtime.embedded.server import Server

# Options that the shipped jvm.options has and the packaged Java does not know.
_ABSENT = ("jdk.incubator.vector", "-Xlog")
_LAUNCHER = "org.elasticsearch.launcher.CliToolLauncher"
_PROBE_SECONDS = 3.0  # the answer may wait a second for its shards


class Elasticsearch(Server):
    """A cluster of one node without security: it listens on loopback only."""

    name = "elasticsearch"

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def _cluster(self) -> str:
        """A name that no other cluster on this machine has: it tells ours from one that took the port."""
        return f"segments-{os.getpid()}-{self.port}"

    def _prepare(self) -> Command:
        room, home = self._room(""), self.programs["elasticsearch"]
        self._configure(room / "config")
        for name in ("data", "logs", "tmp"):
            self._room(name)
        defines = {
            "cli.name": "server",
            "cli.script": home / "bin/elasticsearch",
            "cli.libs": "lib/tools/server-cli",
            "es.path.home": home,
            "es.path.conf": room / "config",
            "es.distribution.type": "zip",
            "es.java.type": "ES_JAVA_HOME",
            "java.io.tmpdir": room / "tmp",  # the launcher leaves a file there at every start
        }
        return Command(
            [
                self.programs["java"] / "bin/java",
                # Of the launcher, which starts the server.
                *("-Xms4m", "-Xmx64m", "-XX:+UseSerialGC", "-XX:-UsePerfData"),
                *(f"-D{name}={value}" for name, value in defines.items()),
                *("-cp", f"{home}/lib/*:{home}/lib/cli-launcher/*", _LAUNCHER),
            ],
            folder=home,
            environment={
                "ES_JAVA_HOME": str(self.programs["java"]),
                "ES_TMPDIR": str(room / "tmp"),
                "HOSTNAME": "localhost",
                "LC_ALL": "C.UTF-8",
            },
        )

    def _configure(self, folder: Path) -> None:
        """The configuration as shipped, less what this Java lacks, plus ours."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.programs["elasticsearch"] / "config", folder)
        options = folder / "jvm.options"
        shipped = options.read_text().splitlines()
        kept = [line for line in shipped if not any(word in line for word in _ABSENT)]
        options.write_text("\n".join([*kept, *self._jvm_options(), ""]))
        (folder / "elasticsearch.yml").write_text(json.dumps(self._node(), indent=2))  # JSON is YAML, and quotes paths
        if (account := self.ground.account) is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, account.uid, account.gid)

    def _jvm_options(self) -> list[str]:
        heap = self.options.heap
        options = [f"-Xms{heap}", f"-Xmx{heap}", "-XX:-HeapDumpOnOutOfMemoryError"]
        if self.options.ephemeral:
            # Measured: starts in three quarters of the time and indexes small batches in two thirds; at work for long
            # it is slower, so it is for tests and never for measurements.
            options.append("-XX:TieredStopAtLevel=1")
        return options

    def _node(self) -> dict[str, object]:
        room = self.ground.folder / self.name
        return {
            "cluster.name": self._cluster,
            "node.name": "node",
            "discovery.type": "single-node",
            "network.host": LOOPBACK,
            "http.port": self.port,
            "transport.port": free_port(),
            "path.data": str(room / "data"),
            "path.logs": str(room / "logs"),
            "xpack.security.enabled": False,
            "cluster.routing.allocation.disk.threshold_enabled": False,  # a full disk is said by the system itself
            "logger.org.elasticsearch.index.mapper": "WARN",  # at INFO it quotes the values of documents it refuses
        }

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=_PROBE_SECONDS)
        try:
            connection.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")
            answer = connection.getresponse()
            found = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()
        return answer.status == http.client.OK and found.get("cluster_name") == self._cluster
