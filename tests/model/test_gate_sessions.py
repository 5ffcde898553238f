"""Sessions of toll-gates: kept as they were held, and never changed."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from model.forums import ForumChange, end_forum, put_forum
from model.gate_sessions import sessions_in
from rules.errors import BadFields, UnknownRecord
from tests.model.offered import NOW
from tests.model.portfolio import Portfolio


def held(portfolio: Portfolio) -> None:
    """Hold the first gate three times."""
    portfolio.make("mail")
    portfolio.supply("mail", "service_strategy", "service_design")
    portfolio.hold("mail", 1, verdict="amend", sat=("Ann", "Bob"), by="Ann")
    portfolio.hold("mail", 1)
    portfolio.supply("mail", "service_strategy")
    portfolio.hold("mail", 1, verdict="approve")


def test_a_session_says_who_sat_and_what_was_presented(portfolio: Portfolio) -> None:
    """An artifact that was to be amended was not presented."""
    held(portfolio)
    third, second, first = portfolio.sessions("mail").sessions
    assert (first.sat, first.by, first.verdict, first.result) == (
        ["Ann", "Bob"], "Ann", "amend", "fail",
    )  # fmt: skip
    assert first.presented == {"service_design": 1, "service_strategy": 1}
    assert (second.presented, second.verdict, second.result) == (
        {"service_design": 1}, None, "incomplete",
    )  # fmt: skip
    assert third.presented == {"service_design": 1, "service_strategy": 2}
    assert (third.result, third.phase, third.by) == ("pass", "design", "Roundup")


def test_sessions_come_page_by_page_newest_first(portfolio: Portfolio) -> None:
    """A page stays what it was while new sessions are held."""
    held(portfolio)
    first = portfolio.sessions("mail", None, 2)
    portfolio.hold("mail", 3)
    second = portfolio.sessions("mail", first.next, 2)
    assert [each.service_version for each in (*first.sessions, *second.sessions)] == [7, 5, 4]
    assert second.next is None


def test_a_session_in_a_forum_is_found_by_it(portfolio: Portfolio) -> None:
    """With the service that it was about, until and after the forum is taken away."""
    portfolio.make("mail")
    board = ForumChange("Board", "Says what is built", (1,))
    with portfolio.database.transaction() as session:
        put_forum(session, "board", board, "Sam", NOW, NOW.date())
    portfolio.hold("mail", 1, forum="board")
    portfolio.hold("mail", 1)
    with pytest.raises(BadFields, match="no forum `baord`"):
        portfolio.hold("mail", 1, forum="baord")
    with portfolio.database.transaction() as session:
        end_forum(session, "board", NOW.date())
        ((key, held),) = sessions_in(session, "board", None, 9).sessions
    assert (key, held.service_version, held.forum) == ("mail", 2, "board")
    assert [each.forum for each in portfolio.sessions("mail").sessions] == [None, "board"]


def test_sessions_of_nothing_are_refused(portfolio: Portfolio) -> None:
    """There must be such a service, and such a cursor."""
    with pytest.raises(UnknownRecord):
        portfolio.sessions("mail")
    portfolio.make("mail")
    with pytest.raises(BadFields):
        portfolio.sessions("mail", "x")


@pytest.mark.parametrize("table", ["gate_sessions", "artifact_versions"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET service_version = 1"])
def test_the_database_refuses_to_change_a_session(
    portfolio: Portfolio, table: str, change: str
) -> None:
    """Nor a version of an artifact."""
    held(portfolio)
    with (
        pytest.raises(IntegrityError, match="never changed"),
        portfolio.database.transaction() as session,
    ):
        session.execute(text(change.format(table)))
