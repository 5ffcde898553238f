"""Scanning timers: each mark is told once, late rather than never, whoever scans."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.scanning_timers import ToldMark, scan_timers
from rules.clocks.timeline import Happening, TimerEvent
from rules.clocks.timer import BREACH, Threshold
from tests.model.clocked import HOURS, MONDAY, Clocked, event, office, on


def test_every_mark_is_told_once_as_time_passes(clocked: Clocked) -> None:
    """Half of the target, an hour before its end, the breach: with when each was reached."""
    timer = clocked.open(event("start", on(0, "09:00")))
    assert clocked.marks(on(0, "12:59")) == []
    (half,) = clocked.scan(on(0, "13:00")).told
    assert half == ToldMark(
        timer.timer.id, timer.timer.case_id, "CRM-1", None, "fulfilment", "fulfilment", 1,
        "share:50", on(0, "13:00"), on(0, "13:00"), on(0, "17:00"),
    )  # fmt: skip
    assert clocked.marks(on(0, "13:00")) == []
    assert clocked.marks(on(0, "16:30")) == ["lead:3600"]
    assert clocked.marks(on(0, "17:00")) == []  # met at exactly the due instant would be met
    assert clocked.marks(on(0, "17:01")) == ["breach"]
    assert clocked.marks(on(9, "09:00")) == []
    assert [row.mark for row in clocked.read(timer, on(9, "09:00")).marks] == [
        "share:50",
        "lead:3600",
        "breach",
    ]


def test_a_mark_found_late_is_told_late(clocked: Clocked) -> None:
    """Also when the timer was paused meanwhile: it had been reached."""
    timer = clocked.open(event("start", on(0, "09:00")))
    clocked.tell(timer, event("pause", on(0, "14:00")), now=on(0, "14:00"))
    (told,) = clocked.scan(on(2, "09:00")).told
    assert (told.mark, told.reached_at, told.due_at) == ("share:50", on(0, "13:00"), None)
    assert clocked.marks(on(2, "10:00")) == []


def test_found_after_the_breach_only_the_breach_is_told(clocked: Clocked) -> None:
    """The warnings that were missed are never told."""
    clocked.open(event("start", on(0, "09:00")))
    assert clocked.marks(on(3, "09:00")) == ["breach"]
    assert clocked.marks(on(3, "10:00")) == []


def test_what_stopped_in_time_is_not_told(clocked: Clocked) -> None:
    """Nor what was cancelled; a breach is, even if the stop came before the scan."""
    in_time = clocked.open(event("start", on(0, "09:00")), name="in time")
    clocked.tell(in_time, event("stop", on(0, "16:30")), now=on(0, "16:30"))
    void = clocked.open(event("start", on(0, "09:00")), name="void")
    clocked.tell(void, event("cancel", on(1, "12:00")), now=on(1, "12:00"))
    late = clocked.open(event("start", on(0, "09:00")), name="late")
    clocked.tell(late, event("stop", on(1, "12:00")), now=on(1, "12:00"))
    assert [(told.name, told.mark) for told in clocked.scan(on(2, "09:00")).told] == [
        ("late", "breach")
    ]


def test_each_cycle_tells_its_own_marks(clocked: Clocked) -> None:
    """Reopened, half of the target is reached once more."""
    timer = clocked.open(event("start", on(0, "09:00")))
    assert clocked.marks(on(0, "13:30")) == ["share:50"]
    said = [event("stop", on(0, "14:00")), event("reopen", on(1, "09:00"))]
    clocked.tell(timer, *said, now=on(1, "09:00"))
    (told,) = clocked.scan(on(1, "14:00")).told
    assert (told.cycle, told.mark) == (2, "share:50")


def test_a_late_pause_moves_what_was_not_told_and_repeats_nothing(clocked: Clocked) -> None:
    """What was told stays told, though it would now be reached later."""
    timer = clocked.open(event("start", on(0, "09:00")))
    assert clocked.marks(on(0, "13:00")) == ["share:50"]
    said = [event("resume", on(0, "12:00")), event("pause", on(0, "10:00"))]
    clocked.tell(timer, *said, now=on(0, "13:30"))
    assert clocked.marks(on(0, "15:00")) == []
    assert clocked.marks(on(0, "17:30")) == []
    assert clocked.marks(on(1, "10:00")) == ["lead:3600"]
    assert clocked.marks(on(1, "11:01")) == ["breach"]


def test_a_changed_calendar_moves_what_goes_on(clocked: Clocked) -> None:
    """A holiday puts the breach off, longer hours bring it forward; it is counted first."""
    clocked.open(event("start", on(0, "13:00")), thresholds=())
    clocked.change(office("09:00-17:00", holidays=["2026-11-24"]))
    scanned = clocked.scan(on(1, "14:00"))
    assert (scanned.told, scanned.recounted) == ((), 1)
    assert clocked.scan(on(1, "14:00")).recounted == 0
    clocked.change(office("09:00-21:00"))
    (told,) = clocked.scan(on(1, "14:00")).told
    assert told.reached_at == on(0, "21:00") + timedelta(microseconds=1)


def test_a_scan_takes_so_many_and_says_that_there_are_more(clocked: Clocked) -> None:
    """The longest due come first; the next transaction takes the rest."""
    for number in (3, 1, 2):
        clocked.open(
            event("start", on(0, f"{8 + number}:00")),
            name=f"{number}",
            calendar=None,
            thresholds=(),
        )
    first = clocked.scan(on(5, "09:00"), at_once=2)
    assert ([told.name for told in first.told], first.more) == (["1", "2"], True)
    rest = clocked.scan(on(5, "09:00"), at_once=2)
    assert ([told.name for told in rest.told], rest.more) == (["3"], False)


def test_many_scans_at_once_tell_each_mark_once(clocked: Clocked) -> None:
    """No mark is lost, and none is told by two."""
    for number in range(40):
        clocked.open(
            event("start", MONDAY),
            name=f"{number}",
            calendar=None,
            thresholds=(Threshold(share=10),),
        )
    with ThreadPoolExecutor(4) as pool:
        scans = list(pool.map(lambda _: clocked.scan(MONDAY + 2 * HOURS, 7), range(24)))
    told = [each.name for scan in scans for each in scan.told]
    assert len(told) == len(set(told))
    told += [each.name for each in clocked.scan(MONDAY + 2 * HOURS).told]
    assert sorted(told, key=int) == [f"{number}" for number in range(40)]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    said=st.lists(
        st.tuples(st.sampled_from(Happening), st.integers(0, 96), st.integers(0, 96)), max_size=8
    ),
    scans=st.sets(st.integers(0, 120), max_size=12),
)
def test_whatever_happens_nothing_is_told_twice_and_nothing_is_left(
    clocked: Clocked, said: list[tuple[Happening, int, int]], scans: set[int]
) -> None:
    """Events that come late and scans in between: each mark once, no warning after its breach.

    A breach that was none when it was told counts no more from then on: it may be told anew.
    """
    name = f"timer {next(clocked.numbers)}"
    begun = event("start", on(0, "09:00"))
    timer = clocked.open(begun, name=name, calendar=None)
    came: dict[int, list[TimerEvent]] = {}
    for place, (what, hour, delay) in enumerate(said):
        sent = TimerEvent(f"{place}", what, begun.at + hour * HOURS)
        came.setdefault(min(hour + delay, 120), []).append(sent)
    told: list[tuple[int, str, int]] = []
    for hour in range(121):
        now = begun.at + hour * HOURS
        if hour in came:
            clocked.tell(timer, *came[hour], now=now)
        if hour in scans:
            told += what_is_told(clocked, now, name)
    told += what_is_told(clocked, now, name)
    assert len(told) == len(set(told))
    assert not [each for each in told if each[1] != BREACH and each[2]]
    assert clocked.scan(now).told == ()
    view = clocked.read(timer, now)
    for place, mark in enumerate(view.marks):
        if mark.mark == BREACH:
            after = [each for each in view.marks[place + 1 :] if each.cycle == mark.cycle]
            assert all(each.found_at >= view.undone[mark.id] for each in after)
    breached = [each for each in view.marks if each.mark == BREACH and each.id not in view.undone]
    late = {each["cycle"] for each in view.cycles if each["verdict"] == "breached"}
    assert {each.cycle for each in breached} == late


def what_is_told(clocked: Clocked, now: datetime, name: str) -> list[tuple[int, str, int]]:
    """Scan; return the marks of a timer that are told, with how often each was before."""
    told = clocked.scan(now).told
    return [(each.cycle, each.mark, each.again) for each in told if each.name == name]


def test_a_scan_that_fails_has_told_nothing(clocked: Clocked) -> None:
    """What follows from the marks is done with them, or both come again."""
    clocked.open(event("start", on(0, "09:00")))
    with pytest.raises(RuntimeError), clocked.database.transaction() as session:
        assert scan_timers(session, on(0, "13:00")).told
        raise RuntimeError("the outbox is full")
    assert clocked.marks(on(0, "13:00")) == ["share:50"]
