"""Revisions: the live one is read once and shared; a text that was altered decides nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy.event import listen

from model.database import Database
from model.publishing import publish
from model.revisions import BookShelf, Publication, Revision, book_of, files_of, live_book
from rules.errors import NoLiveRevision, RuleFilesRefused, Unable, UnknownRecord
from rules.rule_book import RuleBook, RuleFiles, revision_of

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def go_live(database: Database, revision: str, files: RuleFiles) -> None:
    """Make a revision live, past every check."""
    with database.transaction() as session:
        session.add(Revision(id=revision, files=dict(files), created_at=NOW))
        session.flush()
        session.add(Publication(revision_id=revision, published_at=NOW, published_by="x"))


def test_without_a_revision_nothing_is_decided(database: Database) -> None:
    """Before anything is published, the operator reads which command publishes."""
    with database.reading() as session, pytest.raises(NoLiveRevision, match="policy publish"):
        live_book(session)


def test_a_book_is_read_once(published: Database) -> None:
    """Every thread decides with the same book, which one of them read."""

    def read(_: int) -> RuleBook:
        with published.reading() as session:
            return live_book(session)

    with ThreadPoolExecutor(8) as pool:
        assert len({id(book) for book in pool.map(read, range(16))}) == 1


def test_old_books_are_put_away_and_read_again(
    sqlite_database: Database, rule_files: RuleFiles
) -> None:
    """Memory holds the books used last; any other is read again from its text."""
    newer = {**rule_files, "routing.yaml": "# newer\n" + rule_files["routing.yaml"]}
    shelf = BookShelf(1)
    with sqlite_database.transaction() as session:
        first, second = (publish(session, files, "Pat", NOW) for files in (rule_files, newer))
        book = shelf.book(session, first)
        assert shelf.book(session, first) is book
        shelf.book(session, second)
        again = shelf.book(session, first)
        assert again is not book
        assert again.revision == book.revision == first


@pytest.mark.parametrize(
    ("said", "instead", "code"),
    [("review: P1Y", "review: P0D", "bad-period"), ("review: P1Y", "review: P900Y", "bad-period"),
     ("owner: Director", f"owner: {'D' * 201}", "too-long")],
)  # fmt: skip
def test_what_was_published_stays_readable(
    database: Database, rule_files: RuleFiles, said: str, instead: str, code: str
) -> None:
    """What would be refused today decides as it did; published anew, it is refused at its place."""
    files = {**rule_files, "routing.yaml": rule_files["routing.yaml"].replace(said, instead)}
    revision = revision_of(files)
    go_live(database, revision, files)
    for _ in range(2):
        with database.transaction() as session, pytest.raises(RuleFilesRefused) as refused:
            assert live_book(session).routings["routing"].title == "Who does what next"
            publish(session, files, "Pat", NOW)
        [problem] = refused.value.problems
        assert (problem.path, problem.code) == ("routing.yaml", code)


def test_an_unknown_revision_is_not_found(database: Database) -> None:
    """A revision that was never published has neither text nor rules."""
    with database.reading() as session:
        with pytest.raises(UnknownRecord, match="`sha256:00`"):
            files_of(session, "sha256:00")
        with pytest.raises(UnknownRecord, match="`sha256:00`"):
            book_of(session, "sha256:00")


def test_a_text_that_is_not_what_its_name_says_decides_nothing(
    database: Database, rule_files: RuleFiles
) -> None:
    """A revision is named by its contents, so rules slipped into the database are found."""
    go_live(database, "sha256:another", rule_files)
    with database.reading() as session, pytest.raises(Unable, match="not the one"):
        live_book(session)


def test_a_revision_that_cannot_be_read_any_more_says_so(database: Database) -> None:
    """Rules that this version refuses are the operator's matter, not the caller's fault."""
    files = {"vocabulary.yaml": "facts: ["}
    go_live(database, revision_of(files), files)
    with database.reading() as session, pytest.raises(Unable, match="cannot be read any more"):
        live_book(session)


def test_what_cannot_be_read_is_not_tried_again_each_time(database: Database) -> None:
    """An old process goes on refusing at once: whoever publishes is not kept waiting for it."""
    files = {"vocabulary.yaml": "facts: ["}
    revision = revision_of(files)
    go_live(database, revision, files)
    shelf, asked = BookShelf(2), list[str]()

    def hear(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    listen(database.engine, "before_cursor_execute", hear)
    with database.reading() as session:
        for _ in range(3):
            with pytest.raises(Unable, match="cannot be read any more"):
                shelf.book(session, revision)
    assert len([each for each in asked if "FROM revisions" in each]) == 1
    with pytest.raises(RuleFilesRefused):
        shelf.book_from(files)
