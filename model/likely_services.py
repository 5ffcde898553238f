"""The likeliest services and parts, named beside a decision that asks whether one of them fits.

Beside the decision and not in it: what is recorded is what the rules made of the facts, and it
replays to the letter while the catalogue goes on. What was named is kept with the answer, under
the caller's Idempotency-Key, and nowhere else. A decision that asks for neither fact costs nothing
more; for one that does, a search looks at so many rows and no more (`model/searching.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import select

from model import json_text
from model.cases import Case
from model.catalogue_standing import SHOWN
from model.database import Reader
from model.grouping import telling_words
from model.searching import Found, search

MOST_NAMED = 3
FITS, PART_FITS = "existing_service_fits", "part_addition_fits"
# A quote within a text is written with a backslash: only a need looks like this.
_ASKING = tuple(f'"fact": "{fact}"' for fact in (FITS, PART_FITS))


def asks_what_fits(text: str) -> bool:
    """Whether the answer of this JSON text asks if a service, or a part added to one, fits."""
    return any(asking in text for asking in _ASKING)


def with_likely(reader: Reader, text: str, title: str | None = None) -> str:
    """Return an answer (JSON text) whose needs name what is likeliest to fit, as `likely`.

    It goes by what the case is called: `title`, or else what SQL holds. A need for which nothing
    is found stays as it is, and so does an answer that does not ask what fits.
    """
    if not asks_what_fits(text):
        return text
    body = cast("dict[str, Any]", json_text.loads(text))
    called = title or reader.scalar(select(Case.title).where(Case.ref == body["case"]["ref"]))
    found = search(reader, " ".join(telling_words(called or "")), SHOWN)
    likely = {FITS: _services(found), PART_FITS: _parts(found)}
    for need in body["needs"]:
        if named := likely.get(need["fact"]):
            need["likely"] = [each.as_json() for each in named]
    return json_text.dumps(body)


def _services(found: Sequence[Found]) -> list[Found]:
    """Return the likeliest services, each once, be it for one of its parts, and packages."""
    best: dict[tuple[str | None, str | None], Found] = {}
    for each in found:
        best.setdefault((each.service, each.package), each)
    return list(best.values())[:MOST_NAMED]


def _parts(found: Sequence[Found]) -> list[Found]:
    """Return the likeliest parts, and services to which one may be added."""
    return [each for each in found if each.package is None][:MOST_NAMED]
