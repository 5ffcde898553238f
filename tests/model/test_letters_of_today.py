"""A letter that waited says what holds by the morning, and goes to whoever it is for by then."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import select, update

from model.access import Caller
from model.cases import Case
from model.database import Database
from model.erasing_words import forget_free_words
from model.events import OutboxEvent
from model.timer_views import TimerView
from model.timers import TimerEventRow
from tests.model.asleep import FRIDAY_NIGHT, MORNING, NEW, Desk, asleep
from tests.model.clocked import HOURS, Clocked, event, office, on
from tests.model.teams import LEVELS, PROVIDER, ROLES, STRATEGIST, letters, staff, texts

SECOND = timedelta(seconds=1)


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


def test_an_agencys_own_holder_of_the_day_hears(desk: Desk) -> None:
    """By what the case says by then of whom it is for."""
    desk.decide("CRM-1", None, in_catalog=True)
    desk.patch("CRM-1", agency="Health")
    staff(desk.database, health={"Service Provider": NEW})
    assert desk.wake() == [NEW]


def test_what_was_answered_at_night_is_asked_no_more(desk: Desk) -> None:
    """The case stayed with its team, and what is asked of it now is another thing."""
    desk.decide("CRM-1", None, origin="agency", in_catalog=False)
    answer = desk.decide("CRM-1", None, need_or_want="need")
    assert desk.wake() == [STRATEGIST]
    [text] = texts(desk.database)
    needs = cast("list[dict[str, str]]", answer.body["needs"])
    assert [each["fact"] for each in needs] == ["existing_service_fits", "part_addition_fits"]
    assert all(each["question"] in text for each in needs)
    assert "need or a want" not in text
    assert f"GET /api/v1/decisions/{answer.body['id']}" in text


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
    """It is looked at once more, and is over."""
    timer = warned(desk, clocks)
    clocks.tell(timer, event(what, on(0, "14:00")), now=on(0, "14:00"))
    assert desk.wake(NINE) == [PROVIDER]
    assert asleep(desk.database) == 0


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


def test_a_breach_that_was_none_and_came_after_all_is_told_as_it_came(desk: Desk) -> None:
    """Once, though both were found in the same night; half of the time is told no more."""
    desk.decide("CRM-1", None, in_catalog=True)
    timers = clocked(desk)
    timer = timers.open(event("start", on(-1, "01:00")), calendar=None, now=on(-1, "01:00"))
    desk.tell_timers(on(-1, "09:30"))
    before = asleep(desk.database)
    timers.tell(timer, event("pause", on(-1, "08:00")), now=on(-1, "10:00"))
    assert asleep(desk.database) == before - 1
    timers.tell(timer, event("resume", on(-1, "11:00")), now=on(-1, "11:00"))
    desk.tell_timers(on(-1, "12:30"))
    assert asleep(desk.database) == before
    assert desk.wake() == [PROVIDER, PROVIDER, LEVELS]
    assert len([each for each in texts(desk.database) if "ran out at" in each]) == 1
    assert any("ran out at 2026-11-22 06:00" in each for each in texts(desk.database))


def test_a_warning_outlives_a_breach_that_was_none(desk: Desk, clocks: Clocked) -> None:
    """Its mark is passed once more as the clock goes on, and nobody has been warned yet."""
    timer = clocks.open(event("start", on(-1, "01:00")), calendar=None, now=on(-1, "01:00"))
    for clock in ("05:30", "09:30"):
        desk.tell_timers(on(-1, clock))
    clocks.tell(timer, event("pause", on(-1, "04:00")), now=on(-1, "10:00"))
    clocks.tell(timer, event("resume", on(0, "12:30")), now=on(0, "12:30"))
    assert desk.wake(on(0, "13:29")) == [PROVIDER]
    assert desk.wake(on(0, "13:30")) == [PROVIDER]
    assert warnings(desk) == [f"{HALF}, due at 2026-11-23 11:30 CST"]


def test_a_breach_says_when_the_time_ran_out_by_all_that_is_known(
    desk: Desk, clocks: Clocked
) -> None:
    """It was found before it was known that the clock had stood still for a while."""
    timer = clocks.open(event("start", on(-1, "01:00")), calendar=None, now=on(-1, "01:00"))
    desk.tell_timers(on(-1, "10:00"))
    stood = event("pause", on(-1, "08:00")), event("resume", on(-1, "08:30"))
    clocks.tell(timer, *stood, now=on(-1, "10:30"))
    assert desk.wake() == [PROVIDER, PROVIDER, LEVELS]
    assert {each for each in warnings(desk) if "ran out" in each} == {
        "the fulfilment timer ran out at 2026-11-22 03:30 CST"
    }


def test_a_breach_that_is_none_by_the_morning_is_not_told(desk: Desk, clocks: Clocked) -> None:
    """Also where an older process, which undoes none, was told of what came late."""
    timer = clocks.open(event("start", on(-1, "01:00")), calendar=None, now=on(-1, "01:00"))
    desk.tell_timers(on(-1, "09:30"))
    came = TimerEventRow(
        timer_id=timer.timer.id,
        event_id="late",
        what="stop",
        at=on(-1, "08:00"),
        sequence=0,
        received_at=on(-1, "10:00"),
        by="a ticketing system",
    )
    with desk.database.transaction() as session:
        session.add(came)
    assert desk.wake() == [PROVIDER]
    assert warnings(desk) == []
    assert asleep(desk.database) == 0


def test_a_case_that_was_renamed_in_the_night_is_told_of_once(desk: Desk) -> None:
    """By the ref that it has in the morning."""
    desk.decide("CRM-1", None, in_catalog=False)
    desk.rename("CRM-1", "CRM-9")
    desk.decide("CRM-9", None, in_catalog=True)
    assert desk.wake() == [PROVIDER]
    desk.decide("CRM-3", None, in_catalog=True)
    desk.rename("CRM-3", "CRM-4")
    assert desk.wake() == [PROVIDER]
    assert sorted(title.partition(":")[0] for title, _ in letters(desk.database)) == [
        "CRM-4",
        "CRM-9",
    ]


def test_nobody_is_asked_to_act_on_a_case_that_was_merged_with_another(desk: Desk) -> None:
    """Whoever has the other case hears of that one."""
    for ref in ("CRM-1", "CRM-2"):
        desk.decide(ref, None, in_catalog=True)
    desk.merge("CRM-1", "CRM-2")
    assert desk.wake() == [PROVIDER]
    assert [title.partition(":")[0] for title, _ in letters(desk.database)] == ["CRM-1"]
