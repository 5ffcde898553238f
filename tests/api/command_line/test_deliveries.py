"""`flask deliveries`: what an operator sees of messages, and has sent once more."""

from __future__ import annotations

import pytest

from model.database import Database
from tests.api.command_line.trial import NOW, Run
from tests.model.telling import claimed, happened, listed, settled, states, subscribed


@pytest.fixture
def failed(sqlite_database: Database) -> Database:
    """A database in which two subscribers could not be told of two events each."""
    for _ in range(2):
        subscribed(sqlite_database)
    for _ in range(2):
        happened(sqlite_database)
    settled(sqlite_database, claimed(sqlite_database), status=500, error="it fell", hopeless=True)
    return sqlite_database


def test_what_failed_is_listed_with_what_went_wrong(run: Run, failed: Database) -> None:
    """To whom, about what, how often it was tried."""
    happened(failed, now=NOW)
    every, those = run("deliveries", "list").output, run("deliveries", "list", "--state", "failed")
    assert every.count("cases/CRM-1") == 6
    assert every.count("waiting") == 2
    assert those.output.count("it fell") == 4
    first = listed(failed)[0]
    assert first.subscription_id is not None
    ours = run("deliveries", "list", "--subscription", first.subscription_id).output
    assert ours.count("cases/CRM-1") == 3


def test_long_lists_come_in_pages(run: Run, failed: Database) -> None:
    """Each page says how to see the next."""
    assert "deliveries list --after 2" in run("deliveries", "list", "--limit", "3").output
    assert "--after" not in run("deliveries", "list", "--limit", "3", "--after", "2").output


def test_some_are_sent_once_more(run: Run, failed: Database) -> None:
    """Those that were named, and it is in the audit."""
    said = run("deliveries", "replay", "1", "3")
    assert said.output == "2 deliveries will be sent once more\n"
    assert states(failed) == ["waiting", "failed", "waiting", "failed"]
    assert run("audit", "list").output.count("delivery-replayed") == 2


def test_all_that_failed_are_sent_once_more(run: Run, failed: Database) -> None:
    """Of one subscriber whose receiver was mended, or of all."""
    first = listed(failed)[0]
    assert first.subscription_id is not None
    one = run("deliveries", "replay", "--failed", "--subscription", first.subscription_id)
    assert one.output == "2 deliveries will be sent once more\n"
    assert states(failed).count("waiting") == 2
    assert run("deliveries", "replay", "--failed").output.startswith("2 deliveries")
    assert set(states(failed)) == {"waiting"}


@pytest.mark.parametrize(
    "words", [(), ("1", "--failed"), ("1", "--subscription", "x"), ("--subscription", "x")]
)
def test_it_is_said_which(run: Run, failed: Database, words: tuple[str, ...]) -> None:
    """Neither none nor two ways to say it."""
    refused = run("deliveries", "replay", *words)
    assert refused.exit_code == 2
    assert "their numbers, or --failed" in refused.stderr
    assert set(states(failed)) == {"failed"}


def test_one_that_is_not_there_is_said(run: Run, failed: Database) -> None:
    """And the others are left as they are."""
    refused = run("deliveries", "replay", "1", "77")
    assert refused.exit_code == 1
    assert "there is no delivery `77`" in refused.stderr
    assert set(states(failed)) == {"failed"}
