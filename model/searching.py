"""Searching services and parts as a person does: words, beginnings of words, slips of the pen.

Each word is kept as the groups of three letters in it (trigrams), which a slip leaves mostly as
they are. A search takes the groups that are rarest in the catalogue, ranks what shares most of
them, and has rapidfuzz put the best of those in order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy import ForeignKey, String, Text, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import RowNumber
from model.database import Base, table_of
from model.services import LONGEST_KEY, Service

MOST_FOUND = 20
_CANDIDATES = 200
_RAREST = 8
# A group that so many entries have tells them too little apart to be asked for.
_TOO_COMMON = 2_000
_ALIKE = 75.0
_WORD_ALIKE = 78.0


class SearchText(Base):
    """What is searched: the words of a service (no part) or of one of its parts."""

    __tablename__ = "search_texts"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), index=True)
    part: Mapped[str | None] = mapped_column(String(LONGEST_KEY))
    name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)


class SearchGroup(Base):
    """Three letters that stand in a text."""

    __tablename__ = "search_groups"

    letters: Mapped[str] = mapped_column(String(3), primary_key=True)
    text_id: Mapped[int] = mapped_column(
        ForeignKey("search_texts.id"), primary_key=True, index=True
    )


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a service (`part` is `None`) or of a part."""

    part: str | None
    name: str
    description: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A service or a part that may be meant. `score`: 0 to 100; `because`: its words that fit."""

    service: str
    part: str | None
    name: str
    score: float
    because: tuple[str, ...]


_GROUPS = table_of(SearchGroup)


def index_texts(session: Session, service_id: int, texts: Iterable[Words]) -> None:
    """Have a service and its parts found by these words, and by no earlier ones."""
    old = select(SearchText.id).where(SearchText.service_id == service_id)
    session.execute(delete(SearchGroup).where(SearchGroup.text_id.in_(old)))
    session.execute(delete(SearchText).where(SearchText.service_id == service_id))
    for text in texts:
        words = list(_words(f"{text.name} {text.description or ''}"))
        row = SearchText(
            service_id=service_id, part=text.part, name=text.name, words=" ".join(words)
        )
        session.add(row)
        session.flush()
        groups = sorted({group for word in words for group in _groups(word)})
        rows = [{"letters": group, "text_id": row.id} for group in groups]
        if rows:
            session.execute(insert(_GROUPS), rows)


def search(
    session: Session, asked: str, phases: Collection[str], limit: int = MOST_FOUND
) -> tuple[Found, ...]:
    """Return up to `limit` services and parts that may be meant, the likeliest first.

    `phases`: those that a service has to be in.
    """
    words = list(dict.fromkeys(_words(asked)))
    ids = _candidates(session, words)
    query = (
        select(SearchText.part, SearchText.name, SearchText.words, Service.key)
        .join(Service, Service.id == SearchText.service_id)
        .where(SearchText.id.in_(ids), Service.phase.in_(phases), Service.rejected.is_(False))
    )
    found = [
        Found(row.key, row.part, row.name, round(score, 1), because)
        for row in session.execute(query)
        for score, because in (_ranked(words, row.name, row.words),)
        if because and score >= _ALIKE / 2
    ]
    found.sort(key=lambda each: (-each.score, each.service, each.part or ""))
    return tuple(found[:limit])


def _candidates(session: Session, words: Sequence[str]) -> Sequence[int]:
    groups = _rarest(session, {group for word in words for group in _groups(word)})
    shared = func.count()
    query = (
        select(_GROUPS.c.text_id)
        .where(_GROUPS.c.letters.in_(groups))
        .group_by(_GROUPS.c.text_id)
        .order_by(shared.desc(), _GROUPS.c.text_id)
        .limit(_CANDIDATES)
    )
    return session.scalars(query).all() if groups else []


def _rarest(session: Session, groups: Iterable[str]) -> list[str]:
    counts: dict[str, int] = {}
    for group in sorted(groups):
        some = select(_GROUPS.c.text_id).where(_GROUPS.c.letters == group).limit(_TOO_COMMON)
        counts[group] = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    there = sorted((count, group) for group, count in counts.items() if count)
    rare = [group for count, group in there if count < _TOO_COMMON]
    return rare[:_RAREST] or [group for _, group in there[:1]]


def _ranked(asked: Sequence[str], name: str, words: str) -> tuple[float, tuple[str, ...]]:
    """Return how well a text fits, and those of its words that do."""
    there = words.split()
    fits = {
        best: alike
        for word in asked
        if there and (best := max(there, key=lambda other: _alike(word, other)))
        and (alike := _alike(word, best)) >= _WORD_ALIKE
    }  # fmt: skip
    covered = sum(fits.values()) / max(1, len(asked))
    of_name = fuzz.token_set_ratio(" ".join(asked), " ".join(_words(name)))
    return 0.6 * covered + 0.4 * of_name, tuple(sorted(fits))


def _alike(asked: str, word: str) -> float:
    if word.startswith(asked):
        return 100.0 if word == asked else 95.0
    return fuzz.ratio(asked, word)


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text, in small letters and without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    yield from "".join(letters).split()


def _groups(word: str) -> Iterator[str]:
    """Yield the groups of three letters of a word; a space marks where it begins."""
    padded = f" {word}"
    yield from (padded[at : at + 3] for at in range(max(1, len(padded) - 2)))
