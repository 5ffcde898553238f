"""Reminders: each told once, to whoever holds the role that day, late rather than never."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update

from model.database import Database
from model.deliveries import Delivery, State
from model.events import OutboxEvent
from model.overdue_reviews import overdue
from model.preparing_reviews import Prepared, prepare_review
from model.publishing import publish
from model.reminding import remind_due
from model.reviews import end_review, find_review
from model.rosters import replace_roster
from rules.review_rules import ReviewKind
from rules.rule_book import RuleFiles
from tests.model.portfolio import Portfolio
from tests.model.reviewed import ANCHOR, NEW, NOW, at, held, made
from tests.model.telling import subscribed

AWAY = date(2027, 1, 28)
"""The manager is away from this day on."""
SLM, DEPUTY, HEAD = "slm@x.example", "deputy@x.example", "head@x.example"


def staff(database: Database) -> None:
    """Have a service level manager, who is away at the end of January, and a head of IT."""
    document: dict[str, list[dict[str, object]]] = {
        "people": [{"name": email.split("@")[0], "email": email} for email in (SLM, DEPUTY, HEAD)],
        "groups": [],
        "roles": [
            {"role": "Service Level Manager", "held_by": SLM},
            {"role": "Service Level Manager", "held_by": DEPUTY, "deputy": True},
            {"role": "Head of IT", "held_by": HEAD},
        ],
        "absences": [{"person": SLM, "since": "2027-01-28", "until": "2027-02-03"}],
    }
    with database.transaction() as session:
        replace_roster(session, document, "Dana", NOW, lambda _: None)


def remind(database: Database, day: date) -> int:
    """Tell what is due on a day."""
    with database.transaction() as session:
        return remind_due(session, at(day)).told


def letters(database: Database) -> list[tuple[str, str, str]]:
    """Return what was told (when it is, and of what), and to whom, in order."""
    with database.reading() as session:
        rows = session.execute(
            select(OutboxEvent.title, Delivery.recipient)
            .join(Delivery, Delivery.event_id == OutboxEvent.id)
            .order_by(Delivery.id)
        ).all()
    split = [(*str(title).partition(": "), str(recipient)) for title, recipient in rows]
    return [(when, what, recipient) for when, _, what, recipient in split]


def told(database: Database) -> list[tuple[str, str]]:
    """Return when what was told is, and to whom, in order."""
    return [(when, recipient) for when, _, recipient in letters(database)]


def told_of(database: Database) -> list[tuple[str, str]]:
    """Return of what people were told, and whom, in order."""
    return [(what, recipient) for _, what, recipient in letters(database)]


def test_whoever_holds_the_role_that_day_hears_of_it(database: Database) -> None:
    """The deputy while the manager is away; two weeks overdue, whom it escalates to as well."""
    staff(database)
    made(database)
    for day in range(-40, 15):
        remind(database, ANCHOR + timedelta(days=day))
    assert told(database) == [
        ("Review in 30 days", SLM),
        ("Review in 7 days", SLM),
        ("Review today", DEPUTY),
        ("Review overdue by 7 days", SLM),
        ("Review overdue by 14 days", SLM),
        ("Review overdue by 14 days", HEAD),
    ]


def test_of_several_that_were_missed_the_latest_is_told(database: Database) -> None:
    """A service that was away for two months tells one reminder, not five."""
    staff(database)
    made(database)
    assert remind(database, ANCHOR + timedelta(days=10)) == 1
    assert told(database) == [("Review overdue by 10 days", SLM)]
    assert remind(database, ANCHOR + timedelta(days=13)) == 0


def test_a_review_that_was_held_is_reminded_of_no_more(database: Database) -> None:
    """Until its next occurrence comes near: that of a month from its seven days on."""
    staff(database)
    review = made(database)
    held(database, review, ANCHOR, date(2027, 1, 20))
    assert remind(database, date(2027, 2, 20)) == 0
    assert remind(database, date(2027, 2, 21)) == 1
    assert told(database) == [("Review in 7 days", SLM)]


def test_many_processes_tell_each_reminder_once(database: Database) -> None:
    """However many look at the same time; subscribers hear of it under one id."""
    staff(database)
    subscribed(database)
    for number in range(8):
        made(database, replace(NEW, subject=f"s{number}"))
    with ThreadPoolExecutor(4) as pool:
        looks = pool.map(
            lambda _: database.write(lambda session: remind_due(session, at(ANCHOR)).told), range(4)
        )
        assert sum(looks) == 8
    with database.reading() as session:
        keys = session.scalars(select(OutboxEvent.key)).all()
    assert len(keys) == len(set(keys)) == 8
    assert len(told(database)) == 16


def test_a_role_that_nobody_holds_is_told_to_subscribers_alone(database: Database) -> None:
    """Nothing is lost for want of a roster: who listens hears of it."""
    subscribed(database)
    made(database)
    assert remind(database, ANCHOR) == 1
    assert told(database) == [("Review today", "None")]


REVIEWS = """\
reminders:
  - for: [service_level]
    days_ahead: [45, 0]
    overdue_every: 3
    escalates_after: 3
    escalates_to: Service Level Manager
quiet:
  from: "18:00"
  until: "07:00"
