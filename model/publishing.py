"""Publishing rule files: checked and tried on their own cases first, then live for all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from model.announcing import announce_publication
from model.locking import hold
from model.reviews import plan_reminders_anew
from model.revisions import Publication, Revision, book_from, live_revision
from model.texts import LONGEST_NAME, require_texts
from rules.errors import RuleFilesRefused
from rules.policy_cases import CaseResult, run_cases
from rules.problems import Problem
from rules.rule_book import RuleBook, RuleFiles


def publish(session: Session, files: RuleFiles, by: str, now: datetime) -> str:
    """Make `files` the live revision and return its id. Needs a `transaction()`.

    Publishing what is live already changes nothing.

    Raises:
        RuleFilesRefused: the files have problems, or a case of theirs fails; what was live
            stays live.
        BadFields: `by` is not 1 to 200 plain characters.
    """
    require_texts({"/by": (by, LONGEST_NAME)})
    book = book_from(files)
    hold(session, "publish")
    if live_revision(session) != book.revision:
        _require_passing_cases(book)
        _make_live(session, book.revision, files, by, now)
    return book.revision


def publish_if_none(session: Session, files: RuleFiles, by: str, now: datetime) -> str | None:
    """Publish `files` if nothing has ever been published; say which revision, or `None`.

    Raises:
        as `publish` does.
    """
    hold(session, "publish")
    if live_revision(session) is not None:
        return None
    return publish(session, files, by, now)


def _require_passing_cases(book: RuleBook) -> None:
    if failed := run_cases(book).failed:
        raise RuleFilesRefused(tuple(_problems(book, failed)))


def _problems(book: RuleBook, failed: tuple[CaseResult, ...]) -> Iterator[Problem]:
    for result in failed:
        table = book.policies.get(result.policy) or book.routings[result.policy]
        detail = f"case `{result.name}`: {result.detail}"
        yield Problem(table.path, 1, 1, "case-failed", detail)


def _make_live(session: Session, revision: str, files: RuleFiles, by: str, now: datetime) -> None:
    if session.get(Revision, revision) is None:
        session.add(Revision(id=revision, files=dict(files), created_at=now))
        session.flush()
    publication = Publication(revision_id=revision, published_at=now, published_by=by)
    session.add(publication)
    session.flush()
    plan_reminders_anew(session)
    announce_publication(session, publication.seq, revision, by, now)
