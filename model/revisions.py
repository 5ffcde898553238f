"""Revisions of the rule files, text and all, and which of them is live."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import cast

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.database import Base, Reader, table_of
from model.texts import LONGEST_NAME
from rules import rule_book
from rules.errors import NoLiveRevision, RuleFilesRefused, Unable, UnknownRecord
from rules.review_rules import ReviewRules
from rules.rule_book import RuleBook, RuleFiles

BOOKS_KEPT = 8


@append_only
class Revision(Base):
    """The rule files as they were at one time."""

    __tablename__ = "revisions"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    files: Mapped[object] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(Instant)


@append_only
class Publication(Base):
    """A revision going live; the last one is."""

    __tablename__ = "publications"

    seq: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"))
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(String(LONGEST_NAME))


_REVISIONS, _PUBLICATIONS = table_of(Revision), table_of(Publication)
LIVE = select(_PUBLICATIONS.c.revision_id).order_by(_PUBLICATIONS.c.seq.desc()).limit(1)


def live_revision(reader: Reader) -> str | None:
    """Return the id of the revision that decides now, if any has been published."""
    return reader.scalar(LIVE)


def live_since(session: Session) -> datetime | None:
    """Return when the revision that decides now was published, if any has been."""
    last = select(Publication.published_at).order_by(Publication.seq.desc()).limit(1)
    return session.scalar(last)


def live_book(reader: Reader, revision: str | None = None) -> RuleBook:
    """Return the rules that decide now; `revision`: which those are, if that has been read.

    Raises:
        NoLiveRevision: nothing has been published yet.
    """
    revision = revision or live_revision(reader)
    if revision is None:
        raise NoLiveRevision("no rules have been published: run `policy publish`")
    return book_of(reader, revision)


def review_rules(session: Session) -> ReviewRules:
    """Return the live rules of reviews; those that hold unsaid, before anything is published."""
    revision = live_revision(session)
    return book_of(session, revision).reviews if revision else ReviewRules()


def book_of(reader: Reader, revision: str) -> RuleBook:
    """Return the rules of a revision.

    Raises:
        UnknownRecord: there is no such revision.
        Unable: its text cannot be read any more.
    """
    return _SHELF.book(reader, revision)


def book_from(files: RuleFiles) -> RuleBook:
    """Return the rules that `files` say, whether they are a revision yet or not.

    Raises:
        RuleFilesRefused: with every problem of the files.
    """
    return _SHELF.book_from(files)


def files_of(reader: Reader, revision: str) -> RuleFiles:
    """Return the text of a revision's files, by path.

    Raises:
        UnknownRecord: there is no such revision.
    """
    files = reader.scalar(select(_REVISIONS.c.files).where(_REVISIONS.c.id == revision))
    if files is None:
        raise UnknownRecord(f"there is no revision `{revision}`")
    return cast("Mapping[str, str]", files)


class BookShelf:
    """The books read last, so that a decision does not read its rules anew."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._books: OrderedDict[str, RuleBook] = OrderedDict()
        self._unreadable: OrderedDict[str, str] = OrderedDict()

    def book(self, reader: Reader, revision: str) -> RuleBook:
        """Return the book of a revision; raises as `book_of` does."""
        # Nor is what cannot be read, since a newer version wrote it, tried again each time:
        # whoever decides would hold the database meanwhile.
        if (why := self._unreadable.get(revision)) is not None:
            raise Unable(why)
        return self._shelved(revision, lambda: self._read(reader, revision))

    def book_from(self, files: RuleFiles) -> RuleBook:
        """Return the book that `files` make; raises as `book_from` does."""
        book = self._shelved(rule_book.revision_of(files), lambda: rule_book.load(files))
        if book.overlooked:
            # It is a revision, and was read as one: nobody publishes it anew as it is.
            raise RuleFilesRefused(book.overlooked)
        return book

    def _shelved(self, revision: str, read: Callable[[], RuleBook]) -> RuleBook:
        # Reading happens under the lock: threads that want the same new book read it once.
        with self._lock:
            book = self._books.get(revision)
            if book is None:
                book = self._books[revision] = read()
            self._books.move_to_end(revision)
            while len(self._books) > self._size:
                self._books.popitem(last=False)
            return book

    def _read(self, reader: Reader, revision: str) -> RuleBook:
        files = files_of(reader, revision)
        if rule_book.revision_of(files) != revision:
            raise Unable(f"the text of revision `{revision}` is not the one that was published")
        try:
            return rule_book.load(files, published=True)
        except RuleFilesRefused as refused:
            why = f"revision `{revision}` cannot be read any more: {refused}"
            self._unreadable[revision] = why
            if len(self._unreadable) > self._size:
                self._unreadable.popitem(last=False)
            raise Unable(why) from refused


_SHELF = BookShelf(BOOKS_KEPT)
