"""The likeliest services and parts, named beside a decision that asks whether one of them fits.

Beside the decision and not in it: what is recorded is what the rules made of the facts, and it
replays to the letter while the catalogue goes on. What was named is kept with the answer, under
the caller's Idempotency-Key, and nowhere else. A decision that asks for neither fact costs nothing
more. The search holds no lock and has little time: where it does not end in it, nothing is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import SQLAlchemyError

from model import json_text
from model.cases import Case
from model.catalogue_standing import SHOWN
from model.database import Database, Reader, Session
from model.grouping import telling_words
from model.naming_services import FITS, PART_FITS
from model.prepared import Prepared
from model.searching import Found, Reach, search
from rules.errors import DatabaseAway

MOST_NAMED = 3
MOST_SEARCHES = 20
"""Searches for the items of one batch; the later ones name nothing."""
_NO_LONGER = text("SET LOCAL statement_timeout = 50")
# What it takes to read a title, and no more: SQLite knows no bound but the work.
_NEAR = Reach(words=10, groups=40, candidates=30)
_TITLE = Prepared(select(Case.title).where(Case.ref == bindparam("of_ref")))
# A quote within a text is written with a backslash: only a need looks like this.
_ASKING = tuple(f'"fact": "{fact}"' for fact in (FITS, PART_FITS))
_Body = dict[str, Any]


class LikelySearches:
    """The searches for one request, `most` at most; after one that took too long, none."""

    def __init__(self, database: Database, most: int = 1) -> None:
        self._database = database
        self._left = most

    def beside(self, answer: str, title: str | None = None) -> str:
        """Return an answer (JSON text) with what is likeliest, where it asks for that.

        It goes by what the case is called: `title`, or else what is held. Not to be called within
        a transaction: it has one of its own.
        """
        if not self._left or not asks_what_fits(answer):
            return answer
        return with_likely(answer, self.find(title, _ref_in(answer)))

    def within(self, body: _Body, title: str | None = None) -> _Body:
        """Do the same for the body of an answer that is written down nowhere yet."""
        if not self._left or not any(need["fact"] in (FITS, PART_FITS) for need in body["needs"]):
            return body
        found = self.find(title, body["case"]["ref"])
        return _naming(body, found) if found else body

    def wanted(self, session: Session, answer: str) -> str | None:
        """Return what the case of an answer is called, if a search by that is to be made."""
        if not self._left or not asks_what_fits(answer):
            return None
        return _title_of(session, _ref_in(answer))

    def find(self, title: str | None, ref: str) -> Sequence[Found]:
        """Return what is likeliest to fit a case; nothing, if that cannot be said soon."""
        try:
            words = telling_words(title or self._title_held(ref) or "")
            return self._search(" ".join(words)) if words else ()
        except (DatabaseAway, SQLAlchemyError):
            self._left = 0
            return ()

    def _title_held(self, ref: str) -> str | None:
        with self._database.looking() as reader:
            return _title_of(reader, ref)

    def _search(self, words: str) -> Sequence[Found]:
        self._left -= 1
        with self._database.snapshot() as reader:
            if not self._database.is_sqlite:
                reader.execute(_NO_LONGER)
            return search(reader, words, SHOWN, reach=_NEAR)


def asks_what_fits(answer: str) -> bool:
    """Whether an answer (JSON text) asks if a service, or a part added to one, fits."""
    return any(asking in answer for asking in _ASKING)


def with_likely(answer: str, found: Sequence[Found]) -> str:
    """Return an answer (JSON text) whose needs name what was found to be likeliest, as `likely`.

    A need for which nothing is found stays as it is, and so does an answer that asks for nothing.
    """
    if not found or not asks_what_fits(answer):
        return answer
    return json_text.dumps(_naming(cast("_Body", json_text.loads(answer)), found))


def _naming(body: _Body, found: Sequence[Found]) -> _Body:
    likely = {FITS: _services(found), PART_FITS: _parts(found)}
    for need in body["needs"]:
        if named := likely.get(need["fact"]):
            need["likely"] = [each.as_json() for each in named]
    return body


def _ref_in(answer: str) -> str:
    return str(cast("_Body", json_text.loads(answer))["case"]["ref"])


def _title_of(reader: Reader, ref: str) -> str | None:
    rows = _TITLE.rows(reader, {"of_ref": ref})
    return rows[0][0] if rows else None


def _services(found: Sequence[Found]) -> list[Found]:
    """Return the likeliest services, each once, be it for one of its parts, and packages."""
    best: dict[tuple[str | None, str | None], Found] = {}
    for each in found:
        best.setdefault((each.service, each.package), each)
    return list(best.values())[:MOST_NAMED]


def _parts(found: Sequence[Found]) -> list[Found]:
    """Return the likeliest parts, and services to which one may be added."""
    return [each for each in found if each.package is None][:MOST_NAMED]
