"""The jobs: what each does when it is its time, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from sqlalchemy import select, update

from model.access import Role, authenticate, create_key
from model.agreements import Agreement
from model.checkpoints import latest, waiting_count
from model.database import Database
from model.events import EventType, OutboxEvent
from model.heartbeats import lateness
from model.housekeeping import KEPT_FOR
from model.kept_answers import KEPT_FOR as ANSWERS_KEPT_FOR
from model.kept_answers import KeptAnswer
from model.mail_server import MailServer
from model.moment import Moment
from model.publishing import publish
from model.record_walks import EVERY
from model.sealing import SEAL_EVERY
from model.settings import HOME
from model.timers import Timer
from model.verifications import last_verification
from rules.clocks.timer import BREACH
from rules.errors import Unable
from rules.rule_book import read_files
from scheduler import jobs
from scheduler.parts import Parts
from tests.model.agreed import agreed, awaited
from tests.model.clocked import Clocked, event
from tests.model.lives import Lives
from tests.model.offered import offer
from tests.model.recorded import attack
from tests.model.reviewed import NEW, made
from tests.model.teams import ALLIANCES, ASSOCIATE, PROVIDER, STEERING, staff
from tests.model.telling import NOW, SECRET, happened, states, subscribed
from tests.scheduler.conftest import Clock, Postbox, parts_on
from tests.scheduler.receiving import Receiving

SECOND = timedelta(seconds=1)


@pytest.fixture
def lives(database: Database) -> Lives:
    """A ticketing system, with the bundled rules live."""
    with database.transaction() as session:
        publish(session, read_files(HOME / "rules"), "Pat", NOW)
        new = create_key(session, "Roundup", [Role.TICKETING], SECRET, NOW)
        caller = authenticate(session, new.key, SECRET, NOW)
    return Lives(database, caller, Moment(NOW, NOW.date()))


def test_what_is_due_is_delivered(parts: Parts, receiver: Receiving) -> None:
    """And while there is more, the tick is not late."""
    subscribed(parts.database, url=receiver.url(), hosts=("127.0.0.1",))
    happened(parts.database)
    jobs.deliver(parts)
    assert states(parts.database) == ["delivered"]
    with parts.database.reading() as session:
        late = lateness(session, {jobs.DELIVER: SECOND}, parts.clock())
    assert late == {jobs.DELIVER: timedelta(0)}


def test_the_record_is_sealed_when_it_is_time(lives: Lives, clock: Clock) -> None:
    """Though nobody asks anything: an hour after the last seal, and not before."""
    parts = parts_on(lives.database, clock)
    lives.decide("CRM-1", in_catalog=False)
    jobs.seal(parts)
    lives.decide("CRM-1", in_catalog=True)
    jobs.seal(parts)
    assert sealed(lives.database) == (1, 1)
    clock.advance(SEAL_EVERY)
    jobs.seal(parts)
    assert sealed(lives.database) == (2, 0)


def test_the_record_is_verified_without_being_asked(lives: Lives, clock: Clock) -> None:
    """An hour later again; a row that is not as it was written is named in the log."""
    parts = parts_on(lives.database, clock)
    lives.decide("CRM-1", in_catalog=False)
    jobs.verify_record(parts)
    with lives.database.reading() as session:
        last = last_verification(session)
    assert last is not None
    assert (last.at, last.decisions, last.findings) == (clock(), 1, 0)
    attack(lives.database, "UPDATE decisions SET stage = 'forged'")
    clock.advance(EVERY)
    with pytest.raises(Unable, match=r"1 findings .* \(case CRM-1, version 1\): altered"):
        jobs.verify_record(parts)
    with lives.database.reading() as session:
        last = last_verification(session)
    assert last is not None
    assert last.findings == 1


def sealed(database: Database) -> tuple[int, int]:
    """Return the number of the last checkpoint, and how many decisions wait."""
    with database.reading() as session:
        last = latest(session)
        return last.seq if last else 0, waiting_count(session, 10)


def test_old_answers_are_forgotten(parts: Parts, clock: Clock) -> None:
    """After thirty days, whoever asks for anything or not."""
    database = parts.database
    with database.transaction() as session:
        key = create_key(session, "x", [Role.TICKETING], SECRET, clock.now)
        for name, at in (("old", clock.now), ("new", clock.now + SECOND)):
            answer = {"request_hash": "h", "status": 201, "body": "{}", "created_at": at}
            session.add(KeptAnswer(api_key_id=key.id, key=name, **answer))
    clock.advance(ANSWERS_KEPT_FOR)
    jobs.purge_answers(parts)
    with database.reading() as session:
        assert session.scalars(select(KeptAnswer.key)).all() == ["new"]


def test_the_house_is_kept(parts: Parts, clock: Clock, receiver: Receiving) -> None:
    """What was delivered is gone a month later."""
    subscribed(parts.database, url=receiver.url(), hosts=("127.0.0.1",))
    happened(parts.database)
    jobs.deliver(parts)
    jobs.keep_house(parts)
    assert states(parts.database) == ["delivered"]
    clock.advance(KEPT_FOR + timedelta(hours=1))
    jobs.keep_house(parts)
    assert states(parts.database) == []


def test_the_house_makes_good_what_older_processes_left_undone(parts: Parts, clock: Clock) -> None:
    """A timer of which one took the breach for told is waited for again."""
    database = parts.database
    with database.transaction() as session:
        new = create_key(session, "Roundup", [Role.TICKETING], SECRET, NOW)
        desk = Clocked(database, authenticate(session, new.key, SECRET, NOW))
    desk.case()
    started = clock.now - timedelta(hours=9)
    timer = desk.open(event("start", started), now=clock.now, calendar=None, thresholds=())
    assert desk.marks(clock.now) == [BREACH]
    still = event("pause", started + SECOND), event("resume", clock.now - SECOND)
    desk.tell(timer, *still, now=clock.now)
    with database.transaction() as session:
        session.execute(update(Timer).values(next_at=None))
    jobs.keep_house(parts)
    with database.reading() as session:
        assert session.scalars(select(Timer.next_at)).one() is not None


WAITING = {
    "origin": "agency", "in_catalog": False, "need_or_want": "need", "existing_service_fits": False,
    "part_addition_fits": False, "project_needed": True, "project_initiated": True,
    "research_report_complete": True, "needed_by": "2027-03-20",
}  # fmt: skip


def test_the_day_moves_cases_and_their_teams_are_told(lives: Lives, clock: Clock) -> None:
    """On the day its date comes within the window; who listens hears that it goes elsewhere."""
    parts = parts_on(lives.database, clock)
    subscribed(lives.database, EventType.CASE_REROUTED)
    lives.decide("CRM-1", None, **WAITING)
    jobs.reconsider_cases(parts)
    assert states(lives.database) == []
    clock.advance(timedelta(days=28))
    jobs.reconsider_cases(parts)
    assert states(lives.database) == ["waiting"]
    entry = lives.history("CRM-1")[0]
    assert (entry.what, entry.by) == ("decided", "Tollgate")


NIGHT = timedelta(days=1, hours=12)
"""From the moment of the tests, a Sunday morning, to the night of Monday."""


def test_a_letter_of_the_night_is_sent_in_the_morning(
    lives: Lives, clock: Clock, mail_server: MailServer, postbox: Postbox
) -> None:
    """By the hours of the service's zone; one that cannot be written is named, and stops none."""
    parts = parts_on(lives.database, clock, mail_server)
    files = read_files(HOME / "rules")
    reviews = files["reviews.yaml"].replace("[case.rerouted, timer.breached]", "[]")
    with lives.database.transaction() as session:
        publish(session, {**files, "reviews.yaml": reviews}, "Pat", NOW)
    staff(lives.database)
    clock.advance(NIGHT)
    night = replace(lives, moment=Moment.at(clock.now, parts.settings.timezone))
    night.decide("CRM-1", None, in_catalog=True)
    night.decide("CRM-2", None, in_catalog=False)
    with lives.database.transaction() as session:
        ours = update(OutboxEvent).where(OutboxEvent.subject == "cases/CRM-2")
        session.execute(ours.values(data={"decision": "routing"}))
    jobs.deliver(parts)
    assert postbox.recipients == []
    clock.advance(timedelta(hours=12))
    with pytest.raises(Unable, match="letters/"):
        jobs.deliver(parts)
    assert postbox.recipients == [PROVIDER]
    jobs.deliver(parts)
    assert postbox.recipients == [PROVIDER]


