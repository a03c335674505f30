"""`python -m tests.mutants`: a mutation run over the condition language, counted by file, and every mutant that lives.

What is mutated and which tests are asked stands in `pyproject.toml` under `[tool.mutmut]`. The report is printed and
kept in `mutants/report.txt`. The exit code is 1 where fewer than 90 % are killed; a mutant that times out, or that no
test reaches, is not.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

MUTANTS = Path("mutants")
LEAST = 0.9

_CHANGED = re.compile(r"[+-](?![+-]{2} )")  # a line of the difference, not of its head


def mutmut(*arguments: str) -> str:
    """What mutmut prints for these arguments."""
    done = subprocess.run([sys.executable, "-m", "mutmut", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def statuses() -> dict[str, str]:
    """Of every mutant by name, what became of it: killed, survived, timeout, no tests, ..."""
    lines = mutmut("results", "--all", "true").splitlines()
    return dict(line.strip().rsplit(": ", 1) for line in lines if ": " in line)


def report(found: dict[str, str]) -> Iterator[str]:
    """The lines of the report."""
    for name, status in found.items():
        if status != "killed":
            yield f"{status}: {name}"
            yield from (f"  {line}" for line in mutmut("show", name).splitlines() if _CHANGED.match(line))
    mutated = Counter(map(_module, found))
    killed = Counter(_module(name) for name, status in found.items() if status == "killed")
    for module, count in sorted(mutated.items()):
        yield f"{module:<36} {killed[module]:>5} of {count:>5} killed, {killed[module] / count:.1%}"
    rest = Counter(status for status in found.values() if status != "killed")
    others = ", ".join(f"{count} {status}" for status, count in sorted(rest.items()))
    yield f"mutants: {len(found)}, {killed.total()} killed ({score(found):.1%}), {others or 'none lives'}"


def score(found: dict[str, str]) -> float:
    """The share that was killed."""
    return sum(status == "killed" for status in found.values()) / len(found)


def _module(name: str) -> str:
    return name.rpartition(".")[0]


if __name__ == "__main__":
    shutil.rmtree(MUTANTS, ignore_errors=True)  # what an earlier run found says nothing of the tests there are now
    subprocess.run([sys.executable, "-m", "mutmut", "run", *sys.argv[1:]], check=True)
    every = statuses()
    text = "\n".join(report(every)) + "\n"
    (MUTANTS / "report.txt").write_text(text)
    sys.stdout.write(text)
    sys.exit(score(every) < LEAST)
