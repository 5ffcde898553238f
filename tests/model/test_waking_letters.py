"""Letters that waited for the morning say what holds then, to those whom it is for then, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from model.access import Caller
from model.apart import Failed
from model.cases import Case
from model.database import Database
from model.erasing_words import forget_free_words
from model.events import EventType, OutboxEvent
from model.moment import Moment
from model.publishing import publish
from model.rosters import current_roster, replace_roster
from model.settings import HOME
from model.sleeping_letters import SleepingLetter
from model.telling_timers import tell_timers
from model.timing import TimerView
from model.waking_letters import FORGOTTEN_AFTER, LOOK_AGAIN, wake_letters
from rules.rule_book import read_files
from tests.model.clocked import HOURS, Clocked, event, office, on
from tests.model.lives import Lives
from tests.model.teams import LEVELS, PROVIDER, ROLES, STRATEGIST, letters, staff, texts
from tests.model.telling import claimed, settled, states, subscribed

CHICAGO = ZoneInfo("America/Chicago")
FRIDAY_NIGHT = Moment.at(datetime(2026, 11, 21, 3, tzinfo=UTC), CHICAGO)
MORNING = on(0, "13:00")
"""Monday at seven, in Chicago."""
SECOND = timedelta(seconds=1)
NEW = "new@x.example"


@dataclass(frozen=True)
class Desk(Lives):
    """A ticketing system in Chicago whose letters all wait for the morning."""

    def publish(self, old: str, new: str, file: str = "reviews.yaml") -> None:
        """Publish the rules with something changed in one of the files."""
        files = read_files(HOME / "rules")
        files = {**files, "reviews.yaml": files["reviews.yaml"].replace(SHIPPED, "[]")}
        assert old in files[file]
        files = {**files, file: files[file].replace(old, new, 1)}
        with self.database.transaction() as session:
            publish(session, files, "Pat", FRIDAY_NIGHT.now)

    def tell_timers(self, now: datetime) -> None:
        """Tell what timers have passed by now."""
        with self.database.transaction() as session:
            tell_timers(session, Moment.at(now, CHICAGO))

    def wake(self, now: datetime = MORNING, failed: Failed | None = None) -> list[str]:
        """Have letters wake, and send what goes out by then; return to whom it goes."""
        with self.database.transaction() as session:
            assert not wake_letters(session, Moment.at(now, CHICAGO), failed)
        parcels = claimed(self.database, now)
        settled(self.database, parcels, now, delivered=True)
        return [each.recipient or each.receiver for each in parcels]

    def away(self, email: str, since: str, deputy: str) -> None:
        """Have somebody be away from a day on, and another stand in for a provider."""
        with self.database.transaction() as session:
            document = {name: list(each) for name, each in current_roster(session).document.items()}
            document["people"] += [{"name": "Deputy", "email": deputy}]
            held = {"role": "Service Provider", "held_by": deputy, "agency": None, "deputy": True}
            document["roles"] += [held]
            document["absences"] += [{"person": email, "since": since}]
            now = FRIDAY_NIGHT.now
            replace_roster(session, document, "Dana", now, lambda _: None)


SHIPPED = "[case.rerouted, timer.breached]"


@pytest.fixture
def desk(bundled: Database, caller: Caller) -> Desk:
    """It decides cases on a Friday at nine in the evening."""
    staff(bundled)
    made = Desk(bundled, caller, FRIDAY_NIGHT)
    made.publish("quiet:", "quiet:")
    return made


def clocked(desk: Desk) -> Clocked:
    """Return the timers of its cases, by the hours of an office."""
    made = Clocked(desk.database, desk.caller)
    made.calendar(hours=office("09:00-17:00"))
    return made


def asleep(database: Database) -> int:
    """Return how many letters sleep."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(SleepingLetter)) or 0


