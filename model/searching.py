"""Searching services and parts as a person does: words, beginnings of words, slips of the pen.

Each word is kept as its groups of three letters. A search takes the groups that are rarest in the
catalogue, picks what shares most of them, and puts the most alike of those first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, String, Text, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import RowNumber
from model.database import Base, table_of
from model.likeness import letter_groups, ranked, words_of
from model.services import LONGEST_KEY, Service

MOST_FOUND = 20
_CANDIDATES = 200
_RAREST = 8
# A group that so many entries have tells them too little apart to be asked for.
_TOO_COMMON = 2_000
_LEAST = 37.5


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
        words = list(words_of(f"{text.name} {text.description or ''}"))
        row = SearchText(
            service_id=service_id, part=text.part, name=text.name, words=" ".join(words)
        )
        session.add(row)
        session.flush()
        groups = sorted({group for word in words for group in letter_groups(word)})
        rows = [{"letters": group, "text_id": row.id} for group in groups]
        if rows:
            session.execute(insert(_GROUPS), rows)


def search(
    session: Session, asked: str, phases: Collection[str], limit: int = MOST_FOUND
) -> tuple[Found, ...]:
    """Return up to `limit` services and parts that may be meant, the likeliest first.

    `phases`: those that a service has to be in.
    """
    words = list(dict.fromkeys(words_of(asked)))
    ids = _candidates(session, words)
    columns = (SearchText.part, SearchText.name, SearchText.words, Service.key, Service.phase)
    rows = session.execute(
        select(*columns, Service.rejected)
        .join(Service, Service.id == SearchText.service_id)
        .where(SearchText.id.in_(ids))
    )
    found = []
    for row in rows:
        # Asked for in SQL, it would have a planner look at every service that is in a phase.
        if row.phase in phases and not row.rejected:
            score, because = ranked(words, list(words_of(row.name)), row.words.split())
            if because and score >= _LEAST:
                found.append(Found(row.key, row.part, row.name, round(score, 1), because))
    found.sort(key=lambda each: (-each.score, each.service, each.part or ""))
    return tuple(found[:limit])


def _candidates(session: Session, words: Sequence[str]) -> Sequence[int]:
    groups = _rarest(session, {group for word in words for group in letter_groups(word)})
    # As a sum, so that no planner goes through all texts in their order instead.
    text_id = _GROUPS.c.text_id + 0
    query = (
        select(text_id)
        .where(_GROUPS.c.letters.in_(groups))
        .group_by(text_id)
        .order_by(func.count().desc(), text_id)
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
