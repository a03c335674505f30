"""Reads what a request carries by its schemas; whatever a schema does not name is refused with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser

from app import body
from app.errors import invalid
from segments import Problem

_CODES = {
    "Unknown field.": ("unknown", "there is no such key"),
    "Missing data for required field.": ("required", "this is required"),
    "Field may not be null.": ("null", "this may not be null"),
}


class Parser(FlaskParser):
    """webargs' parser with strict JSON, no unknown query parameter, and problems with pointers."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": ma.RAISE, "query": ma.RAISE}  # noqa: RUF012  # webargs declares it so

    def load_json(self, req: Request, schema: ma.Schema) -> Any:  # webargs' signature
        """The strictly read body."""
        return body.read(req)

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The query; a parameter that is given twice is refused: which one was meant?"""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise invalid(*(Problem(f"?{name}", "repeated", f"{name} is given more than once") for name in twice))
        return super().load_querystring(req, schema)

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,
        schema: ma.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Every fault of the request at once."""
        raise invalid(*_faults(error.messages_dict, tuple(schema.load_fields))) from error


def _faults(messages: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Problem]:
    """Webargs' {location: {name: [text] or more of the same}} as problems with pointers."""
    for location, content in messages.items():
        start = location == "query"
        for problem in _below("?" if start else "#", content, start=start):
            at_the_top = problem.pointer.count("/") == (0 if start else 1)
            yield replace(problem, allowed=known) if problem.code == "unknown" and at_the_top else problem


def _below(pointer: str, content: Any, *, start: bool = False) -> Iterator[Problem]:
    if isinstance(content, Mapping):
        for name, part in content.items():
            if name == "_schema":
                yield from _below(pointer, part)
            else:
                yield from _below(f"{pointer}{name}" if start else f"{pointer}/{_escaped(name)}", part)
    else:
        for text in content:
            code, detail = _CODES.get(text, ("invalid", text))
            yield Problem(pointer, code, detail)


def _escaped(name: object) -> str:
    """RFC 6901."""
    return str(name).replace("~", "~0").replace("/", "~1")