def test_who_takes_the_role_over_at_night_hears_in_the_morning(desk: Desk) -> None:
    """And whoever left it does not; once, however often one looks."""
    desk.decide("CRM-1", None, in_catalog=True)
    staff(desk.database, {**ROLES, "Service Provider": NEW})
    assert desk.wake(MORNING - SECOND) == []
    assert desk.wake() == [NEW]
    assert desk.wake(MORNING + LOOK_AGAIN) == []
    assert states(desk.database) == ["delivered"]


def test_a_deputy_hears_where_the_holder_is_away_by_then(desk: Desk) -> None:
    """It counts who is there on Monday, not on the Friday on which it was written."""
    desk.away(PROVIDER, "2026-11-23", NEW)
    desk.decide("CRM-1", None, in_catalog=True)
    assert desk.wake() == [NEW]


def test_an_agencys_own_holder_of_the_day_hears(desk: Desk) -> None:
    """By what the case says by then of whom it is for."""
    desk.decide("CRM-1", None, in_catalog=True)
    desk.patch("CRM-1", agency="Health")
    staff(desk.database, health={"Service Provider": NEW})
    assert desk.wake() == [NEW]


def test_where_nobody_is_there_a_letter_is_not_lost(desk: Desk) -> None:
    """It waits until the roster names somebody; whoever else hears is told that nobody is named."""
    staff(desk.database, {"Service Level Manager": LEVELS})
    desk.decide("CRM-1", None, in_catalog=True)
    assert desk.wake() == []
    staff(desk.database, {"Service Provider": NEW})
    assert desk.wake(MORNING + LOOK_AGAIN - SECOND) == []
    assert desk.wake(MORNING + LOOK_AGAIN) == [NEW]
    assert "names nobody for initiator" in texts(desk.database)[0]


def test_it_is_not_looked_for_somebody_for_ever(desk: Desk) -> None:
    """A role that nobody ever has: as long as a letter is tried, and no longer."""
    staff(desk.database, {"Service Level Manager": LEVELS})
    desk.decide("CRM-1", None, in_catalog=True)
    for day in (4, 7):
        assert desk.wake(on(day, "13:00")) == []
        is_over = on(day, "13:00") >= FRIDAY_NIGHT.now + FORGOTTEN_AFTER
        assert asleep(desk.database) == (0 if is_over else 1)
    assert is_over


def test_of_several_moves_in_a_night_the_last_one_is_told(desk: Desk) -> None:
    """Also where it comes back to the first team; what is known of other cases stays."""
    for ref, in_catalog in (("CRM-1", True), ("CRM-2", True), ("CRM-1", False), ("CRM-1", True)):
        desk.decide(ref, None, in_catalog=in_catalog)
    assert desk.wake() == [PROVIDER, PROVIDER]
    [first, second] = sorted(texts(desk.database))
    assert first.startswith("CRM-1\n")
    assert "Before, it was with Agency IT Strategist" in first
    assert second.startswith("CRM-2\n")


def test_a_program_is_told_at_night_of_each_under_the_same_id(desk: Desk) -> None:
    """The letter of the last follows in the morning."""
    subscriber = subscribed(desk.database, EventType.CASE_REROUTED).subscription.id
    for in_catalog in (False, True, False):
        desk.decide("CRM-1", None, in_catalog=in_catalog)
    [first, last] = claimed(desk.database, FRIDAY_NIGHT.now)
    settled(desk.database, [first, last], delivered=True)
    assert [first.receiver, last.receiver] == [subscriber] * 2
    with desk.database.transaction() as session:
        wake_letters(session, Moment.at(MORNING, CHICAGO))
    [letter] = claimed(desk.database, MORNING)
    assert (letter.recipient, letter.message_id) == (STRATEGIST, last.message_id)


