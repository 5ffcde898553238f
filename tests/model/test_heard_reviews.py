"""Who comes to a review late hears of it once, and whoever has heard is not told for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from model.database import Database
from model.deliveries import State
from model.events import OutboxEvent
from model.heard_reviews import heard_of
from model.publishing import publish
from model.reminding import remind_due
from model.reviews import find_review
from model.rosters import replace_roster
from rules.rule_book import RuleFiles
from tests.model.reviewed import ANCHOR, NEW, NOW, at, held, made
from tests.model.telling import listed, subscribed

ANN, BOB, HEAD = "ann@x.example", "bob@x.example", "head@x.example"
RULES = """\
reminders:
  - for: [service_level]
    days_ahead: [30, 7]
    overdue_every: 7
    escalates_after: {days}
"""


def staff(database: Database, *holders: str, away: str | None = None) -> None:
    """Have some people hold the role, and a head of IT."""
    gone = {"person": away, "since": "2027-01-28", "until": "2027-02-03"}
    absences: list[dict[str, object]] = [{**gone}] if away else []
    document: dict[str, list[dict[str, object]]] = {
        "people": [{"name": email, "email": email} for email in (ANN, BOB, HEAD)],
        "groups": [],
        "roles": [
            *({"role": NEW.role, "held_by": each, "deputy": each == BOB and away is not None}
              for each in holders),
            {"role": "Head of IT", "held_by": HEAD},
        ],
        "absences": absences,
    }  # fmt: skip
    with database.transaction() as session:
        replace_roster(session, document, "Dana", NOW, lambda _: None)


def told_on(database: Database, day: date) -> list[str]:
    """Tell what is due on a day, twice; return who was told of it, in order."""
    before = len(listed(database))
    for _ in range(2):
        with database.transaction() as session:
            remind_due(session, at(day))
    return [str(each.recipient) for each in listed(database)[before:]]


def days(number: int) -> date:
    """Return the day that is so many days after the review is due."""
    return ANCHOR + timedelta(days=number)


@pytest.mark.parametrize("after", [0, 1, 10, 13, 14, 20])
def test_a_review_escalates_on_the_day_on_which_it_does(
    published: Database, rule_files: RuleFiles, after: int
) -> None:
    """Be it a day of reminders or not; whoever is to hold it hears of it on those days alone."""
    rules = RULES.format(days=after)
    with published.transaction() as session:
        publish(session, {**rule_files, "reviews.yaml": rules}, "Pat", NOW)
    staff(published, ANN)
    made(published)
    told = {day: told_on(published, days(day)) for day in range(-30, 22)}
    assert [day for day, people in told.items() if ANN in people] == [-30, -7, 7, 14, 21]
    later = [day for day in (7, 14, 21) if day > after]
    assert [day for day, people in told.items() if HEAD in people] == [after, *later]


def test_it_escalates_to_those_who_heard_of_it_before_it_did(
    published: Database, rule_files: RuleFiles
) -> None:
    """They were told since nobody was there to hold it; that it is overdue they are told anew."""
    with published.transaction() as session:
        publish(session, {**rule_files, "reviews.yaml": RULES.format(days=10)}, "Pat", NOW)
    staff(published)
    made(published)
    assert told_on(published, days(-30)) == [HEAD]
    staff(published, ANN)
    assert told_on(published, days(-29)) == [ANN]
    assert told_on(published, days(9)) == [ANN]
    assert told_on(published, days(10)) == [HEAD]
    assert told_on(published, days(11)) == []


@pytest.mark.parametrize(
    ("day", "when"),
    [(-31, None), (-20, "Review in 20 days"), (0, "Review today"), (3, "Review overdue by 3 days")],
)
def test_whoever_is_new_to_a_role_hears_of_what_is_open_already(
    database: Database, day: int, when: str | None
) -> None:
    """At once, and once; nobody who was told is told again, and no subscriber."""
    subscribed(database)
    staff(database, ANN)
    review = made(database)
    for earlier in range(-40, day):
        told_on(database, days(earlier))
    told_on(database, days(day))
    staff(database, ANN, BOB)
    assert told_on(database, days(day)) == ([BOB] if when else [])
    assert told_on(database, days(day + 1)) == ([] if when else ["None", ANN, BOB])
    with database.reading() as session:
        latest = select(OutboxEvent.title).order_by(OutboxEvent.at.desc()).limit(1)
        assert session.scalar(latest) == f"{when or 'Review in 30 days'}: {review.title}"


def test_a_stand_in_hears_of_what_comes_meanwhile(database: Database) -> None:
    """Not of all that whoever is away for a week was told before."""
    staff(database, ANN, BOB, away=ANN)
    made(database)
    told = {day: told_on(database, days(day)) for day in range(-10, 8)}
    assert {day: people for day, people in told.items() if people} == {
        -10: [ANN], -7: [ANN], 0: [BOB], 7: [ANN],
    }  # fmt: skip


def test_another_role_hears_of_a_review_that_is_theirs_now(database: Database) -> None:
    """Whoever reviews it now was never told; each occurrence is told anew."""
    staff(database, ANN)
    review = made(database, replace(NEW, role="Nobody", escalate_to=None))
    subscribed(database)
    assert told_on(database, days(-7)) == ["None"]
    with database.transaction() as session:
        find_review(session, review.id, lock=True).role = NEW.role
    assert told_on(database, days(-6)) == [ANN]
    held(database, review, ANCHOR, days(-5))
    assert told_on(database, date(2027, 2, 21)) == ["None", ANN]
    with database.reading() as session:
        heard = heard_of(session, [find_review(session, review.id)])
        assert heard == {review.id: {ANN: -7}}
        assert session.scalar(select(func.count()).select_from(OutboxEvent)) == 3
    states = [each.state for each in listed(database)]
    assert states == [State.CANCELLED, State.CANCELLED, State.WAITING, State.WAITING]
