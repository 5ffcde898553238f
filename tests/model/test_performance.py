"""How an agreement was kept to: timers count as measurements do, and little foretells nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from model.access import Caller
from model.agreements import Agreement
from model.database import Database
from model.performance import Forecast, Performance, performance
from model.promises import Promise
from model.timer_views import TimerView
from model.timers_kept import TimersKept
from rules.attainment import Standing, Trend
from rules.clocks.timeline import TimerEvent
from tests.model.agreed import AVAILABLE, FULFILLED, agreed, changed, measured
from tests.model.clocked import Clocked, event, on

FIRST, LAST = date(2026, 1, 31), date(2026, 12, 31)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
Timed = tuple[Clocked, TimerView]


def kept(
    database: Database,
    agreement: Agreement,
    first: date = FIRST,
    last: date = LAST,
    zone: str = "UTC",
    now: datetime = LATER,
) -> Performance:
    """Return how an agreement was kept to."""
    with database.reading() as session:
        return performance(session, agreement.id, first, last, ZoneInfo(zone), now)


def timed(database: Database, caller: Caller, agreement: Agreement, *events: TimerEvent) -> Timed:
    """Open a timer that goes by an agreement."""
    clocked = Clocked(database, caller)
    clocked.case()
    target = Promise(agreement.id, "fulfilment")
    return clocked, clocked.open(*events, calendar=None, target=target, thresholds=())


def timers(database: Database, agreement: Agreement, *days: int, **more: Any) -> TimersKept:
    """Return how timers kept to an agreement, from one day after a Monday to another."""
    first, last = (on(day, "00:00").date() for day in days)
    return kept(database, agreement, first, last, **more).targets[1].timers


def test_timers_count_on_the_day_on_which_it_showed(database: Database, caller: Caller) -> None:
    """One that ended in time is met, one that ran out is breached, one that was cancelled nothing.

    Which day it was is said by the service's time zone.
    """
    agreement = agreed(database)
    clocked = Clocked(database, caller)
    ends = {"CRM-1": ("stop", "10:00"), "CRM-2": ("cancel", "10:00"), "CRM-3": ("stop", "23:30")}
    for ref, (what, time) in ends.items():
        clocked.case(ref)
        clocked.open(
            event("start", on(0, "09:00")), event(what, on(0, time)), ref=ref, calendar=None,
            target=Promise(agreement.id, "fulfilment"), thresholds=(),
        )  # fmt: skip
    clocked.scan(on(0, "23:45"))
    monday = on(0, "00:00").date()
    available, fulfilled = kept(database, agreement, monday, monday).targets
    assert (available.standing, available.counted) == (Standing.NOT_MEASURED, 0)
    assert (fulfilled.timers, fulfilled.attainment) == (TimersKept(1, 1), 50)
    assert fulfilled.standing is Standing.BREACHED
    (_, in_auckland) = kept(database, agreement, monday, monday, "Pacific/Auckland").targets
    assert in_auckland.timers == TimersKept(1, 0)


def test_a_timer_that_was_in_time_after_all_is_met_and_not_breached(
    database: Database, caller: Caller
) -> None:
    """It was told as breached before anybody said that it had been stopped: the result counts."""
    agreement = agreed(database)
    clocked, timer = timed(database, caller, agreement, event("start", on(0, "09:00")))
    assert clocked.marks(on(1, "09:00")) == ["breach"]
    assert timers(database, agreement, 0, 9) == TimersKept(0, 1)
    clocked.tell(timer, event("stop", on(0, "12:00")), now=on(2, "09:00"))
    assert timers(database, agreement, 0, 0) == TimersKept(1, 0)
    assert timers(database, agreement, 1, 9) == TimersKept()


def test_a_timer_counts_on_the_day_on_which_it_was_so(database: Database, caller: Caller) -> None:
    """Not on the one on which it was heard of: met as it ended, breached as its time ran out."""
    agreement = agreed(database)
    start, stop = event("start", on(0, "09:00")), event("stop", on(3, "12:00"))
    clocked, timer = timed(database, caller, agreement, start)
    assert timers(database, agreement, 0, 9, now=on(0, "17:00")) == TimersKept()
    assert timers(database, agreement, 0, 9, now=on(0, "17:01")) == TimersKept(0, 1)
    clocked.tell(timer, stop, now=on(5, "09:00"))
    assert timers(database, agreement, 0, 0) == TimersKept(0, 1)
    assert timers(database, agreement, 1, 9) == TimersKept()
    clocked.tell(timer, event("pause", on(0, "09:05")), now=on(6, "09:00"))
    assert timers(database, agreement, 0, 2) == TimersKept()
    assert timers(database, agreement, 3, 3) == TimersKept(1, 0)


def test_a_timer_that_goes_on_after_a_late_pause_is_not_breached(
    database: Database, caller: Caller
) -> None:
    """However often it was told; what was reopened counts for itself."""
    agreement = agreed(database)
    clocked, timer = timed(database, caller, agreement, event("start", on(0, "09:00")))
    clocked.scan(on(1, "09:00"))
    clocked.tell(timer, event("pause", on(0, "10:00")), now=on(2, "09:00"))
    assert timers(database, agreement, 0, 9) == TimersKept()
    stop, again = event("stop", on(2, "10:00")), event("reopen", on(3, "09:00"))
    clocked.tell(timer, stop, again, now=on(3, "09:00"))
    assert timers(database, agreement, 0, 9) == TimersKept(1, 1)


def test_what_is_agreed_no_more_is_shown_as_it_was(database: Database) -> None:
    """What was measured does not vanish with its target."""
    agreement = agreed(database)
    measured(database, agreement, date(2026, 10, 31), 99)
    changed(database, agreement, targets=(FULFILLED,))
    fulfilled, available = kept(database, agreement).targets
    assert (fulfilled.target, available.target) == (FULFILLED, AVAILABLE)
    assert (available.standing, available.deviation) == (Standing.BREACHED, Decimal("-0.5"))
    assert kept(database, agreement, last=date(2026, 10, 30)).standing is Standing.NOT_MEASURED


def test_timers_do_not_vanish_with_their_target(database: Database, caller: Caller) -> None:
    """It is shown as it was agreed last, with what was kept and what was not."""
    agreement = agreed(database)
    clocked, _ = timed(database, caller, agreement, event("start", on(0, "09:00")))
    clocked.scan(on(1, "09:00"))
    less = replace(FULFILLED, value=4)
    changed(database, agreement, targets=(AVAILABLE, less))
    changed(database, agreement, targets=(AVAILABLE,))
    available, fulfilled = kept(database, agreement).targets
    assert (available.target, fulfilled.target) == (AVAILABLE, less)
    assert (fulfilled.timers, fulfilled.standing) == (TimersKept(0, 1), Standing.BREACHED)


def test_no_more_than_all_is_foretold(database: Database) -> None:
    """The line leads beyond the whole, what will be measured does not."""
    agreement = agreed(database)
    for month, day, value in ((8, 31, 99.5), (9, 30, 99.8), (10, 31, 100)):
        measured(database, agreement, date(2026, month, day), value)
    (available, _) = kept(database, agreement).targets
    assert available.forecast == Forecast(date(2026, 11, 30), 100, attained=True)


def test_two_measurements_foretell_nothing(database: Database) -> None:
    """What fell from one month to the next is met, as long as it is no more than that."""
    agreement = agreed(database)
    measured(database, agreement, date(2026, 8, 31), 100)
    measured(database, agreement, date(2026, 9, 30), 99.6)
    (available, _) = kept(database, agreement).targets
    assert (available.trend, available.forecast, available.standing) == (None, None, Standing.MET)
    measured(database, agreement, date(2026, 10, 31), 99.5)
    (available, _) = kept(database, agreement).targets
    assert (available.trend, available.standing) == (Trend.WORSENING, Standing.AT_RISK)
    assert available.attainment == 100