def test_what_is_erased_at_night_is_in_no_letter(desk: Desk) -> None:
    """Though it was written when the case still had its title."""
    desk.decide("CRM-1", None, in_catalog=True)
    with desk.database.transaction() as session:
        session.execute(update(Case).values(title="Mail for Ann"))
        session.execute(update(OutboxEvent).values(text="CRM-1, Mail for Ann"))
        forget_free_words(session, session.scalars(select(Case)).all())
    desk.wake()
    assert letters(desk.database) == [("CRM-1: fulfil from catalog (Service Provider)", PROVIDER)]
    assert texts(desk.database)[0].startswith("CRM-1\n\nWhat is to be done: fulfil from catalog.")


def test_what_is_looked_at_in_the_next_night_waits_for_its_end(desk: Desk) -> None:
    """After a day on which the service was off."""
    desk.decide("CRM-1", None, in_catalog=True)
    assert desk.wake(MORNING + 12 * HOURS) == []
    assert desk.wake(MORNING + 24 * HOURS - SECOND) == []
    assert desk.wake(MORNING + 24 * HOURS) == [PROVIDER]


def test_letters_that_are_switched_off_meanwhile_are_not_written(desk: Desk) -> None:
    """Of moves and timers: the ticketing system writes its own from then on."""
    desk.decide("CRM-1", None, in_catalog=True)
    clocked(desk).open(event("start", on(-1, "10:00")), calendar=None, now=on(-1, "16:00"))
    desk.tell_timers(on(-1, "16:00"))
    assert asleep(desk.database) == 2
    desk.publish("decision: routing", "letters: false\ndecision: routing", "routing.yaml")
    assert desk.wake() == []
    assert asleep(desk.database) == 0


