from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli import COMMANDS, commands, main
from mappings.errors import ServiceError

HEAVY = ("flask", "elasticsearch", "numpy", "sqlalchemy", "store", "app", "indexer")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_the_table_says(name: str) -> None:
    module, _, attribute = COMMANDS[name][0].partition(":")
    assert isinstance(getattr(import_module(module), attribute), click.Command)


def test_the_help_lists_them_all_and_imports_none() -> None:
    code = f"""
import sys
from click.testing import CliRunner
from cli import commands
print(CliRunner().invoke(commands, ["--help"]).output)
assert not set({HEAVY!r}) & set(sys.modules), sorted(sys.modules)
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in shown
        assert line in shown


def test_looking_after_the_servers_starts_no_api() -> None:
    code = f"""
import sys
import cli.servers
assert not {{"flask", "elasticsearch", "numpy", "store", "app", "indexer"}} & set(sys.modules)
assert not set({HEAVY[:3]!r}) & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_command_is_an_error() -> None:
    outcome = CliRunner().invoke(commands, ["sevre"])
    assert outcome.exit_code == 2
    assert "No such command 'sevre'" in outcome.output


def test_what_the_service_refuses_is_one_line_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def refusing() -> None:
        raise ServiceError("it is closed", "come tomorrow")

    monkeypatch.setattr("cli.commands", refusing)
    monkeypatch.setattr(sys, "argv", ["segments"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "segments: it is closed; come tomorrow\n"


def test_make_help_lists_every_target() -> None:
    makefile = Path(__file__).parents[3] / "Makefile"
    targets = set(re.findall(r"^([a-z]+): ", makefile.read_text(), re.MULTILINE))
    command = ["/usr/bin/env", "make", "-C", str(makefile.parent), "-s", "help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in shown.splitlines()} == targets
    assert {"help", "demo", "serve", "check", "test", "answers", "conformance"} <= targets
