"""Answers about saved segments: how many members, some, a page, all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from http import HTTPStatus
from itertools import chain, islice
from typing import Any

import orjson

from app import cursors
from app.answers import Answers, Receipt
from app.audience import Member
from app.errors import Refusal, invalid
from app.questions import Question, When, ask_saved, moment
from app.service import service
from app.shown import shown
from mappings.fields import Catalogue
from segments import Moment, Problem
from store import segments

LINES = 1_000  # of a stream, written at once


def count(org_id: int, segment_id: int, as_of: datetime | None) -> Mapping[str, Any]:
    """What schemas.Count shows."""
    with Answers(_asked(org_id, segment_id, as_of)) as answers:
        return {"count": answers.count(), "receipt": answers.receipt}


def sample(
    org_id: int, segment_id: int, as_of: datetime | None, size: int, columns: Sequence[str]
) -> Mapping[str, Any]:
    """What schemas.Sample shows."""
    question = _asked(org_id, segment_id, as_of)
    chosen = shown(question.definition.catalogue, columns, "?columns")
    with Answers(question) as answers:
        return {"sample": answers.sample(size, chosen), "receipt": answers.receipt}


def page(
    org_id: int, segment_id: int, as_of: datetime | None, cursor: str | None, limit: int, columns: Sequence[str]
) -> Mapping[str, Any]:
    """What schemas.Page shows. Every page of a list is evaluated at the instant of the first."""
    of = f"members of {segment_id}"
    begun = None if cursor is None else cursors.read(cursor, of, org_id)
    if begun and as_of:
        raise invalid(Problem("?as_of", "unknown", "a list stays at the instant that it was begun at: leave as_of out"))
    question = _asked(org_id, segment_id, as_of) if begun is None else _asked_again(org_id, segment_id, begun)
    chosen = shown(question.definition.catalogue, columns, "?columns")
    with Answers(question) as answers:
        found = answers.page(limit + 1, begun["after"] if begun else 0, chosen)
        more = _cursor(of, question, found[limit - 1]) if len(found) > limit else None
        return {"members": found[:limit], "next": more, "receipt": answers.receipt}


def stream(
    org_id: int, segment_id: int, as_of: datetime | None, columns: Sequence[str]
) -> tuple[Iterator[bytes], Receipt]:
    """Lines of JSON, a member each, and their receipt; whatever can be refused is refused before this returns."""
    question = _asked(org_id, segment_id, as_of)
    chosen = shown(question.definition.catalogue, columns, "?columns")
    with ExitStack() as begun:
        answers = begun.enter_context(Answers(question))
        members = answers.stream(chosen)
        first = tuple(islice(members, 1))  # the first page is there: Elasticsearch answers
        begun.pop_all()  # from here on the stream ends by itself
    return _lines(chain(first, members)), answers.receipt


def _asked(org_id: int, segment_id: int, as_of: datetime | None) -> Question:
    return _ask(org_id, segment_id, partial(moment, as_of=as_of, place="?as_of"))


def _asked_again(org_id: int, segment_id: int, begun: Mapping[str, Any]) -> Question:
    def when(catalogue: Catalogue) -> Moment:
        now = datetime.fromisoformat(begun["as_of"])
        return Moment(now, catalogue.time_zone, catalogue.week_start, begun["closed"])

    question = _ask(org_id, segment_id, when)
    if question.version != begun["version"]:
        detail = f"The segment was changed to version {question.version} since the list was begun"
        raise Refusal(HTTPStatus.CONFLICT, detail, "begin again without a cursor")
    return question


def _ask(org_id: int, segment_id: int, when: When) -> Question:
    with service().reading() as db:
        return ask_saved(db, org_id, segments.get(db, org_id, segment_id), when)


def _cursor(of: str, question: Question, last: Member) -> str:
    return cursors.signed(
        of,
        question.org_id,
        after=last.id,
        as_of=question.moment.now.isoformat(),
        closed=question.moment.closed,
        version=question.version,
    )


def _lines(members: Iterator[Member]) -> Iterator[bytes]:
    while some := tuple(islice(members, LINES)):
        yield b"".join(orjson.dumps(_line(member), option=orjson.OPT_APPEND_NEWLINE) for member in some)


def _line(member: Member) -> Mapping[str, Any]:
    return {"id": member.id, "external_id": member.external_id, "values": member.values}
