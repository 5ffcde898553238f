"""Verifying the record: every decision, checkpoint, personal value and revision, in one walk."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from model import json_text
from model.as_written import as_written
from model.findings import Finding, Tally, Wrong
from model.record_pages import pages_of_chains
from model.revisions import Revision
from model.verifying_chains import ChainCheck
from model.verifying_personal import PersonalCheck
from model.verifying_seals import SealCheck
from rules.rule_book import RuleFiles, revision_of

__all__ = ["Finding", "Tally", "Wrong", "removed_revisions", "verify", "verify_revisions"]

REVISIONS = as_written(Revision)


def verify(session: Session, secret: bytes, tally: Tally) -> Iterator[Finding]:
    """Yield all that is wrong with the record, and count in `tally` what was looked at.

    Reads only, and sees one state of the database when the session does (`reading()`).
    """
    for findings in (
        _decisions(session, tally),
        SealCheck(session, secret, tally).findings(),
    ):
        for finding in findings:
            tally.findings += 1
            yield finding


def _decisions(session: Session, tally: Tally) -> Iterator[Finding]:
    chains, personal = ChainCheck(session, tally), PersonalCheck(session, tally)
    revisions: set[str] = set()
    for page in pages_of_chains(session):
        yield from chains.page(page)
        yield from personal.page(page)
        revisions.update(row["revision"] for row in page)
    yield from chains.end()
    yield from verify_revisions(session, tally, revisions)


def verify_revisions(session: Session, tally: Tally, cited: Collection[str]) -> Iterator[Finding]:
    """Yield what is wrong with the revisions that decisions cite, and with all there are."""
    for revision in sorted({*cited, *session.scalars(select(Revision.id))}, key=str):
        tally.revisions += 1
        yield from _revision(session, revision)


def _revision(session: Session, revision: str) -> Iterator[Finding]:
    text = session.scalar(select(REVISIONS.c.files).where(REVISIONS.c.id == revision))
    if text is None:
        yield _removed(revision)
    elif _named_by(text) != revision:
        detail = "its text is not the one that was published"
        yield Finding(f"revision {revision}", Wrong.ALTERED, detail)


def removed_revisions(session: Session, cited: Collection[str]) -> Iterator[Finding]:
    """Yield the revisions that decisions cite and that are gone."""
    there = set(session.scalars(select(Revision.id)))
    yield from (_removed(revision) for revision in sorted({*cited} - there, key=str))


def _removed(revision: str) -> Finding:
    return Finding(f"revision {revision}", Wrong.REMOVED, "decisions rest on it")


def _named_by(text: str) -> str | None:
    """Return the revision that some files are, `None` if they are none."""
    try:
        return revision_of(cast("RuleFiles", json_text.loads(text)))
    except (TypeError, ValueError, AttributeError):
        return None