def test_the_letters_about_a_case_form_one_thread(
    lives: Lives, clock: Clock, mail_server: MailServer, postbox: Postbox
) -> None:
    """From its first team to the one that the day moves it to: what a mail program shows together.

    Over SMTP, in plain text and HTML; each once, however often it is delivered.
    """
    parts = parts_on(lives.database, clock, mail_server)
    staff(lives.database)
    lives.decide("CRM-1", None, **WAITING)
    lives.decide("CRM-2", None, in_catalog=True)
    clock.advance(timedelta(days=28))
    jobs.reconsider_cases(parts)
    for _ in range(2):
        jobs.deliver(parts)
    assert sorted(postbox.recipients) == sorted([STEERING, PROVIDER, ASSOCIATE, ALLIANCES])
    threads: dict[str, list[str]] = {}
    for content in postbox.letters:
        letter = message_from_bytes(content, policy=default)
        assert isinstance(letter, EmailMessage)
        threads.setdefault(letter["References"], []).append(letter["Subject"].partition(",")[0])
        bodies = [letter.get_body([kind]) for kind in ("plain", "html")]
        assert all(body and "What is to be done:" in body.get_content() for body in bodies)
    subjects = [[each.partition(":")[0] for each in thread] for thread in threads.values()]
    assert sorted(subjects) == [["CRM-1"] * 3, ["CRM-2"]]


