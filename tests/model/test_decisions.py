"""Decisions read again: word for word, and page by page."""

from __future__ import annotations

import pytest

from model.access import Caller
from model.database import Database
from model.deciding import DecisionRequest, Moment, answer_of, decide, decisions_of
from model.decisions import LONGEST_PAGE
from rules.errors import BadFields, UnknownRecord


@pytest.fixture
def decided(published: Database, caller: Caller, moment: Moment) -> Database:
    """A database with five decisions of one case, and one of another."""
    with published.transaction() as session:
        for number in range(5):
            request = DecisionRequest("CRM-1", None, None, None, {"note_1": f"{number}"})
            decide(session, request, caller, moment, f"d{number}")
        decide(session, DecisionRequest("CRM-2", None, None, None, {}), caller, moment, "other")
    return published


def test_pages_cover_every_decision_once(decided: Database) -> None:
    """Following `next` from the first page reads all decisions of the case, newest first."""
    with decided.reading() as session:
        cursor, ids, sizes = None, [], []
        while True:
            page = decisions_of(session, "CRM-1", cursor, 2)
            ids += [answer.body["id"] for answer in page.decisions]
            sizes.append(len(page.decisions))
            cursor = page.next
            if cursor is None:
                break
    assert ids == ["d4", "d3", "d2", "d1", "d0"]
    assert sizes == [2, 2, 1]


def test_a_page_stays_while_new_decisions_arrive(
    decided: Database, caller: Caller, moment: Moment
) -> None:
    """The cursor counts from the decision that was read last, not from the newest."""
    with decided.transaction() as session:
        cursor = decisions_of(session, "CRM-1", None, 2).next
        decide(session, DecisionRequest("CRM-1", None, None, None, {}), caller, moment, "new")
        page = decisions_of(session, "CRM-1", cursor, 2)
    assert [answer.body["id"] for answer in page.decisions] == ["d2", "d1"]


def test_a_page_has_a_sensible_size(decided: Database) -> None:
    """Whatever size is asked for, a page holds at least one and at most 200 decisions."""
    assert LONGEST_PAGE == 200
    with decided.reading() as session:
        for limit, size in [(0, 1), (-5, 1), (5, 5), (10**30, 5)]:
            assert len(decisions_of(session, "CRM-1", None, limit).decisions) == size


def test_a_cursor_of_ones_own_making_is_refused(decided: Database) -> None:
    """A cursor is one that came with a page, else the caller reads that it is none."""
    with decided.reading() as session:
        for cursor in ["", "x", "-1", "²", "9" * 19, "1; DROP TABLE decisions"]:
            with pytest.raises(BadFields, match="is not a cursor"):
                decisions_of(session, "CRM-1", cursor, 2)


def test_what_is_not_there_is_not_found(decided: Database) -> None:
    """Neither a decision nor the decisions of a case that nobody has heard of."""
    with decided.reading() as session:
        with pytest.raises(UnknownRecord, match="no decision `d9`"):
            answer_of(session, "d9")
        with pytest.raises(UnknownRecord, match="no case `CRM-9`"):
            decisions_of(session, "CRM-9", None, 2)


def test_an_answer_is_read_word_for_word(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """What is read later is the very text that was given then."""
    request = DecisionRequest("CRM-½ 🎫", None, None, None, {"in_catalog": True})
    with published.transaction() as session:
        given = decide(session, request, caller, moment, "d1")
    with published.reading() as session:
        assert answer_of(session, "d1") == given
