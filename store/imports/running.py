"""One import: the survey, what it makes necessary, then the contacts in chunks."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from mappings.fields import Custom
from segments.errors import Problem
from store import contacts, custom_fields, organisations, turns
from store.errors import ConflictError, NotFoundError
from store.imports.coercion import coercion, localiser
from store.imports.errors import ImportFileError
from store.imports.files import File, Progress
from store.imports.rejects import Rejects
from store.imports.survey import NewField, NewOptions, Place, Survey
from store.imports.timelines import complete
from store.items.problems import RefusedItem
from store.items.rows import ContactRow
from store.organisations import Organisation
from store.outcomes import Status
from store.postgres import repeated
from store.writing import contacts as writing

CHUNK_CONTACTS = 5_000  # contacts in a transaction: a kill loses a second or two of work
CHUNK_EVENTS = 100_000  # and events, which weigh more
_AHEAD = 2  # chunks read while one is being written

Told = Callable[[Sequence[NewField], Sequence[NewOptions]], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was surveyed, and the organisation that it goes into, with its custom fields."""

    organisation: Organisation
    fields: Sequence[Custom]
    survey: Survey
    new_fields: Sequence[NewField]
    new_options: Sequence[NewOptions]


def prepare(
    engine: Engine, file: File, org: str, time_zone: str | None, types: Mapping[Place, str], progress: Progress
) -> Prepared:
    """Read the whole file once; the organisation and every field that the contacts need exist afterwards.

    Nothing is written when the file is broken or holds no contact at all (ImportFileError).
    """
    with engine.begin() as db:
        organisation = organisations.by_name(db, org)
        fields = () if organisation is None else custom_fields.all_of(db, organisation.id)
    survey = Survey(fields, textual=file.is_csv)
    for line in file.lines(progress):
        survey.add(line)
    _refuse_empty(file, survey)
    try:
        with engine.begin() as db:
            return _prepared(db, survey, _organisation(db, org, time_zone), types)
    except (ConflictError, NotFoundError) as error:
        raise ImportFileError(f"{error.detail}: that changed meanwhile", "import the file again") from error


def _prepared(db: Connection, survey: Survey, organisation: Organisation, types: Mapping[Place, str]) -> Prepared:
    new_fields = survey.new_fields(types)
    new_options = survey.new_options()
    for new in new_fields:
        label = None if new.name == new.key else new.name
        custom_fields.create(db, organisation.id, new.of, new.key, label, new.kind.type, new.kind.options)
    for more in new_options:
        custom_fields.add_options(db, organisation.id, more.of, more.key, more.options)
    return Prepared(organisation, custom_fields.all_of(db, organisation.id), survey, new_fields, new_options)


def write(engine: Engine, file: File, prepared: Prepared, rejects: Rejects, progress: Progress) -> Counter[Status]:
    """Every contact of the file is stored, or its line is among the rejects; how many had which fate.

    A chunk is a transaction: an import that was stopped has written some of them, and repeating it does the rest.
    """
    counts: Counter[Status] = Counter()
    with ThreadPoolExecutor(1) as writer:  # PostgreSQL works while the next chunk is read
        under_way: deque[Future[Counter[Status]]] = deque()
        for rows in _chunks(_rows(engine, file, prepared, rejects, progress)):
            under_way.append(writer.submit(_write_chunk, engine, prepared.organisation.id, prepared.fields, rows))
            if len(under_way) > _AHEAD:
                counts += under_way.popleft().result()
        for future in under_way:
            counts += future.result()
    return counts


def _refuse_empty(file: File, survey: Survey) -> None:
    if survey.contacts:
        return
    if survey.fault is None:
        raise ImportFileError(f"{file.path} has no contacts", "write one a line")
    raise ImportFileError(
        f"no line of {file.path} is a contact; line {survey.fault.number}: {survey.fault.fault}",
        "the file should have a JSON object a line, or be called .csv",
    )


def _organisation(db: Connection, name: str, time_zone: str | None) -> Organisation:
    found = organisations.by_name(db, name)
    if found is None:
        return organisations.create(db, name, time_zone or "UTC")
    if time_zone not in (None, found.time_zone):
        raise ImportFileError(f"{name} has the time zone {found.time_zone}", "leave out --time-zone")
    return found


def _rows(engine: Engine, file: File, prepared: Prepared, rejects: Rejects, progress: Progress) -> Iterator[ContactRow]:
    """The contacts of the file; what cannot be read goes to the rejects."""
    zone = ZoneInfo(prepared.organisation.time_zone)
    localise = localiser(zone)
    with engine.begin() as db:
        read = contacts.reader(db, prepared.organisation.id, coercion(zone)).read
    for line in file.lines(progress):
        if line.item is None:
            rejects.add(line, [Problem("#", "line", line.fault)])
            continue
        prepared.survey.rename(line.item)
        if isinstance(events := line.item.get("events"), list):
            complete(line.item.get("external_id"), events, localise)
        try:
            yield read(line.item)
        except RefusedItem as refused:
            rejects.add(line, refused.problems)


def _chunks(rows: Iterator[ContactRow]) -> Iterator[list[ContactRow]]:
    chunk: list[ContactRow] = []
    events = 0
    for row in rows:
        chunk.append(row)
        events += len(row.events)
        if len(chunk) >= CHUNK_CONTACTS or events >= CHUNK_EVENTS:
            yield chunk
            chunk, events = [], 0
    if chunk:
        yield chunk


@repeated
def _write_chunk(engine: Engine, org_id: int, read_by: Sequence[Custom], rows: Sequence[ContactRow]) -> Counter[Status]:
    with engine.begin() as db:
        turns.batch(db, org_id)
        _refuse_others(read_by, custom_fields.all_of(db, org_id))
        return Counter(written.status for written in writing.write(db, org_id, rows))


def _refuse_others(read_by: Sequence[Custom], fields: Sequence[Custom]) -> None:
    """The values were read by fields that are there still: one that is made anew may have another type."""
    there = {(field.object, field.key, field.type.name) for field in fields}
    for field in read_by:
        if (field.object, field.key, field.type.name) not in there:
            raise ImportFileError(f"the field {field.name} was deleted meanwhile", "import the file again")
