"""Reviews set up by hand are changed and ended; all others say where that is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from model.changing_reviews import change_review, end_by_hand
from model.database import Database
from model.deliveries import Delivery, State
from model.reminding import remind_due
from model.review_subjects import of_portfolio
from model.reviews import Review, end_review, find_review, set_up
from rules.errors import (
    BadFields,
    ReviewEnded,
    ReviewFollowsRule,
    ReviewMovedOn,
    UnknownRecord,
)
from rules.review_rules import ReviewKind
from tests.model.reviewed import ANCHOR, NEW, NOW, at, held, made, new_id, read
from tests.model.telling import states, subscribed


def accept(_version: int) -> None:
    """Refuse no version."""


def changed(database: Database, review: Review, **changes: object) -> Review:
    """Change some of a review."""
    with database.transaction() as session:
        return change_review(session, review.id, changes, accept, at(NOW.date()))


def ended(database: Database, review: Review) -> Review:
    """End a review."""
    with database.transaction() as session:
        return end_by_hand(session, review.id, accept, NOW)


def reminded(database: Database, day: date) -> int:
    """Remind of what is due on a day."""
    with database.transaction() as session:
        return remind_due(session, at(day)).told


def test_the_days_count_from_the_one_that_is_awaited_now(database: Database) -> None:
    """Its number stays, so that it is never taken for one that was held."""
    review = held(database, made(database), ANCHOR, ANCHOR)
    later = changed(database, review, due_on=date(2027, 3, 10), every="P2W")
    assert (later.number, later.due_on, later.version) == (1, date(2027, 3, 10), 3)
    following = held(database, review, later.due_on, later.due_on)
    assert (following.number, following.due_on) == (2, date(2027, 3, 24))
    seldom = changed(database, review, every="P1Y")
    assert (seldom.due_on, seldom.number) == (date(2027, 3, 24), 2)
    assert held(database, review, seldom.due_on, seldom.due_on).due_on == date(2028, 3, 24)


def test_what_changes_nothing_makes_no_version(database: Database) -> None:
    """However often it is sent."""
    review = made(database)
    same = {"title": NEW.title, "agency": None, "due_on": ANCHOR, "every": NEW.every}
    assert changed(database, review, **same).version == 1
    assert changed(database, review).version == 1
    assert changed(database, review, role="Other", agency="Finance").version == 2
    found = read(database, review)
    assert (found.role, found.agency, found.title) == ("Other", "Finance", NEW.title)


def test_another_day_is_reminded_of_anew_and_another_title_is_not(database: Database) -> None:
    """What was on its way for the day that it was is taken back."""
    subscribed(database)
    review = made(database)
    assert reminded(database, ANCHOR) == 1
    changed(database, review, title="Otherwise")
    assert reminded(database, ANCHOR) == 0
    changed(database, review, due_on=ANCHOR + timedelta(days=1))
    assert reminded(database, ANCHOR + timedelta(days=1)) == 1
    assert states(database) == [State.CANCELLED, State.WAITING]


def test_one_that_was_ended_is_reminded_of_no_more(database: Database) -> None:
    """What was on its way is taken back; ended again it stays so, and set up again it goes on."""
    subscribed(database)
    review = made(database)
    reminded(database, ANCHOR)
    assert [ended(database, review).version for _ in range(2)] == [2, 2]
    assert reminded(database, ANCHOR + timedelta(days=7)) == 0
    with database.reading() as session:
        assert session.scalars(select(Delivery.state)).all() == [State.CANCELLED]
    with pytest.raises(ReviewEnded, match="has ended"):
        changed(database, review, title="x")
    assert made(database).id == review.id
    assert changed(database, review, title="x").title == "x"


@pytest.mark.parametrize(
    ("kind", "subject", "where"),
    [
        (ReviewKind.POLICY, "intake", "`owner` or `title` of `intake`"),
        (ReviewKind.TOLLGATE_5, "mail", "PATCH /api/v1/services/mail"),
        (ReviewKind.OTHER, "rules/sop", "change `sop` in `reviews.yaml`"),
        (ReviewKind.PORTFOLIO, of_portfolio("own", "office"), "change `own` in `reviews.yaml`"),
        (ReviewKind.IMPROVEMENT, "improvements/17", "PATCH /api/v1/improvements/17"),
        (ReviewKind.SERVICE_LEVEL, "agreements/17", "PATCH /api/v1/agreements/17"),
        (
            ReviewKind.SERVICE_LEVEL,
            "agreements/17/risk/x/2027-01-01",
            "PATCH /api/v1/agreements/17",
        ),
    ],
)
def test_one_that_comes_by_itself_says_where_it_is_changed(
    database: Database, kind: ReviewKind, subject: str, where: str
) -> None:
    """Whatever would be changed of it here, the next tick would put back."""
    review = made(database, replace(NEW, kind=kind, subject=subject))
    with pytest.raises(ReviewFollowsRule) as refused:
        changed(database, review, title="x")
    assert where in str(refused.value)
    with pytest.raises(ReviewFollowsRule):
        ended(database, review)
    found = read(database, review)
    assert (found.version, found.title, found.ended_at) == (1, NEW.title, None)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"title": ""}, "/title"), ({"role": "a\x00"}, "/role"), ({"every": "P900Y"}, "/every"),
     ({"due_on": date(2200, 1, 1)}, "/due_on"), ({"due_on": date(1969, 12, 31)}, "/due_on")],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(
    database: Database, change: dict[str, object], pointer: str
) -> None:
    """At its place, and nothing is changed."""
    review = made(database)
    with pytest.raises(BadFields) as refused:
        changed(database, review, **{"role": "Other", **change})
    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert (read(database, review).version, read(database, review).role) == (1, NEW.role)


def test_one_of_centuries_can_be_called_otherwise(database: Database) -> None:
    """What was taken once and stays is not asked about again."""
    review = made(database)
    with database.transaction() as session:
        find_review(session, review.id).every = "P900Y"
    assert changed(database, review, title="x").title == "x"


def test_whoever_saw_another_version_changes_and_ends_nothing(database: Database) -> None:
    """Nor one that is not there."""
    review = made(database)

    def refuse(version: int) -> None:
        raise ReviewMovedOn(f"the review is at version {version}")

    with pytest.raises(ReviewMovedOn, match="version 1"), database.transaction() as session:
        change_review(session, review.id, {"title": "x"}, refuse, at(NOW.date()))
    with pytest.raises(ReviewMovedOn, match="version 1"), database.transaction() as session:
        end_by_hand(session, review.id, refuse, NOW)
    with pytest.raises(UnknownRecord), database.transaction() as session:
        end_by_hand(session, "none", accept, NOW)
    with database.transaction() as session:
        end_review(session, find_review(session, review.id), NOW)
        again = set_up(session, replace(NEW, anchor=date(2028, 1, 1)), new_id(), NOW)
        assert again.due_on == date(2028, 1, 1)


def test_what_was_taken_once_is_not_asked_about(database: Database) -> None:
    """A role of blanks that is not touched does not keep anybody from changing the title."""
    review = made(database)
    with database.transaction() as session:
        session.execute(update(Review).values(role="  ", subject=" "))
    assert changed(database, review, title="Otherwise").title == "Otherwise"
    with pytest.raises(BadFields, match="/role"):
        changed(database, review, role=" ")
