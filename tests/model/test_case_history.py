"""The history of a case: every version accounted for, page by page, newest first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from model.case_facts import change_facts
from model.case_history import Entry, SuppliedFact, history_of
from model.erasing import Erasure
from model.held_facts import FactChange
from model.late_facts import Late
from rules.errors import BadFields, UnknownRecord
from tests.model.lives import Lives


def test_every_version_says_what_it_came_from(lives: Lives) -> None:
    """Who decided what, changed which facts, and what was done with the case as a whole."""
    now = lives.moment.now
    lives.decide("A", in_catalog=True, note_1="x")
    with lives.database.transaction() as session:
        change_facts(session, "A", {"note_1": "y"}, "Bob", 1, lives.caller, lives.moment)
    lives.reopen("A", {"in_catalog": None}, 2)
    lives.rename("A", "B")
    entries = lives.history("B")
    assert [(entry.version, entry.what, entry.by) for entry in entries] == [
        (4, "renamed", "Ann"),
        (3, "reopened", "Ann"),
        (2, "facts_changed", "Bob"),
        (1, "decided", "Roundup"),
    ]
    fact = SuppliedFact("note_1", "y", "Bob", now, now, None, taken=True, erased=False)
    assert entries[2] == Entry(2, "facts_changed", now, "Bob", (fact,))
    assert entries[3].decision is not None
    assert entries[3].decision.status == "decided"
    assert {fact.name for fact in entries[3].facts} == {"in_catalog", "note_1"}


def test_late_facts_show_both_instants(lives: Lives) -> None:
    """When a fact was so, when it was supplied, and what it gave way to."""
    now = lives.moment.now
    lives.decide("A", note_1="x")
    hour_ago = now - timedelta(hours=1)
    lives.decide("A", Late(hour_ago), note_1="y", note_2="z")
    kept, taken = lives.history("A")[0].facts
    assert kept == SuppliedFact("note_1", "y", "Roundup", now, hour_ago, now, False, False)
    assert taken == SuppliedFact("note_2", "z", "Roundup", now, hour_ago, None, True, False)


def test_an_erased_value_is_shown_as_erased(lives: Lives) -> None:
    """It is not the same as one that was forgotten."""
    lives.decide("A", note_1="x", note_2="y")
    lives.decide("A", note_2=None)
    now = lives.moment.now
    with lives.database.transaction() as session:
        erasure = Erasure(case_id=1, facts=["note_1"], by="Ann", at=now)
        session.add(erasure)
        session.flush()
        session.execute(
            update(FactChange)
            .where(FactChange.name == "note_1")
            .values(value=None, erasure_id=erasure.id)
        )
    second, first = lives.history("A")
    assert [(f.name, f.value, f.erased) for f in first.facts] == [
        ("note_1", None, True),
        ("note_2", "y", False),
    ]
    assert [(f.name, f.value, f.erased) for f in second.facts] == [("note_2", None, False)]


def test_a_long_history_is_read_page_by_page(lives: Lives) -> None:
    """The pages together are the whole, also when a version changed nothing."""
    for number in range(11):
        lives.note("A", 1, f"turn {number}")
    with lives.database.transaction() as session:
        change_facts(session, "A", {}, None, 11, lives.caller, lives.moment)
    lives.decide("A")
    versions, after = [], None
    while True:
        with lives.database.reading() as session:
            page = history_of(session, "A", after, 4)
        versions += [entry.version for entry in page.entries]
        after = page.next
        if after is None:
            break
    assert versions == [13, *range(11, 0, -1)]


@pytest.mark.parametrize("after", ["x", "", "-1", "1.5", "9" * 19, "٣"])
def test_what_is_no_cursor_is_refused(lives: Lives, after: str) -> None:
    """A cursor is what a page gave as its `next`."""
    lives.decide("A")
    with lives.database.reading() as session, pytest.raises(BadFields):
        history_of(session, "A", after, 4)


def test_an_unknown_case_has_no_history(lives: Lives) -> None:
    """Asking for it says so."""
    with lives.database.reading() as session, pytest.raises(UnknownRecord):
        history_of(session, "A", None, 4)
    lives.decide("A")
    with lives.database.reading() as session:
        assert history_of(session, "A", "1", 4).entries == ()
