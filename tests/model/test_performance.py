"""How an agreement was kept to: timers count as measurements do, and little foretells nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from model.access import Caller
from model.agreements import Agreement
from model.database import Database
from model.performance import Performance, TimersKept, performance
from model.promises import Promise
from rules.attainment import Standing, Trend
from tests.model.agreed import AVAILABLE, FULFILLED, agreed, changed, measured
from tests.model.clocked import Clocked, event, on

FIRST, LAST = date(2026, 1, 31), date(2026, 12, 31)


def kept(
    database: Database,
    agreement: Agreement,
    first: date = FIRST,
    last: date = LAST,
    zone: str = "UTC",
) -> Performance:
    """Return how an agreement was kept to."""
    with database.reading() as session:
        return performance(session, agreement.id, first, last, ZoneInfo(zone))


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


def test_what_is_agreed_no_more_is_shown_as_it_was(database: Database) -> None:
    """What was measured does not vanish with its target."""
    agreement = agreed(database)
    measured(database, agreement, date(2026, 10, 31), 99)
    changed(database, agreement, targets=(FULFILLED,))
    fulfilled, available = kept(database, agreement).targets
    assert (fulfilled.target, available.target) == (FULFILLED, AVAILABLE)
    assert (available.standing, available.deviation) == (Standing.BREACHED, Decimal("-0.5"))
    assert kept(database, agreement, last=date(2026, 10, 30)).standing is Standing.NOT_MEASURED


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
