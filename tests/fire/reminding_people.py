"""Reviews of which people are reminded, and what is to be told of them, reckoned another way.

Of each review a reminder falls due 30 and 7 days ahead, on the day, and every week after; whoever
looks on a day finds the latest only. So what is to be told follows from the days looked on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import func, select, text

from model.database import Database
from model.deliveries import Delivery, State
from model.events import EventType, OutboxEvent
from model.publishing import publish
from model.reviews import NewReview, set_up
from model.revisions import files_of, live_revision
from model.rosters import replace_roster
from rules.review_rules import ReviewKind

REVIEWER, ESCALATED_TO = "reviewer@example.org", "head@example.org"
ESCALATED_AFTER = 14
ROSTER = {
    "people": [
        {"name": "Robin", "email": REVIEWER},
        {"name": "Alex", "email": ESCALATED_TO},
    ],
    "groups": [],
    "roles": [
        {"role": "Reviewer", "held_by": REVIEWER},
        {"role": "Head", "held_by": ESCALATED_TO},
    ],
    "absences": [],
}
TOLD = text("""
    SELECT e.key, e.id, d.recipient, d.state, count(*) FROM outbox_events e
    JOIN deliveries d ON d.event_id = e.id WHERE e.type = 'review.due' AND d.recipient IS NOT NULL
    GROUP BY e.key, e.id, d.recipient, d.state
""")
TO_BE_TOLD = text("SELECT count(*) FROM reviews WHERE ended_at IS NULL AND remind_on <= :today")
BY_STATE = text("""
    SELECT d.state, count(*) FROM deliveries d JOIN outbox_events e ON e.id = d.event_id
    WHERE e.type = 'review.due' GROUP BY d.state
""")
NEXT_DUE = (
    select(func.min(Delivery.due_at))
    .join(OutboxEvent)
    .where(Delivery.state == State.WAITING, OutboxEvent.type == EventType.REVIEW_DUE)
)
HELD = text("SELECT review_id, number, count(*) FROM held_reviews GROUP BY review_id, number")

OFF = (0, 1, -14)
"""How many days off the days around which they fall: of the last, others hear on those days."""

Step = tuple[str, int, int]
"""A reminder: the id of the review, the number of the occurrence, the days from the due day."""

Reminder = tuple[str, int, int, str]
"""The same, to one address."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A review, and on which days its occurrences fall."""

    id: str
    title: str
    due_on: tuple[date, date]


def set_up_reviews(
    database: Database, count: int, days: tuple[date, date], now: datetime, chance: Random
) -> list[Subject]:
    """Set up reviews that fall around two days, and who is reminded of them."""
    made = []
    with database.transaction() as session:
        replace_roster(session, ROSTER, "Pat", now, lambda _: None)
        for number in range(count):
            off = timedelta(days=OFF[number % len(OFF)])
            due = (days[0] + off, days[1] + off)
            new = NewReview(
                ReviewKind.OTHER, f"subject-{number}", f"Subject {number}", "Reviewer",
                due[0], f"P{(due[1] - due[0]).days}D", None, "Head",
            )  # fmt: skip
            new_id = str(UUID(int=chance.getrandbits(128), version=4))
            review = set_up(session, new, new_id, now)
            made.append(Subject(review.id, new.title, due))
    return made


def have_no_quiet_hours(database: Database, now: datetime) -> None:
    """What falls due at night is told at night, and nothing is reviewed by rule."""
    with database.transaction() as session:
        files = dict(files_of(session, live_revision(session) or ""))
        del files["reviews.yaml"]
        publish(session, files, "Pat", now)


def latest(days: int) -> int | None:
    """Return the step that is told so many days after the due day; `None`: none has come yet."""
    if days >= 0:
        return days - days % 7
    return next((step for step in (-7, -30) if days >= step), None)


def to_be_told(subject: Subject, number: int, days_looked_on: Iterable[date]) -> set[Step]:
    """Return the reminders of one occurrence that whoever looks on these days finds."""
    steps = {latest((day - subject.due_on[number]).days) for day in days_looked_on}
    return {(subject.id, number, step) for step in steps if step is not None}


def people_to_be_told(steps: Iterable[Step]) -> Iterator[Reminder]:
    """Yield who is to be told of what."""
    for step in steps:
        yield (*step, REVIEWER)
        if step[2] >= ESCALATED_AFTER:
            yield (*step, ESCALATED_TO)


def is_caught_up(database: Database, today: date) -> bool:
    """Whether all that is to be told by a day is recorded."""
    with database.reading() as session:
        return not session.scalar(TO_BE_TOLD, {"today": today.isoformat()})


def reminders_by_state(database: Database) -> Counter[str]:
    """Return how many deliveries of reminders there are of each state."""
    with database.reading() as session:
        return Counter({row[0]: row[1] for row in session.execute(BY_STATE)})


def next_due(database: Database) -> datetime | None:
    """Return when the next reminder that waits is to be tried, if one waits."""
    with database.reading() as session:
        return session.scalar(NEXT_DUE)


def recorded(database: Database, subjects: Sequence[Subject]) -> Counter[Reminder]:
    """Return how often each reminder is recorded to people; all of them delivered, under one id."""
    ours = {subject.id: subject.due_on for subject in subjects}
    found: Counter[Reminder] = Counter()
    ids: dict[Step, set[str]] = {}
    with database.reading() as session:
        for key, message_id, recipient, state, count in session.execute(TOLD):
            review_id, due_on, days, _version = key.split("/")[1:]
            if review_id in ours:
                assert state == "delivered", (key, recipient, state)
                number = ours[review_id].index(date.fromisoformat(due_on))
                step = (review_id, number, int(days))
                found[*step, recipient] += count
                ids.setdefault(step, set()).add(message_id)
    assert {len(each) for each in ids.values()} == {1}
    return found


def held(database: Database) -> Counter[tuple[str, int]]:
    """Return how often each occurrence was recorded as held."""
    with database.reading() as session:
        return Counter({(row[0], row[1]): row[2] for row in session.execute(HELD)})
