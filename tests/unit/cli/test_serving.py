from __future__ import annotations

import json
import shlex
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import demonstration, secret_files
from cli.listening import Listening
from cli.processes import environment, programs
from cli.serve import Watch, serve
from runtime.embedded import EmbeddedError
from runtime.settings import Settings


def test_each_worker_serves_one_queue() -> None:
    settings = Settings.load({"INDEX_WORKERS": "2", "JOB_WORKERS": "3"})
    assert [program.name for program in programs(settings)] == [
        "api",
        "index-worker-1",
        "index-worker-2",
        "job-worker-1",
        "job-worker-2",
        "job-worker-3",
        "scheduler",
    ]
    job_workers = [program for program in programs(settings) if program.name.startswith("job")]
    assert {program.arguments[-1] for program in job_workers} == {"jobs"}


def test_each_index_worker_offers_its_metrics_at_a_port_of_its_own() -> None:
    settings = Settings.load({"INDEX_WORKERS": "2", "METRICS_PORT": "9400"})
    workers = [program for program in programs(settings) if program.name.startswith("index")]
    assert [one.arguments[-1] for one in workers] == ["--metrics-port=9400", "--metrics-port=9401"]


def test_passwords_are_in_the_environment_and_not_on_a_command_line() -> None:
    settings = Settings.load({"REDIS_URL": "redis://:hidden@redis", "DATABASE_URL": "postgresql://a:hidden@b/c"})
    assert "hidden" not in repr(programs(settings))
    assert environment(settings)["RQ_REDIS_URL"] == "redis://:hidden@redis"
    assert "ELASTICSEARCH_URL" not in environment(settings)


@pytest.mark.parametrize(
    ("host", "bind", "url"),
    [
        ("127.0.0.1", "127.0.0.1:80", "http://127.0.0.1:80"),
        ("0.0.0.0", "0.0.0.0:80", "http://127.0.0.1:80"),  # noqa: S104  # nothing is bound
        ("::", "[::]:80", "http://[::1]:80"),
        ("contacts.example", "contacts.example:80", "http://contacts.example:80"),
    ],
)
def test_where_it_listens_and_where_it_is_called(host: str, bind: str, url: str) -> None:
    listening = Listening(host, 80)
    assert (listening.bind, listening.url) == (bind, url)


def test_a_port_where_somebody_else_answers_is_neither_free_nor_ours() -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        taken = Listening("127.0.0.1", somebody.getsockname()[1])
        assert not taken.is_free()
    assert taken.is_free()
    assert not taken.answers()


def test_serving_on_a_taken_port_is_refused_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        monkeypatch.setenv("API_PORT", str(somebody.getsockname()[1]))
        outcome = CliRunner().invoke(serve)
    assert "is taken; set API_PORT to another one" in str(outcome.exception)


def test_a_secret_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "below" / "secret"
    assert secret_files.read(file) is None
    secret_files.keep(file, "hidden")
    assert secret_files.read(file) == "hidden"
    assert file.stat().st_mode & 0o777 == 0o600
    secret_files.keep(file, "another")
    assert secret_files.read(file) == "another"
    assert [path.name for path in file.parent.iterdir()] == ["secret"]


def test_the_greeting_is_a_request_that_a_shell_understands() -> None:
    last = demonstration.greeting("http://127.0.0.1:8000", "seg_x").rstrip().splitlines()[-1]
    program, _, url, _, token, _, kind, _, body = shlex.split(last)
    assert (program, url) == ("curl", "http://127.0.0.1:8000/v1/segments/preview")
    assert (token, kind) == ("Authorization: Bearer seg_x", "Content-Type: application/json")
    assert json.loads(body)["sample"] == 3


def test_settings_say_where() -> None:
    settings = replace(Settings.load({}), api_host="::1", api_port=9)
    assert Listening.of(settings) == Listening("::1", 9)


def test_it_greets_once_when_the_api_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([False, True, True])
    monkeypatch.setattr(Listening, "answers", lambda _: next(answers))
    # No embedded server is needed.
    urls = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "ELASTICSEARCH_URL": "http://x"}
    watch = Watch(Settings.load(urls), Listening("127.0.0.1", 80), "hello")
    said = []
    for _ in range(3):
        watch.look()
        said.append(capsys.readouterr().out)
    assert said == ["", "hello\n", ""]


def test_servers_that_are_gone_are_an_error_with_the_place_of_their_log(tmp_path: Path) -> None:
    watch = Watch(Settings.load({"SERVERS_DIR": str(tmp_path)}), Listening("127.0.0.1", 80), "hello")
    with pytest.raises(EmbeddedError, match=r"have ended; see .*supervisor\.log"):
        watch.look()
