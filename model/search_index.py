"""The words that services, their parts and packages are found by, as groups of three letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ForeignKey, String, Text, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import RowNumber
from model.database import Base, table_of
from model.likeness import letter_groups, words_of
from model.services import LONGEST_KEY

EDITION = 2
"""1: names and descriptions were indexed; 2: keys and categories, too."""


class SearchText(Base):
    """What is searched: the words of a service (no part), of one of its parts, or of a package.

    `edition`: what was indexed of it, as `EDITION` counts; an older one is indexed again.
    """

    __tablename__ = "search_texts"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), index=True)
    part: Mapped[str | None] = mapped_column(String(LONGEST_KEY))
    name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    package_id: Mapped[int | None] = mapped_column(ForeignKey("packages.id"), index=True)
    edition: Mapped[int] = mapped_column(default=EDITION)


class SearchGroup(Base):
    """Three letters that stand in a text."""

    __tablename__ = "search_groups"

    letters: Mapped[str] = mapped_column(String(3), primary_key=True)
    text_id: Mapped[int] = mapped_column(
        ForeignKey("search_texts.id"), primary_key=True, index=True
    )


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a service or a package (`part` is `None`) or of a part."""

    part: str | None
    key: str
    name: str
    description: str | None
    category: str | None = None

    def __iter__(self) -> Iterator[str]:
        """Yield each word once, those of the name first."""
        texts = (self.name, self.key, self.category, self.description)
        yield from dict.fromkeys(words_of(" ".join(text for text in texts if text)))


_GROUPS = table_of(SearchGroup)


def index_service_texts(session: Session, service_id: int, texts: Iterable[Words]) -> None:
    """Have a service and its parts found by these words, and by no earlier ones."""
    _forget(session, SearchText.service_id == service_id)
    for text in texts:
        _index(session, text, service_id=service_id)


def index_package_text(session: Session, package_id: int, text: Words | None) -> None:
    """Have a package found by these words (`None`: no more), and by no earlier ones."""
    _forget(session, SearchText.package_id == package_id)
    if text is not None:
        _index(session, text, package_id=package_id)


def _forget(session: Session, ours: ColumnElement[bool]) -> None:
    old = select(SearchText.id).where(ours)
    session.execute(delete(SearchGroup).where(SearchGroup.text_id.in_(old)))
    session.execute(delete(SearchText).where(ours))


def _index(
    session: Session, text: Words, *, service_id: int | None = None, package_id: int | None = None
) -> None:
    words = list(text)
    row = SearchText(
        service_id=service_id,
        part=text.part,
        name=text.name,
        words=" ".join(words),
        package_id=package_id,
    )
    session.add(row)
    session.flush()
    groups = sorted({group for word in words for group in letter_groups(word)})
    rows = [{"letters": group, "text_id": row.id} for group in groups]
    if rows:
        session.execute(insert(_GROUPS), rows)
