"""The machine, a few times over, and always the same times over."""

from __future__ import annotations

import os
from contextlib import ExitStack
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from indexer import bulk, filling, joining, leaving
from runtime.embedded import Urls
from runtime.settings import Settings
from tests.conftest import _own
from tests.faults.machine import IndexMachine
from tests.faults.mortals import in_small_steps

EXAMPLES = int(os.environ.get("FAULTS_EXAMPLES", "5"))
STEPS = 15


@pytest.fixture
def machine(servers: Urls, template: str, monkeypatch: pytest.MonkeyPatch) -> type[IndexMachine]:
    """Workers that lose patience at once, rebuilds of many steps."""
    for module in (filling, joining, leaving):
        monkeypatch.setattr(module, "BATCH", module.BATCH)  # put back afterwards
    in_small_steps()
    monkeypatch.setattr(bulk, "Patience", partial(bulk.Patience, first_seconds=0.005))

    def surroundings(held: ExitStack) -> Settings:
        return held.enter_context(_own(servers, template, redis=14))

    monkeypatch.setattr(IndexMachine, "surroundings", staticmethod(surroundings), raising=False)
    return IndexMachine


def test_the_index_equals_the_database_whatever_happened(machine: type[IndexMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
