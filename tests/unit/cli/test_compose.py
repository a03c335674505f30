"""docker-compose.yml runs what `segments serve` runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.processes import Program, environment, programs
from runtime.settings import Settings

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def test_each_process_has_its_service(services: dict[str, Any]) -> None:
    for program in programs(Settings.load({"API_HOST": "0.0.0.0"})):  # noqa: S104  # inside a container
        service = services[program.name.removesuffix("-1")]
        assert service["command"] == ["python", *program.arguments[1:]]
        assert Program(program.name, (sys.executable, *service["command"][1:])) == program


def test_each_process_is_told_what_serve_tells_it(services: dict[str, Any]) -> None:
    needed = {
        "DATABASE_URL": "postgresql://x",
        "REDIS_URL": "redis://x",
        "ELASTICSEARCH_URL": "http://x",
        "SECRET_KEY": "x",
    }
    told = set(environment(Settings.load(needed))) - set(environment(Settings.load({})))
    assert told == {*needed, "RQ_REDIS_URL"}
    for name in ("api", "index-worker", "job-worker", "scheduler", "migration"):
        assert told <= set(services[name]["environment"])


def test_nothing_starts_before_what_it_needs(services: dict[str, Any]) -> None:
    for name in ("api", "index-worker", "job-worker", "scheduler"):
        assert services[name]["depends_on"]["migration"]["condition"] == "service_completed_successfully"
    waited_for = {one for service in services.values() for one in service.get("depends_on", {})}
    assert all("healthcheck" in services[name] for name in waited_for - {"migration"})


def test_only_the_api_is_reached_from_outside_and_from_this_machine_alone(services: dict[str, Any]) -> None:
    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == {
        "api": ["127.0.0.1:8000:8000"]
    }


def test_the_image_holds_every_package(services: dict[str, Any]) -> None:
    copied = {line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")}
    packages = {"mappings", "segments", "runtime", "store", "indexer", "app", "cli"}
    assert packages <= copied
    assert packages <= {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines()}
    assert services["api"]["build"] == "."
