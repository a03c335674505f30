"""Foreign values, which are often texts whatever they mean, as values of a field here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mappings import types
from mappings.fields import Field
from mappings.text import fold
from segments.errors import Refused
from segments.formats.account import Account

_BOOLEANS: dict[object, bool] = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


def value(raw: object, field: Field, account: Account) -> Any:
    """The value here that a foreign one is. Raises Refused."""
    mapped = account.values.get(field.name, {}).get(str(raw))
    if mapped is not None:
        return mapped
    if field.type is types.NUMBER:
        return number(raw)
    if field.type is types.BOOLEAN:
        return boolean(raw)
    return _option(raw, field)


def values(raw: object, field: Field, account: Account, *, at: str = "/values") -> list[Any]:
    """The values here that a foreign list of at least one is. Raises Refused."""
    return [value(item, field, account) for item in items(raw, at=at)]


def items(raw: object, *, at: str) -> Sequence[object]:
    """The list, once it is known to be one that is not empty. Raises Refused."""
    if not isinstance(raw, list) or not raw:
        raise Refused("wrong_type", "expected a list of at least one value", at=at)
    return raw


def number(raw: object, *, at: str = "") -> int | float:
    """A number, or a text that is one. Raises Refused."""
    try:
        found = types.NUMBER.load(_numeral(raw) if isinstance(raw, str) else raw)
    except ValueError:
        found = None
    if not isinstance(found, int | float):
        raise Refused("wrong_type", f"expected a number, not {raw!r:.200}", at=at)
    return found


def _numeral(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def boolean(raw: object, *, at: str = "") -> bool:
    """True or false, or a text or digit that says so. Raises Refused."""
    found = raw if isinstance(raw, bool) else _BOOLEANS.get(str(raw).lower())
    if found is None:
        raise Refused("wrong_type", f"expected true or false, not {raw!r:.200}", at=at)
    return found


def text(raw: object, *, at: str = "") -> str:
    """A text that is not empty. Raises Refused."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return str(raw)
    if not isinstance(raw, str) or not raw:
        raise Refused("wrong_type", f"expected a text, not {raw!r:.200}", at=at)
    return raw


def _option(raw: object, field: Field) -> str:
    # A foreign id is not one of ours, so options are looked up by their names only.
    name = text(raw)
    if field.options is not None and fold(name) not in {fold(option.label) for option in field.options}:
        remedy = f"map it to one under values: {{{field.name!r}: {{{name!r:.100}: ...}}}}"
        raise Refused("unknown_option", f"{field.label} has no option {name!r:.200} here: {remedy}")
    return name