def test_however_many_look_at_once_it_goes_out_once(desk: Desk) -> None:
    """Each takes what no other has in hand."""
    for number in range(6):
        desk.decide(f"CRM-{number}", None, in_catalog=True)

    def wake(_: int) -> None:
        desk.database.write(lambda session: wake_letters(session, Moment.at(MORNING, CHICAGO)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(wake, range(4)))
    desk.wake()
    assert states(desk.database) == ["delivered"] * 6


def test_one_that_cannot_be_written_holds_up_no_other(desk: Desk) -> None:
    """It is named, and tried again later."""
    for ref in ("CRM-1", "CRM-2"):
        desk.decide(ref, None, in_catalog=True)
    with desk.database.transaction() as session:
        broken = update(OutboxEvent).where(OutboxEvent.subject == "cases/CRM-1")
        session.execute(broken.values(data={"decision": "routing"}))
    failed: Failed = {}
    assert desk.wake(failed=failed) == [PROVIDER]
    assert [each.partition("/")[0] for each in failed] == ["letters"]
    assert asleep(desk.database) == 1
    failed.clear()
    assert desk.wake(MORNING + LOOK_AGAIN - SECOND, failed) == []
    assert failed == {}


def warned(desk: Desk, clocks: Clocked) -> TimerView:
    """Have half a timer's eight hours pass on Monday, before anybody is in."""
    desk.publish('until: "07:00"', 'until: "09:00"')
    timer = clocks.open(event("start", on(0, "05:00")))
    desk.tell_timers(on(0, "13:00"))
    assert asleep(desk.database) == 2
    return timer


NINE = on(0, "15:00")
"""Monday at nine, in Chicago."""


@pytest.fixture
def clocks(desk: Desk) -> Clocked:
    """Timers of a case that a provider has."""
    desk.decide("CRM-1", None, in_catalog=True)
    return clocked(desk)


def warnings(desk: Desk) -> list[str]:
    """Return the letters about timers."""
    return [title.partition(": ")[2] for title, _ in letters(desk.database) if "timer" in title]


HALF = "the fulfilment timer has used 50 percent of its time"


def test_a_warning_gives_the_time_that_is_left_by_the_calendar_of_the_morning(
    desk: Desk, clocks: Clocked
) -> None:
    """Whether it was counted anew meanwhile or not."""
    warned(desk, clocks)
    clocks.change(office("09:00-15:00"))
    assert desk.wake(NINE) == [PROVIDER, PROVIDER]
    assert warnings(desk) == [f"{HALF}, due at 2026-11-24 05:00 CST"]


@pytest.mark.parametrize("counted", [False, True])
def test_a_warning_that_no_longer_holds_is_told_once_it_does(
    desk: Desk, clocks: Clocked, counted: bool
) -> None:
    """By the new hours the half is passed later that day: then, and not before."""
    warned(desk, clocks)
    clocks.change(office("09:00-10:00", "12:30-22:00"))
    if counted:
        desk.tell_timers(on(0, "13:01"))
    assert desk.wake(NINE) == [PROVIDER]
    for clock in ("15:10", "15:20", "15:29"):
        assert desk.wake(on(0, clock)) == []
    assert desk.wake(on(0, "15:30")) == [PROVIDER]
    assert warnings(desk) == [f"{HALF}, due at 2026-11-23 13:30 CST"]


def test_a_pause_that_is_told_late_holds_a_warning_back(desk: Desk, clocks: Clocked) -> None:
    """Until the clock has gone on, and comes to its half."""
    timer = warned(desk, clocks)
    clocks.tell(timer, event("pause", on(0, "12:30")), now=on(0, "14:00"))
    assert desk.wake(NINE) == [PROVIDER]
    clocks.tell(timer, event("resume", on(0, "15:05")), now=on(0, "15:05"))
    assert desk.wake(on(0, "15:10")) == []
    assert desk.wake(on(0, "15:34")) == []
    assert desk.wake(on(0, "15:35")) == [PROVIDER]
    assert warnings(desk) == [f"{HALF}, due at 2026-11-24 05:35 CST"]


def test_of_a_clock_that_stands_still_since_it_is_said_what_was_used(
    desk: Desk, clocks: Clocked
) -> None:
    """It holds, and nothing is due."""
    timer = warned(desk, clocks)
    clocks.tell(timer, event("pause", on(0, "13:30")), now=on(0, "14:00"))
    assert desk.wake(NINE) == [PROVIDER, PROVIDER]
    assert warnings(desk) == [HALF]


@pytest.mark.parametrize("what", ["stop", "cancel"])
def test_of_what_is_done_by_the_morning_no_warning_goes_out(
    desk: Desk, clocks: Clocked, what: str
) -> None:
    """It is taken back at once."""
    timer = warned(desk, clocks)
    clocks.tell(timer, event(what, on(0, "14:00")), now=on(0, "14:00"))
    assert asleep(desk.database) == 1
    assert desk.wake(NINE) == [PROVIDER]


def test_what_ran_out_by_the_morning_is_not_said_to_be_left(desk: Desk, clocks: Clocked) -> None:
    """Also where the calendar was changed so, and nobody has found the breach yet: that is told."""
    warned(desk, clocks)
    clocks.change(office("05:00-17:00"))
    assert desk.wake(NINE) == [PROVIDER]
    assert asleep(desk.database) == 0
    desk.tell_timers(NINE)
    assert desk.wake(NINE) == [PROVIDER, LEVELS]


def test_who_has_the_case_by_then_is_warned(desk: Desk, clocks: Clocked) -> None:
    """It went on in the night, after the half was passed."""
    warned(desk, clocks)
    desk.decide("CRM-1", None, in_catalog=False)
    assert desk.wake(NINE) == [STRATEGIST, STRATEGIST]


def test_a_breach_that_waits_is_told_to_who_holds_the_roles_by_then(
    desk: Desk, clocks: Clocked
) -> None:
    """With the time at which it ran out; what was left before it is not told."""
    clocks.open(event("start", on(-3, "09:00")), calendar=None, now=on(-3, "17:00"))
    desk.tell_timers(on(-2, "06:00"))
    staff(desk.database, {**ROLES, "Service Level Manager": NEW})
    assert desk.wake() == [PROVIDER, PROVIDER, NEW]
    assert warnings(desk) == ["the fulfilment timer ran out at 2026-11-20 11:00 CST"] * 2
