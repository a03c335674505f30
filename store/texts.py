"""Names and keys that people give to things."""

from __future__ import annotations

import re

from mappings.fields import DERIVED
from mappings.types.texts import clean
from store.errors import UnacceptableError

# A name is indexed, and a B-tree entry ends at 2,704 bytes: 512 characters of four bytes fit.
LONGEST = 512

_USUAL_ID = re.compile(r"[A-Za-z0-9._:@/+-]{1,100}")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")


def name_of(raw: object, what: str = "a name") -> str:
    """`raw` as a name or external id, without spaces around it; raises UnacceptableError."""
    try:
        name = (clean(raw) or "").strip()
    except ValueError as error:
        raise UnacceptableError(f"{what}: {error}") from error
    if not name:
        raise UnacceptableError(f"{what} is missing")
    if len(name) > LONGEST:
        raise UnacceptableError(f"{what} of {len(name):,} characters", f"{LONGEST} is the most")
    return name


def external_id_of(raw: object, what: str = "external_id") -> str:
    """`raw` as the id that a thing has in the system it comes from, verbatim; a whole number is written out."""
    written = str(raw) if type(raw) is int else raw
    if type(written) is str and _USUAL_ID.fullmatch(written):
        return written  # of millions: known at once
    if isinstance(written, str) and written != written.strip():
        raise UnacceptableError(f"{what} has spaces around it")
    return name_of(written, what)


def key_of(raw: object, what: str) -> str:
    """`raw` as a key that can stand in a field's name; raises UnacceptableError."""
    if not isinstance(raw, str) or not _KEY.fullmatch(raw):
        raise UnacceptableError(
            f"{what} is missing" if raw is None else f"{what} cannot be called {raw!r}",
            "begin with a letter and go on with letters, digits, _ and -, 63 characters at most",
        )
    return raw


def channel_of(raw: object) -> str:
    """`raw` as the key of a channel; raises UnacceptableError."""
    key = key_of(raw, "a channel")
    if key in DERIVED:
        raise UnacceptableError(
            f"a channel cannot be called {key}: engagement.any.{key} is a figure of all engagement",
            "choose another key",
        )
    return key


def event_type_of(raw: object) -> str:
    """`raw` as the key of an event type; raises UnacceptableError."""
    return key_of(raw, "an event type")


def label_of(key: str) -> str:
    """What people read where no label was given: email_opened is shown as Email opened."""
    words = re.sub(r"[_-]+", " ", key).strip()
    return words[:1].upper() + words[1:]
