"""Publishing: checked rules go live for everyone; anything else changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from model.database import Database
from model.publishing import publish, publish_if_none
from model.revisions import Publication, files_of, live_book, live_revision
from rules.errors import RuleFilesRefused
from rules.rule_book import RuleFiles

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def changed(files: RuleFiles, old: str, new: str) -> dict[str, str]:
    """Return the files with a text of the intake policy replaced."""
    intake = files["policies/intake.yaml"]
    assert old in intake
    return {**files, "policies/intake.yaml": intake.replace(old, new)}


def publications(database: Database) -> int:
    """Return how often something went live."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Publication)) or 0


def test_what_was_published_last_is_live(database: Database, rule_files: RuleFiles) -> None:
    """A new revision decides from then on; the old one can be published again."""
    newer = changed(rule_files, "value: 90", "value: 60")
    for files in (rule_files, newer, rule_files):
        with database.transaction() as session:
            revision = publish(session, files, "Pat", NOW)
        with database.reading() as session:
            assert live_revision(session) == revision == live_book(session).revision
            assert files_of(session, revision) == files
    assert publications(database) == 3


def test_publishing_what_is_live_changes_nothing(
    published: Database, rule_files: RuleFiles
) -> None:
    """A second start with the same files leaves the record of publications as it is."""
    with published.transaction() as session:
        assert publish(session, rule_files, "Pat", NOW) == live_revision(session)
    assert publications(published) == 1


def test_files_with_a_problem_never_replace_working_ones(
    published: Database, rule_files: RuleFiles
) -> None:
    """A mistake in a condition is reported with its place, and the old rules decide on."""
    broken = changed(rule_files, "when: in_catalog", "when: in_catalogue")
    with pytest.raises(RuleFilesRefused) as refused, published.transaction() as session:
        publish(session, broken, "Pat", NOW)
    assert {problem.path for problem in refused.value.problems} == {"policies/intake.yaml"}
    assert publications(published) == 1


def test_files_whose_case_fails_never_replace_working_ones(
    published: Database, rule_files: RuleFiles
) -> None:
    """A rule that does not do what its own case says is not published."""
    wrong = changed(rule_files, "expect: {rule: there, ", "expect: {rule: soon, ")
    with pytest.raises(RuleFilesRefused) as refused, published.transaction() as session:
        publish(session, wrong, "Pat", NOW)
    assert str(refused.value.problems[0]) == (
        "policies/intake.yaml:1:1: error[case-failed]: "
        "case `What is in the catalogue is fulfilled`: expected rule soon, got there"
    )
    assert publications(published) == 1


def test_the_bundled_files_go_live_only_where_nothing_has(
    database: Database, rule_files: RuleFiles
) -> None:
    """The first start publishes; later ones leave what the owners have published alone."""
    with database.transaction() as session:
        revision = publish_if_none(session, rule_files, "make run", NOW)
        assert revision == live_revision(session)
    newer = changed(rule_files, "value: 90", "value: 60")
    with database.transaction() as session:
        assert publish_if_none(session, newer, "make run", NOW) is None
        assert live_revision(session) == revision


def test_processes_that_start_together_publish_once(
    database: Database, rule_files: RuleFiles
) -> None:
    """However many start on an empty database, one publishes."""

    def start(_: int) -> str | None:
        with database.transaction() as session:
            return publish_if_none(session, rule_files, "make run", NOW)

    with ThreadPoolExecutor(4) as pool:
        assert len([revision for revision in pool.map(start, range(4)) if revision]) == 1
    assert publications(database) == 1
