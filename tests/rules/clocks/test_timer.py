"""Timers: due, met, breached and marked, beside a count of every minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.clocks.business_calendar import BusinessCalendar
from rules.clocks.open_hours import BusinessTime, Count, ElapsedTime
from rules.clocks.timeline import Cycle, Happening, TimerEvent, timeline_of
from rules.clocks.timer import (
    BREACH,
    Passed,
    Standing,
    State,
    Target,
    Threshold,
    Verdict,
    passed_marks,
    standing,
)
from tests.rules.clocks.counted import (
    MINUTE,
    NINE_TO_FIVE,
    at,
    calendars,
    instants,
    open_minutes,
    weekly,
)

HOUR = timedelta(hours=1)
OFFICE = BusinessTime(weekly("UTC", NINE_TO_FIVE))
EIGHT = Target(8 * HOUR, (Threshold(share=50), Threshold(lead=HOUR)))


def cycles(*said: tuple[str, str]) -> tuple[Cycle, ...]:
    """Return the cycles of events, given by what and when (UTC)."""
    return timeline_of(
        TimerEvent(f"{place}", Happening(what), at(when)) for place, (what, when) in enumerate(said)
    ).cycles


def stands(now: str, *said: tuple[str, str], target: Target = EIGHT) -> Standing:
    """Return how the last cycle of events stands."""
    return standing(cycles(*said)[-1], target, OFFICE, at(now))


def test_eight_hours_from_monday_nine_are_due_monday_five() -> None:
    """And met at exactly that instant is met; a moment later it is not."""
    start = ("start", "2026-11-23 09:00")
    running = stands("2026-11-23 12:00", start)
    assert running.due_at == at("2026-11-23 17:00")
    assert (running.state, running.verdict) == (State.RUNNING, Verdict.PENDING)
    assert (running.elapsed, running.remaining) == (3 * HOUR, 5 * HOUR)
    assert stands("2026-11-23 17:00", start).verdict is Verdict.PENDING
    met = stands("2026-11-24 10:00", start, ("stop", "2026-11-23 17:00"))
    assert (met.verdict, met.elapsed, met.remaining) == (Verdict.MET, 8 * HOUR, timedelta(0))
    missed = stands("2026-11-24 10:00", start, ("stop", "2026-11-23 17:01"))
    assert missed.verdict is Verdict.BREACHED
    assert missed.breached_at == missed.due_at == at("2026-11-23 17:00")


def test_a_paused_timer_has_no_due_instant_only_what_remains() -> None:
    """Resumed, it is due by what was left; the pause is told as an interval."""
    said = (("start", "2026-11-23 09:00"), ("pause", "2026-11-23 11:00"))
    paused = stands("2026-11-25 12:00", *said)
    assert (paused.state, paused.due_at, paused.remaining) == (State.PAUSED, None, 6 * HOUR)
    resumed = stands("2026-11-25 12:00", *said, ("resume", "2026-11-25 10:00"))
    assert resumed.due_at == at("2026-11-25 16:00")
    assert [each.counted for each in resumed.counted] == [2 * HOUR, timedelta(0), 2 * HOUR]


def test_paused_at_exactly_the_due_instant_nothing_is_lost_yet() -> None:
    """Stopped during that pause it is met; going on, it is breached from the first moment."""
    said = (("start", "2026-11-23 09:00"), ("pause", "2026-11-23 17:00"))
    assert stands("2026-11-25 12:00", *said).verdict is Verdict.PENDING
    assert stands("2026-11-25 12:00", *said, ("stop", "2026-11-24 12:00")).verdict is Verdict.MET
    went_on = stands("2026-11-25 12:00", *said, ("resume", "2026-11-24 12:00"))
    assert (went_on.verdict, went_on.breached_at) == (Verdict.BREACHED, at("2026-11-24 12:00"))


def test_a_breach_stays_whatever_follows() -> None:
    """Pausing what is late does not make it punctual; cancelling it makes it nobody's."""
    said = (("start", "2026-11-23 09:00"), ("pause", "2026-11-24 10:00"))
    assert stands("2026-11-25 12:00", *said).verdict is Verdict.BREACHED
    void = stands("2026-11-25 12:00", *said, ("cancel", "2026-11-24 11:00"))
    assert (void.state, void.verdict) == (State.CANCELLED, Verdict.VOID)


def test_reopened_the_target_counts_anew() -> None:
    """What the cycle before came to stays what it was."""
    first, second = cycles(
        ("start", "2026-11-23 09:00"), ("stop", "2026-11-23 12:00"), ("reopen", "2026-11-24 12:00")
    )
    now = at("2026-11-25 16:00")
    assert standing(first, EIGHT, OFFICE, now).verdict is Verdict.MET
    assert standing(second, EIGHT, OFFICE, now).due_at == at("2026-11-25 12:00")


def test_marks_are_points_on_the_timers_own_clock() -> None:
    """Half of it, an hour before its end, and the first moment after it."""
    (cycle,) = cycles(("start", "2026-11-23 14:00"))
    due = at("2026-11-24 14:00")
    assert passed_marks(cycle, EIGHT, OFFICE) == (
        Passed("share:50", at("2026-11-24 10:00")),
        Passed("lead:3600", at("2026-11-24 13:00")),
        Passed(BREACH, due + timedelta(microseconds=1)),
    )
    (paused,) = cycles(("start", "2026-11-23 14:00"), ("pause", "2026-11-24 11:00"))
    assert passed_marks(paused, EIGHT, OFFICE) == (Passed("share:50", at("2026-11-24 10:00")),)


