"""The timetable: every tick comes, again and again, in threads that begin with it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

from app import create_app
from model.heartbeats import lateness
from model.settings import HOME, Settings
from model.sources import utc_now
from scheduler.parts import Parts
from scheduler.timetable import INTERVALS, TICKS, Timetable, timetable_of
from tests.fire.service import wait_until
from tests.model.telling import SECRET, happened, states, subscribed
from tests.scheduler.receiving import Receiving


def test_each_tick_is_there_once_with_its_interval() -> None:
    """What health expects is what is done."""
    assert [tick.name for tick in TICKS] == list(INTERVALS)
    assert set(INTERVALS) == {
        "deliver", "timers", "reviews", "cases", "plans", "seal", "verify", "purge-answers",
        "housekeeping",
    }  # fmt: skip
    assert all(timedelta(seconds=1) <= each <= timedelta(hours=1) for each in INTERVALS.values())


def test_no_thread_begins_before_it_is_started(tmp_path: object) -> None:
    """A server forks after it has loaded the application: what a thread holds would be lost."""
    before = threading.active_count()
    app = create_app(Settings(f"sqlite:///{tmp_path}/x.db", SECRET, HOME / "rules"))
    assert threading.active_count() == before
    timetable_of(app).stop()


def test_every_tick_comes_and_comes_again(parts: Parts, receiver: Receiving) -> None:
    """The first time at once; what is due later is sent later, with nobody asking for it."""
    parts = replace(parts, clock=utc_now)
    subscribed(parts.database, url=receiver.url(), hosts=("127.0.0.1",))
    timetable = Timetable(parts)
    timetable.start()
    try:
        wait_until(lambda: None not in late(parts).values())
        happened(parts.database, now=utc_now())
        wait_until(lambda: states(parts.database) == ["delivered"])
    finally:
        timetable.stop()
    happened(parts.database, now=utc_now())
    assert states(parts.database) == ["delivered", "waiting"]


def test_two_timetables_send_each_message_once(parts: Parts, receiver: Receiving) -> None:
    """Several processes tick at once, because they will."""
    parts = replace(parts, clock=utc_now)
    subscribed(parts.database, url=receiver.url(), hosts=("127.0.0.1",))
    ids = [happened(parts.database, now=utc_now()).id for _ in range(60)]
    timetables = [Timetable(replace(parts, ending=threading.Event())) for _ in range(3)]
    for each in timetables:
        each.start()
    try:
        wait_until(lambda: set(states(parts.database)) == {"delivered"})
    finally:
        for each in timetables:
            each.stop()
    assert sorted(receiver.ids) == sorted(ids)


def late(parts: Parts) -> dict[str, timedelta | None]:
    """Return how late each tick is."""
    with parts.database.reading() as session:
        return lateness(session, INTERVALS, parts.clock())
