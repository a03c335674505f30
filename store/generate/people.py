"""Companies and contacts, as lines of COPY's text format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from store.generate import vocabulary as words
from store.generate.catalogue import Ids

COMPANY_COLUMNS = ("org_id", "external_id", "name", "domain", "industry", "size", "country", "city", "custom")
CONTACT_COLUMNS = (
    "org_id", "external_id", "email", "phone", "first_name", "last_name", "job_title", "language", "country",
    "city", "postal_code", "time_zone", "source", "lifecycle_stage", "birth_date", "company_id", "owner_id", "team_id",
    "custom", "created_at", "updated_at",
)  # fmt: skip

Dice = np.random.Generator
_DOMAINS = ("example.com", "example.org", "mail.example.net")
_NULL = "\\N"
_SHARES = np.array([country.share for country in words.COUNTRIES])


def line(*values: object) -> bytes:
    """One line; None is null. The values hold no tab, newline or backslash."""
    return ("\t".join(_NULL if value is None else str(value) for value in values) + "\n").encode()


def company_lines(dice: Dice, ids: Ids, count: int) -> Iterator[bytes]:
    """So many companies."""
    picks = dice.integers(0, 1 << 30, (count, 6))
    sizes = np.maximum(1, dice.lognormal(3.0, 1.5, count).astype(np.int64))
    for number, (pick, size) in enumerate(zip(picks.tolist(), sizes.tolist(), strict=True)):
        country = words.COUNTRIES[pick[0] % len(words.COUNTRIES)]
        name = f"{_of(words.COMPANY_NAMES, pick[1])} {_of(words.COMPANY_FORMS, pick[2])} {number}"
        custom = {"tier": _of(words.TIERS, pick[3]), "revenue": size * 1000 + pick[4] % 1000} if pick[5] % 3 else {}
        domain = f"company{number}.example.com"
        place = (country.name, _of(country.cities, pick[4]))
        yield line(ids.org, f"K-{number}", name, domain, _of(words.INDUSTRIES, pick[5]), size, *place, _json(custom))


def contact_lines(
    dice: Dice, ids: Ids, companies: Sequence[int], first: int, ages: NDArray[np.float64], now: datetime
) -> Iterator[bytes]:
    """A contact for each of `ages`, the days since it came; `first` is the number of the first one."""
    count = len(ages)
    picks = dice.integers(0, 1 << 30, (count, 16)).tolist()
    chances = dice.random((count, 12)).tolist()
    countries = dice.choice(len(words.COUNTRIES), size=count, p=_SHARES / _SHARES.sum()).tolist()
    for place, (pick, chance, age) in enumerate(zip(picks, chances, ages.tolist(), strict=True)):
        yield _contact(ids, companies, first + place, words.COUNTRIES[countries[place]], pick, chance, now, age)


def _contact(
    ids: Ids,
    companies: Sequence[int],
    number: int,
    country: words.Country,
    pick: list[int],
    chance: list[float],
    now: datetime,
    age: float,
) -> bytes:
    created = now - timedelta(days=age)
    first_name, last_name = _of(country.first_names, pick[0]), _of(country.last_names, pick[1])
    return line(
        ids.org,
        f"C-{number}",
        f"contact{number}@{_of(('example.com', 'example.org', 'mail.example.net'), pick[2])}"
        if chance[0] < 0.93
        else None,
        f"{country.dial}{pick[3] % 10**9:09d}" if chance[1] < 0.7 else None,
        first_name if chance[2] < 0.97 else None,
        last_name,
        _of(words.JOB_TITLES, pick[4]) if chance[3] < 0.6 else None,
        country.language,
        country.name if chance[4] < 0.95 else None,
        _of(country.cities, pick[5]),
        f"{pick[6] % 100_000:05d}" if chance[5] < 0.8 else None,
        country.time_zone,
        _of(words.SOURCES, pick[7]),
        _of(words.STAGES, pick[8]),
        _day(datetime(1940, 1, 1, tzinfo=UTC) + timedelta(days=pick[9] % 24_000)) if chance[6] < 0.5 else None,
        _of(companies, pick[10]) if companies and chance[7] < 0.6 else None,
        _of(ids.owners, pick[11]) if chance[8] < 0.5 else None,
        _of(ids.teams, pick[12]) if chance[8] < 0.3 else None,
        _json(_custom(pick, chance, now)),
        created.isoformat(),
        (created + (now - created) * chance[9]).isoformat(),
    )


def _custom(pick: list[int], chance: list[float], now: datetime) -> dict[str, Any]:
    custom: dict[str, Any] = {}
    if chance[10] < 0.8:
        custom["plan"] = _of(words.PLANS, pick[13] * (pick[14] % 2))
        custom["score"] = pick[13] % 1000 / 10
    if chance[11] < 0.4:
        custom["renewal_date"] = _day(now + timedelta(days=pick[14] % 730 - 365))
        custom["last_login"] = (now - timedelta(seconds=pick[13] % 20_000_000)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if chance[11] > 0.7:
        custom["interests"] = [words.INTERESTS[pick[15] % 6], words.INTERESTS[(pick[15] + 1 + pick[14] % 4) % 6]]
        custom["beta_tester"] = pick[15] % 4 == 0
    if chance[10] > 0.95:
        custom["note"] = f"Met at the fair, wants offer no. {pick[15] % 5000} – “soon”"
    return custom


def _of(choices: Sequence[Any], pick: int) -> Any:
    return choices[pick % len(choices)]


def _day(instant: datetime) -> str:
    return instant.date().isoformat()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
