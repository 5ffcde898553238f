"""Timers in SQL: told of events in any order, explained by intervals, frozen when they end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.timer_views import TimerView
from model.timing import MOST_EVENTS, MOST_TIMERS
from rules.clocks.timer import Threshold
from rules.errors import BadFields, EventDiffers, NameTaken, Refused, UnknownRecord
from tests.model.clocked import HOURS, MONDAY, Clocked, event, office, on

LIFE = (
    event("start", on(0, "09:00")),
    event("pause", on(0, "11:00")),
    event("pause", on(0, "12:00")),
    event("resume", on(1, "10:00")),
    event("stop", on(1, "12:00")),
    event("reopen", on(2, "09:00")),
    event("pause", on(2, "10:30")),
)


def last(view: TimerView) -> dict[str, Any]:
    """Return the cycle that counts now."""
    return view.cycles[-1]


def pointers(refused: pytest.ExceptionInfo[BadFields]) -> list[str]:
    """Return which members were refused."""
    return [problem.pointer for problem in refused.value.problems]


def test_a_timer_tells_how_it_stands_and_why(clocked: Clocked) -> None:
    """Every number follows from the intervals beside it."""
    timer = clocked.open(*LIFE[:2])
    assert (timer.case, timer.calendar, timer.timer.state) == ("CRM-1", "office", "paused")
    assert last(timer) == {
        "cycle": 1,
        "state": "paused",
        "verdict": "pending",
        "target_seconds": 28_800,
        "elapsed_seconds": 7_200,
        "remaining_seconds": 21_600,
        "due_at": None,
        "breached_at": None,
        "ended_at": None,
        "intervals": [
            {
                "since": "2026-11-23T09:00:00.000Z",
                "until": "2026-11-23T11:00:00.000Z",
                "paused": False,
                "counted_seconds": 7_200,
            },
            {
                "since": "2026-11-23T11:00:00.000Z",
                "until": None,
                "paused": True,
                "counted_seconds": 0,
            },
        ],
        "without_effect": [],
    }
    resumed = clocked.tell(timer, LIFE[3], now=on(1, "10:00"))
    assert last(resumed)["due_at"] == "2026-11-24T16:00:00.000Z"
    assert last(clocked.read(timer, on(1, "13:00")))["elapsed_seconds"] == 5 * 3_600


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(LIFE * 2), cuts=st.sets(st.integers(1, 13), max_size=5))
def test_whatever_comes_when_it_comes_to_the_same(
    clocked: Clocked, order: list[Any], cuts: set[int]
) -> None:
    """Late, twice, out of order, one by one or together: the same cycles and the same next mark."""
    now = on(2, "11:00")
    names = next(clocked.numbers)
    straight = clocked.open(*LIFE, name=f"straight {names}", now=now)
    mixed = clocked.open(name=f"mixed {names}", now=now)
    edges = [0, *sorted(cuts), len(order)]
    for start, end in pairwise(edges):
        mixed = clocked.tell(mixed, *order[start:end], now=now)
    assert mixed.cycles == straight.cycles
    for name in ("state", "due_at", "next_at", "counted_with"):
        assert getattr(mixed.timer, name) == getattr(straight.timer, name)
    assert {row.event_id for row in mixed.events} == {row.event_id for row in straight.events}


def test_an_event_of_the_same_id_says_the_same(clocked: Clocked) -> None:
    """One that says something else is refused, and nothing that came with it is taken."""
    timer = clocked.open(event("start", on(0, "09:00"), "e1"))
    other = event("start", on(0, "09:01"), "e1")
    with pytest.raises(EventDiffers, match="e1"):
        clocked.tell(timer, event("pause", on(0, "10:00")), other, now=on(0, "12:00"))
    twice = [event("pause", on(0, "10:00"), "e2"), event("stop", on(0, "10:00"), "e2")]
    with pytest.raises(EventDiffers, match="e2"):
        clocked.tell(timer, *twice, now=on(0, "12:00"))
    assert [row.event_id for row in clocked.read(timer, on(0, "12:00")).events] == ["e1"]


def test_what_has_ended_is_never_rewritten_by_its_calendar(clocked: Clocked) -> None:
    """The next cycle counts by the new hours, the one that ended stays as it was told."""
    timer = clocked.open(event("start", on(0, "09:00")))
    ended = clocked.tell(timer, event("stop", on(1, "10:00")), now=on(1, "10:00"))
    assert last(ended)["verdict"] == "breached"
    clocked.change(office("10:00-12:00"))
    clocked.scan(on(2, "09:00"))
    reopened = clocked.tell(timer, event("reopen", on(2, "09:00")), now=on(2, "12:30"))
    assert reopened.cycles[0] == last(ended)
    assert reopened.cycles[1]["elapsed_seconds"] == 2 * 3_600
    # Evidence of the cycle itself that comes late is counted in, by the hours of that day.
    paused = [event("pause", on(0, "10:00")), event("resume", on(1, "09:00"))]
    corrected = clocked.tell(timer, *paused, now=on(2, "12:30"))
    first = corrected.cycles[0]
    assert (first["elapsed_seconds"], first["verdict"]) == (7_200, "met")


def test_what_goes_on_counts_by_the_calendar_as_it_is(clocked: Clocked) -> None:
    """It is read so at once, before any scan."""
    timer = clocked.open(event("start", on(0, "09:00")))
    clocked.change(office("09:00-11:00"))
    assert last(clocked.read(timer, on(1, "09:00")))["elapsed_seconds"] == 2 * 3_600
    assert last(clocked.read(timer, on(1, "09:00")))["due_at"] == "2026-11-26T11:00:00.000Z"


def test_a_timer_may_count_all_time(clocked: Clocked) -> None:
    """Without a calendar, nights and Sundays count."""
    timer = clocked.open(event("start", on(4, "17:00")), calendar=None)
    assert timer.calendar is None
    assert last(timer)["due_at"] == "2026-11-28T01:00:00.000Z"


def test_a_timer_without_a_start_has_not_begun(clocked: Clocked) -> None:
    """What it was told meanwhile is kept and named; it counts from the start on."""
    timer = clocked.open(event("pause", on(0, "08:00")))
    assert (timer.timer.state, timer.cycles) == ("not_started", ())
    assert timer.idle == (timer.events[0].event_id,)
    assert last(clocked.tell(timer, LIFE[0], now=on(0, "10:00")))["elapsed_seconds"] == 3_600


def test_a_name_is_given_once_in_a_case(clocked: Clocked) -> None:
    """The refusal names the timer that has it; another case may use it too."""
    timer = clocked.open()
    with pytest.raises(NameTaken, match=timer.timer.id):
        clocked.open()
    clocked.case("CRM-2")
    assert clocked.open(ref="CRM-2").timer.id != timer.timer.id


@pytest.mark.parametrize(
    ("what", "refused"),
    [
        ({"calendar": "nowhere"}, ["/calendar"]),
        ({"target": timedelta(0)}, ["/target_seconds"]),
        ({"target": timedelta(days=4_000)}, ["/target_seconds"]),
        ({"target": timedelta(days=3_000)}, ["/target_seconds"]),
        ({"thresholds": (Threshold(lead=8 * HOURS),)}, ["/thresholds/0"]),
        ({"thresholds": (Threshold(share=5), Threshold(share=5))}, ["/thresholds/1"]),
        ({"thresholds": tuple(Threshold(share=n) for n in range(1, 22))}, ["/thresholds"]),
    ],
)
def test_what_cannot_be_timed_is_refused(
    clocked: Clocked, what: dict[str, Any], refused: list[str]
) -> None:
    """Each member that is wrong is named; 3,000 days of office hours are beyond 20 years."""
    with pytest.raises(BadFields) as error:
        clocked.open(**({"thresholds": ()} | what))
    assert pointers(error) == refused


def test_events_lie_in_the_past(clocked: Clocked) -> None:
    """A clock may go five minutes ahead, no more; nor is anything older than the century."""
    timer = clocked.open()
    old = event("start", MONDAY.replace(year=1999))
    ahead = event("start", on(0, "09:06"))
    with pytest.raises(BadFields) as error:
        clocked.tell(timer, ahead, old, now=on(0, "09:00"))
    assert pointers(error) == ["/events/0/at", "/events/1/at"]
    ancient = event("start", MONDAY.replace(year=1))
    with pytest.raises(BadFields) as error:
        clocked.open(ancient, name="ancient", now=MONDAY)
    assert pointers(error) == ["/events/0/at"]
    taken = clocked.tell(timer, event("start", on(0, "09:05")), now=on(0, "09:00"))
    assert last(taken)["elapsed_seconds"] == 0


def test_there_is_room_for_so_many(clocked: Clocked) -> None:
    """A timer has a thousand events at most, a case a hundred timers."""
    many = [event("pause", on(0, "09:00"), f"e{number}") for number in range(MOST_EVENTS)]
    timer = clocked.open(*many)
    with pytest.raises(Refused, match="1,000 events"):
        clocked.tell(timer, event("start", on(0, "09:00")), now=on(0, "10:00"))
    assert len(clocked.tell(timer, many[0], now=on(0, "10:00")).events) == MOST_EVENTS
    for number in range(1, MOST_TIMERS):
        clocked.open(name=f"{number}")
    with pytest.raises(Refused, match="100 timers"):
        clocked.open(name="one more")


def test_what_is_not_there_is_not_timed(clocked: Clocked) -> None:
    """Neither a case nor a timer that nobody has heard of."""
    with pytest.raises(UnknownRecord, match="CRM-9"):
        clocked.open(ref="CRM-9")
    timer = clocked.open()
    timer.timer.id = "00000000-0000-4000-8000-999999999999"
    with pytest.raises(UnknownRecord):
        clocked.tell(timer, now=MONDAY)


def test_events_that_come_at_once_are_all_counted(clocked: Clocked) -> None:
    """From several processes, the same and others."""
    timer = clocked.open(now=MONDAY)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: clocked.tell(timer, one, now=on(2, "11:00")), LIFE * 2))
    assert clocked.read(timer, on(2, "11:00")).cycles == (
        clocked.open(*LIFE, name="straight", now=on(2, "11:00")).cycles
    )