def test_timers_are_told(parts: Parts) -> None:
    """With none there is nothing to tell, and nothing goes wrong."""
    subscribed(parts.database)
    jobs.tell_timers(parts)
    assert states(parts.database) == []


def test_planned_days_of_services_are_told(parts: Parts, clock: Clock) -> None:
    """Once they are near, each once."""
    subscribed(parts.database, EventType.SERVICE_ANNOUNCED)
    with parts.database.transaction() as session:
        on = clock().date() + timedelta(days=30)
        offer(session, "mail", "Mail").planned_end_on = on
    jobs.tell_plans(parts)
    assert states(parts.database) == []
    clock.advance(timedelta(days=3))
    for _ in range(2):
        jobs.tell_plans(parts)
        assert states(parts.database) == ["waiting"]


def test_agreements_are_reported(parts: Parts, clock: Clock) -> None:
    """A period that ended is told to who listens, once."""
    subscribed(parts.database, EventType.AGREEMENT_REPORTED)
    agreed(parts.database)
    clock.advance(timedelta(days=11))
    for _ in range(2):
        jobs.remind(parts)
        assert states(parts.database) == ["waiting"]


def test_agreements_bring_their_reviews(parts: Parts, clock: Clock) -> None:
    """Nobody sets them up; who listens hears a week ahead of the one of the 30th, once."""
    clock.advance(timedelta(days=1))
    subscribed(parts.database, EventType.REVIEW_DUE)
    agreed(parts.database)
    for _ in range(2):
        jobs.remind(parts)
        assert [what for what, _ in awaited(parts.database)] == [""]
        assert states(parts.database) == ["waiting"]


def test_what_cannot_be_looked_at_keeps_nobody_from_being_reminded(
    parts: Parts, clock: Clock
) -> None:
    """An agreement that nothing can be read of is told as a fault, after the reminders."""
    subscribed(parts.database)
    broken = agreed(parts.database)
    made(parts.database, replace(NEW, anchor=clock.now.date()))
    with parts.database.transaction() as session:
        session.execute(update(Agreement).where(Agreement.id == broken.id).values(review_every="P"))
    with pytest.raises(Unable, match="not a period"):
        jobs.remind(parts)
    assert states(parts.database) == ["waiting"]