def test_what_has_ended_gives_no_more_warnings() -> None:
    """A stopped timer may still have its breach to tell; a cancelled one has nothing."""
    said = (("start", "2026-11-23 09:00"), ("stop", "2026-11-24 12:00"))
    (stopped,) = cycles(*said)
    assert [each.mark for each in passed_marks(stopped, EIGHT, OFFICE)] == [BREACH]
    (cancelled,) = cycles(("start", "2026-11-23 09:00"), ("cancel", "2026-11-24 12:00"))
    assert passed_marks(cancelled, EIGHT, OFFICE) == ()


def test_a_target_beyond_the_horizon_is_due_at_no_instant() -> None:
    """It runs, and is never called late."""
    (cycle,) = cycles(("start", "2026-11-23 09:00"))
    far = standing(cycle, Target(timedelta(days=10_000)), ElapsedTime(), at("2026-11-25 00:00"))
    assert (far.due_at, far.verdict) == (None, Verdict.PENDING)


@settings(max_examples=60, deadline=None)
@given(
    calendar=st.none() | calendars,
    begin=instants,
    said=st.lists(st.tuples(st.sampled_from(Happening), st.integers(1, 3 * 24 * 60)), max_size=6),
    target=st.integers(1, 24 * 60),
    until=st.integers(0, 3 * 24 * 60),
    data=st.data(),
)
def test_a_timer_is_what_a_count_of_every_minute_gives(
    calendar: BusinessCalendar | None,
    begin: datetime,
    said: list[tuple[Happening, int]],
    target: int,
    until: int,
    data: st.DataObject,
) -> None:
    """Over random calendars, zones and events in any order: elapsed, due, verdict, last cycle."""
    events = [TimerEvent("first", Happening.START, begin)]
    events += [
        TimerEvent(f"{place}", what, begin + minute * MINUTE)
        for place, (what, minute) in enumerate(said)
        if begin + minute * MINUTE <= begin + until * MINUTE
    ]
    now = begin + until * MINUTE
    count: Count = ElapsedTime() if calendar is None else BusinessTime(calendar)
    told = timeline_of(data.draw(st.permutations(events))).cycles[-1]
    result = standing(told, Target(target * MINUTE), count, now)

    opened = open_minutes(calendar, begin, now) if calendar else None
    walked = Walk(events, begin, until, target, opened)
    assert result.elapsed == walked.elapsed * MINUTE
    assert (result.state, result.verdict) == (walked.state, walked.verdict)
    if result.verdict is Verdict.PENDING and result.due_at is not None:
        assert result.due_at >= now
        assert count.between(now, result.due_at) == result.remaining
    half = Target(2 * target * MINUTE, (Threshold(share=50),))
    passed = [each.at for each in passed_marks(told, half, count) if each.at <= now]
    if told.ended_by is None:
        assert passed[:1] == ([walked.full_first] if walked.full_first else [])
    if walked.breached is not None and result.verdict is Verdict.BREACHED:
        assert result.breached_at == walked.breached


class Walk:
    """A clock that is moved minute by minute, each event at its minute, as they were sorted."""

    state: State
    elapsed: int
    breached: datetime | None
    full_at: datetime | None
    full_first: datetime | None

    def __init__(
        self,
        events: list[TimerEvent],
        begin: datetime,
        minutes: int,
        target: int,
        opened: set[datetime] | None,
    ) -> None:
        self.target = target
        self._begin()
        waiting = sorted(events[1:], key=lambda each: each.place)
        for number in range(minutes + 1):
            now = begin + number * MINUTE
            while waiting and waiting[0].at == now:
                self._happens(waiting.pop(0).what, now)
            if number == minutes:
                break
            if self.running:
                self._full(now)
                if self.full_at is not None:
                    self.breached = self.breached or self.full_at
                if opened is None or now in opened:
                    self.elapsed += 1
                self._full(now + MINUTE)

    def _full(self, now: datetime) -> None:
        if self.elapsed >= self.target and self.full_at is None:
            self.full_at = now
            self.full_first = self.full_first or now

    def _happens(self, what: Happening, now: datetime) -> None:
        ended = self.state in (State.STOPPED, State.CANCELLED)
        if what is Happening.PAUSE and self.state is State.RUNNING:
            self.state = State.PAUSED
        elif what is Happening.RESUME and self.state is State.PAUSED:
            self.state = State.RUNNING
            # Full at the pause, it is full again when it goes on: no instant passed meanwhile.
            self.full_at = now if self.full_at and not self.breached else self.full_at
        elif what is Happening.STOP and not ended:
            self.state = State.STOPPED
        elif what is Happening.CANCEL and not ended:
            self.state = State.CANCELLED
        elif what is Happening.REOPEN and ended:
            self._begin()

    def _begin(self) -> None:
        self.state, self.elapsed, self.breached, self.full_at = State.RUNNING, 0, None, None
        self.full_first = None

    @property
    def running(self) -> bool:
        """Whether the clock runs."""
        return self.state is State.RUNNING

    @property
    def verdict(self) -> Verdict:
        """Return what the walk came to."""
        if self.state is State.CANCELLED:
            return Verdict.VOID
        if self.breached:
            return Verdict.BREACHED
        return Verdict.MET if self.state is State.STOPPED else Verdict.PENDING
