"""`segments import`."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from pathlib import Path
from typing import Never

import click
from tqdm import tqdm

from mappings.types import CUSTOM_TYPES
from runtime import database, queues
from runtime.outages import refusal
from runtime.settings import Settings
from store.imports import running
from store.imports.errors import ImportFileError
from store.imports.files import File
from store.imports.rejects import Rejects
from store.imports.running import Prepared
from store.imports.survey import Place
from store.migrations import upgrade
from store.outcomes import Status

SOME_REJECTED = 1
STOPPED = 2


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--org", required=True, metavar="NAME", help="The organisation; made where there is none of that name.")
@click.option("--fields", default="", metavar="KEY=TYPE,...", help="Types of custom fields, instead of those inferred.")
@click.option("--time-zone", metavar="ZONE", help="Of a new organisation, like Europe/Berlin; UTC if not given.")
def import_command(path: Path, org: str, fields: str, time_zone: str | None) -> None:
    """Contacts with their events out of a file of JSON lines or CSV, plain or gzipped.

    Contacts are known by external_id. Importing a file again changes nothing, and one that was stopped goes on.
    Lines that cannot be imported are kept in FILE.rejects.jsonl; then the exit code is 1. It is 2 when the
    import stopped: a broken file, for example, of which nothing is written.
    """
    gc.disable()  # looking for cycles among millions of rows, which have none, would take a third of the time
    try:
        rejected = _import(Settings.load(), path, org, fields, time_zone)
    except Exception as error:
        told = refusal(error)
        if told is None:
            raise
        click.echo(f"segments: {told}", err=True)
        sys.exit(STOPPED)
    if rejected:
        sys.exit(SOME_REJECTED)


def _import(settings: Settings, path: Path, org: str, fields: str, time_zone: str | None) -> int:
    """Import the file and say what became of it; the number of lines that were rejected."""
    engine = database.engine(settings)
    try:
        file = File(path)
        types = _types(fields)
        upgrade(engine)
        with _bar(file, "reading") as bar:
            prepared = running.prepare(engine, file, org, time_zone, types, bar.update)
        _tell_fields(prepared)
        with Rejects(path) as rejects, _bar(file, "writing") as bar:
            counts = running.write(engine, file, prepared, rejects, bar.update)
    finally:
        engine.dispose()
    if settings.redis_url:  # without a queue here, the workers' own sweep finds the change
        queues.wake_index(settings)
    _tell_counts(counts, rejects)
    return rejects.count


def _bar(file: File, what: str) -> tqdm[Never]:
    return tqdm(total=file.size, desc=what, unit="B", unit_scale=True, disable=None)  # only where somebody watches


def _types(written: str) -> dict[Place, str]:
    """--fields plan=choice,company.tier=text"""
    types: dict[Place, str] = {}
    for entry in filter(None, map(str.strip, written.split(","))):
        name, _, type_ = map(str.strip, entry.partition("="))
        if not name or type_ not in CUSTOM_TYPES:
            raise ImportFileError(f"--fields: {entry!r}", f"write KEY=TYPE, a type of: {', '.join(CUSTOM_TYPES)}")
        of, key = ("company", name.removeprefix("company.")) if name.startswith("company.") else ("contact", name)
        types[of, key] = type_
    return types


def _tell_fields(prepared: Prepared) -> None:
    rows = [
        ("" if new.of == "contact" else "company.") + new.key + (f"  ({new.name})" if new.name != new.key else "")
        for new in prepared.new_fields
    ]
    width = max(map(len, rows), default=0)
    for row, new in zip(rows, prepared.new_fields, strict=True):
        options = f"  {', '.join(new.kind.options[:4])}{', ...' * (len(new.kind.options) > 4)}"
        click.echo(f"  {row:{width}}  {new.kind.type:12}  {new.kind.values:>11,} values{options.rstrip()}")
    if rows:
        click.echo("New fields. Others are wanted? Use another organisation and --fields KEY=TYPE,...")
    for more in prepared.new_options:
        click.echo(f"  {more.key}: {len(more.options)} more options")


def _tell_counts(counts: Counter[Status], rejects: Rejects) -> None:
    told = ", ".join(f"{counts[status]:,} {status}" for status in ("created", "updated", "unchanged"))
    click.echo(f"{told}, {rejects.count:,} rejected")
    for line in rejects.first:
        click.echo(f"  {line}", err=True)
    if rejects.count:
        click.echo(f"All rejected lines: {rejects.path}", err=True)
