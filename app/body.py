"""Reads a JSON body strictly: what JSON leaves open (keys given twice, NaN, half a character) is refused."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Request, g
from werkzeug.exceptions import RequestEntityTooLarge

from app.errors import Refusal

JSON_TYPE = "application/json"
MOST_LEVELS = 200  # a tree at its limit has about 40; whatever handles the value later may recurse

_TOO_DEEP = f"The body is nested too deeply: {MOST_LEVELS} levels are the most"


def read(request: Request) -> object:
    """The body as JSON; raises Refusal (400 with the place, 413, 415)."""
    if request.mimetype != JSON_TYPE:
        given = request.mimetype or "none"
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"The content type is {given}, not {JSON_TYPE}",
            f"send JSON with the header Content-Type: {JSON_TYPE}",
        )
    raw = request.get_data()
    if request.content_length is None and len(raw) == request.max_content_length:
        raise RequestEntityTooLarge  # Werkzeug cuts a body without a length silently at the limit
    g.body_was_read = True
    return parse(raw)


def parse(raw: bytes) -> object:
    """The JSON value of `raw`; raises Refusal with the place of what cannot be read."""
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_not_json, parse_float=_finite)
        if r"\ud" in text or r"\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        _unparsable(f"The body is not UTF-8 at byte {error.start}")
    except UnicodeEncodeError:
        _unparsable("The body has half of a surrogate pair in a text")
    except json.JSONDecodeError as error:
        _unparsable(f"The body is not JSON at line {error.lineno}, column {error.colno}: {error.msg}")
    except RecursionError:
        _unparsable(_TOO_DEEP)
    except ValueError as error:
        _unparsable(f"The body is not JSON: {error}")
    if _deeper_than(MOST_LEVELS, value):
        _unparsable(_TOO_DEEP)
    return value


def _deeper_than(levels: int, value: object) -> bool:
    """Whether lists and objects are nested deeper; without recursion, which is what this protects."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        level = [child for node in level for child in _children(node) if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def _children(node: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return node.values() if isinstance(node, dict) else node


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    given = dict(pairs)
    if len(given) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {twice!r} stands twice in one object")  # which of the two was meant?
    return given


def _not_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is too large for a number")
    return number


def _unparsable(detail: str) -> NoReturn:
    raise Refusal(HTTPStatus.BAD_REQUEST, detail, "send JSON as RFC 8259 has it, in UTF-8") from None
