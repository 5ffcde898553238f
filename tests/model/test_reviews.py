"""Reviews: each falls from its anchor, and none is held twice or lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from model.database import Database
from model.holding_reviews import FURTHEST, held_of
from model.review_feed import held_in_feed, reviews_in_feed
from model.reviews import (
    end_review,
    find_review,
    reviews_due,
    set_up,
)
from rules.errors import BadFields, ReviewHeldAlready, UnknownRecord
from rules.review_rules import ReviewKind
from tests.model.reviewed import ANCHOR, NEW, NOW, held, made, new_id, read


def test_the_next_falls_from_the_anchor(database: Database) -> None:
    """Monthly from the 31st it is the last of February, and the 31st again."""
    review = made(database)
    assert (review.number, review.due_on) == (0, ANCHOR)
    days = []
    for _ in range(3):
        due = read(database, review).due_on
        days.append(held(database, review, due, due).due_on)
    assert days == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_what_was_held_late_moves_nothing(database: Database) -> None:
    """Occurrences that passed meanwhile are not made up for; one held early counts as its own."""
    review = made(database)
    assert held(database, review, ANCHOR, date(2027, 4, 3)).due_on == date(2027, 4, 30)
    assert held(database, review, date(2027, 4, 30), date(2027, 4, 10)).due_on == date(2027, 5, 31)
    with database.reading() as session:
        assert [each.due_on for each in held_of(session, review)] == [date(2027, 4, 30), ANCHOR]


def test_an_occurrence_is_held_once(database: Database) -> None:
    """However many say so at the same time, one is recorded; the others are told so."""
    review = made(database)

    def hold(_: int) -> bool:
        try:
            held(database, review, ANCHOR, ANCHOR)
        except ReviewHeldAlready:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(hold, range(4))) == [False, False, False, True]
    with pytest.raises(ReviewHeldAlready, match="2027-02-28 is awaited"):
        held(database, review, ANCHOR, ANCHOR)


def test_one_that_is_there_stays_and_one_that_ended_goes_on(database: Database) -> None:
    """A kind and a subject have one review."""
    review = made(database)
    same = made(database, replace(NEW, anchor=date(2030, 1, 1)))
    assert (same.id, same.due_on) == (review.id, ANCHOR)
    with database.transaction() as session:
        end_review(session, find_review(session, review.id), NOW)
    with pytest.raises(ReviewHeldAlready, match="it has ended"):
        held(database, review, ANCHOR, ANCHOR)
    again = made(database, replace(NEW, anchor=date(2030, 1, 1)))
    assert (again.id, again.due_on) == (review.id, date(2030, 1, 1))


def test_of_several_who_set_up_the_same_at_once_one_does(database: Database) -> None:
    """Nobody fails, and all of them are given the one review."""
    together = Barrier(4)

    def set_one_up(number: int) -> str:
        together.wait()
        return made(database, replace(NEW, subject=f"s{number}", title=f"by {number}")).id

    with ThreadPoolExecutor(4) as pool:
        for number in range(10):
            assert len(set(pool.map(set_one_up, [number] * 4))) == 1
    with database.reading() as session:
        reviews = reviews_due(session, None, None, 50).reviews
    assert {(each.number, each.version) for each in reviews} == {(0, 1)}
    assert len(reviews) == 10


@pytest.mark.parametrize("every", ["P50Y", "P900Y"])
def test_no_review_ever_falls_beyond_the_calendar(database: Database, every: str) -> None:
    """However often it is held early: one of the far future is refused, and stays as it is."""
    review = made(database, replace(NEW, every="P50Y", anchor=date(2199, 12, 31)))
    with database.transaction() as session:
        # Such was taken once.
        find_review(session, review.id).every = every
    while (due_on := read(database, review).due_on) <= FURTHEST:
        held(database, review, due_on, ANCHOR)
    assert due_on == date(9049, 12, 31)
    with pytest.raises(BadFields) as refused:
        held(database, review, due_on, ANCHOR)
    [problem] = refused.value.problems
    assert (problem.pointer, str(FURTHEST) in problem.detail) == ("/due_on", True)
    assert read(database, review).due_on == due_on


def test_they_are_listed_soonest_first_page_by_page(database: Database) -> None:
    """Those that ended are left out; a calendar shows them, and what was held."""
    for month in (5, 3, 4, 1, 2):
        made(database, replace(NEW, subject=f"s{month}", anchor=date(2027, month, 1)))
    with database.transaction() as session:
        page = reviews_due(session, date(2027, 5, 1), None, 2)
        rest = reviews_due(session, date(2027, 5, 1), page.next, 50)
        subjects = [review.subject for review in (*page.reviews, *rest.reviews)]
        assert subjects == ["s1", "s2", "s3", "s4"]
        end_review(session, page.reviews[0], NOW)
    held(database, page.reviews[1], date(2027, 2, 1), date(2027, 2, 1))
    with database.reading() as session:
        assert len(reviews_due(session, None, None, 50).reviews) == 4
        assert len(reviews_in_feed(session)) == 5
        assert [each.due_on for _, each in held_in_feed(session)] == [date(2027, 2, 1)]
        with pytest.raises(BadFields):
            reviews_due(session, None, "no cursor", 50)
        with pytest.raises(UnknownRecord):
            find_review(session, "none")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"every": "monthly"}, "/every"), ({"every": "P0D"}, "/every"),
     ({"every": "P900Y"}, "/every"), ({"every": "P050Y0000M0000W00000D"}, "/every"),
     ({"role": ""}, "/role"),
     ({"subject": "a\x00"}, "/subject"), ({"title": ""}, "/title")],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(
    database: Database, change: dict[str, str], pointer: str
) -> None:
    """At its place."""
    with pytest.raises(BadFields) as refused, database.transaction() as session:
        set_up(session, replace(NEW, **change), new_id(), NOW)  # type: ignore[arg-type]
    assert [problem.pointer for problem in refused.value.problems] == [pointer]


def test_what_was_held_is_never_changed(database: Database) -> None:
    """Not even by somebody who has the database at hand."""
    review = made(database, replace(NEW, kind=ReviewKind.OTHER))
    held(database, review, ANCHOR, ANCHOR)
    for change in ("UPDATE held_reviews SET outcome = 'x'", "DELETE FROM held_reviews"):
        with pytest.raises(DBAPIError), database.transaction() as session:
            session.execute(text(change))