"""


def test_other_rules_move_the_reminders_that_are_to_come(
    published: Database, rule_files: RuleFiles
) -> None:
    """From the moment they are published; what was told is not told again."""
    staff(published)
    made(published)
    assert remind(published, ANCHOR - timedelta(days=30)) == 1
    with published.transaction() as session:
        publish(session, {**rule_files, "reviews.yaml": REVIEWS}, "Pat", NOW)
    for day in range(-29, 4):
        remind(published, ANCHOR + timedelta(days=day))
    assert told(published) == [
        ("Review in 30 days", SLM),
        ("Review today", DEPUTY),
        ("Review overdue by 3 days", SLM),
        ("Review overdue by 3 days", HEAD),
    ]


def test_in_the_quiet_hours_nobody_is_told_and_nothing_is_lost(
    published: Database, rule_files: RuleFiles
) -> None:
    """What falls due at night is told in the morning, by the clock of the service's zone."""
    staff(published)
    made(published)
    with published.transaction() as session:
        publish(session, {**rule_files, "reviews.yaml": REVIEWS}, "Pat", NOW)
    for hour, expected in ((0, 0), (6, 0), (7, 1), (8, 0)):
        local = datetime.combine(ANCHOR, time(hour))
        with published.transaction() as session:
            assert remind_due(session, at(ANCHOR), local).told == expected


def test_what_was_done_meanwhile_nobody_is_told_any_more(database: Database) -> None:
    """A reminder on its way is taken back once the review is held; what was delivered stays."""
    staff(database)
    review, other = made(database), made(database, replace(NEW, subject="other"))
    remind(database, ANCHOR - timedelta(days=30))
    with database.transaction() as session:
        session.execute(update(Delivery).values(state=State.DELIVERED))
    remind(database, ANCHOR - timedelta(days=7))
    held(database, review, ANCHOR, ANCHOR - timedelta(days=6))
    with database.transaction() as session:
        event_of = {event.id: event.subject for event in session.scalars(select(OutboxEvent))}
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        found = {(event_of[row.event_id], row.state) for row in rows}
    assert found == {
        (f"reviews/{review.id}", State.DELIVERED),
        (f"reviews/{review.id}", State.CANCELLED),
        (f"reviews/{other.id}", State.DELIVERED),
        (f"reviews/{other.id}", State.WAITING),
    }


def test_where_nobody_holds_the_role_it_comes_to_the_others_at_once(database: Database) -> None:
    """Thirty days ahead already: two weeks overdue would be late."""
    staff(database)
    made(database, replace(NEW, role="Nobody"))
    assert remind(database, ANCHOR - timedelta(days=30)) == 1
    assert told(database) == [("Review in 30 days", HEAD)]


def test_a_reminder_waits_for_somebody_to_hear_it(database: Database) -> None:
    """They hear of it on the day on which the role is filled; until then it counts as unheard."""
    made(database)
    for day in range(-30, 2):
        assert remind(database, ANCHOR + timedelta(days=day)) == 0
    with database.reading() as session:
        assert overdue(session, ANCHOR + timedelta(days=1)) == {"heard": 0, "unheard": 1}
    staff(database)
    assert remind(database, ANCHOR + timedelta(days=3)) == 1
    assert told(database) == [("Review overdue by 3 days", SLM)]
    with database.reading() as session:
        assert overdue(session, ANCHOR + timedelta(days=3)) == {"heard": 1, "unheard": 0}


def test_whoever_answers_for_the_service_itself_hears_of_its_gate(portfolio: Portfolio) -> None:
    """By name or by address; one whom the roster does not know, or who is away, leaves the role."""
    database, day = portfolio.database, ANCHOR - timedelta(days=30)
    staff(database)
    for key, named in (("a", "deputy"), ("b", HEAD), ("c", "Somebody"), ("d", SLM)):
        portfolio.make(key, line_manager=named)
        review = replace(NEW, kind=ReviewKind.TOLLGATE_5, subject=key, title=key)
        made(database, replace(review, anchor=ANCHOR if key != "d" else AWAY + timedelta(days=30)))
    remind(database, day)
    remind(database, AWAY)
    by_title = {(event, person) for event, person in told_of(database)}
    assert by_title >= {("a", DEPUTY), ("b", HEAD), ("c", SLM), ("d", DEPUTY)}
    assert {person for event, person in by_title if event == "a"} == {DEPUTY}


def test_a_reminder_says_where_it_is_prepared(database: Database) -> None:
    """Whoever is reminded is sent there; the next occurrence has its own."""
    staff(database)
    review = made(database)
    where = "https://documents.example/figures.pdf"
    with database.transaction() as session:
        prepare_review(session, review.id, Prepared(ANCHOR, where, None), "Ann", NOW)
    remind(database, ANCHOR)
    held(database, review, ANCHOR, ANCHOR)
    remind(database, date(2027, 2, 28))
    with database.reading() as session:
        texts = session.scalars(select(OutboxEvent.text).order_by(OutboxEvent.at)).all()
    assert [where in str(text) for text in texts] == [True, False]


def test_one_that_ended_and_goes_on_is_reminded_of_again(database: Database) -> None:
    """Its reminder was taken back when it ended: nobody has heard of the day that is awaited."""
    staff(database)
    review = made(database)
    remind(database, ANCHOR - timedelta(days=7))
    with database.transaction() as session:
        end_review(session, find_review(session, review.id), NOW)
    made(database)
    assert remind(database, ANCHOR - timedelta(days=6)) == 1
    with database.reading() as session:
        found = session.scalars(select(Delivery.state).order_by(Delivery.id)).all()
    assert found == [State.CANCELLED, State.WAITING]
