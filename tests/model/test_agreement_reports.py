"""Reports of agreements: made once for each period, found late made late, and never changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from model.access import Caller
from model.agreeing import change_agreement
from model.agreement_reports import AgreementReport, report_agreements, reports_before
from model.agreement_targets import told_target
from model.agreements import Agreement
from model.apart import Failed
from model.database import Database
from model.deliveries import Delivery
from model.events import EventType, OutboxEvent
from model.promises import Promise
from model.roster import BUSINESS_RELATIONS
from model.rosters import replace_roster
from rules.errors import BadFields, UnknownRecord
from tests.model.agreed import AVAILABLE, FULFILLED, agreed, awaited, changed, measured
from tests.model.clocked import Clocked, event, on
from tests.model.reviewed import NOW, at
from tests.model.telling import subscribed

MONTH = (date(2026, 12, 1), date(2026, 12, 31))
FIRST, LAST = MONTH
START = date(2026, 11, 1)


def report(database: Database, today: date) -> int:
    """Report what has ended by a day."""
    with database.transaction() as session:
        return report_agreements(session, at(today), ZoneInfo("UTC"))


def reports(database: Database, agreement: Agreement) -> list[AgreementReport]:
    """Return the reports of an agreement, the earliest first."""
    with database.reading() as session:
        return list(reversed(reports_before(session, agreement.id, None, 200)[0]))


def days(database: Database, agreement: Agreement) -> list[tuple[date, date]]:
    """Return which periods were reported."""
    return [(each.first_on, each.last_on) for each in reports(database, agreement)]


def available(database: Database, **change: Any) -> Agreement:
    """Agree on how available it is, from the first of November on; known since the 22nd."""
    return agreed(database, **{"starts_on": START, "targets": (AVAILABLE,), **change})


def test_a_period_that_was_measured_to_its_end_is_reported_at_once(database: Database) -> None:
    """Once, with what was attained; a correction that comes later changes no report."""
    agreement = available(database, starts_on=FIRST)
    measured(database, agreement, LAST, 99.4)
    assert report(database, LAST) == 0
    assert [report(database, LAST + timedelta(days=n)) for n in (1, 1, 2)] == [1, 0, 0]
    measured(database, agreement, LAST, 99.6, LAST + timedelta(days=2))
    assert report(database, LAST + timedelta(days=9)) == 0
    (made,) = reports(database, agreement)
    assert (made.first_on, made.last_on) == MONTH
    assert (made.standing, made.version) == ("breached", 1)
    (target,) = cast("list[dict[str, Any]]", made.targets)
    assert (target["metric"], target["attainment"], str(target["deviation"])) == (
        "availability", 0, "-0.1",
    )  # fmt: skip


def test_a_period_waits_three_days_for_what_was_measured_in_it(database: Database) -> None:
    """Whoever measures sends it after the month; on the fourth day it is reported as it is."""
    agreement = available(database, starts_on=FIRST)
    measured(database, agreement, date(2026, 12, 15), 99.9)
    for day in (1, 2, 3):
        assert report(database, date(2027, 1, day)) == 0
    assert report(database, date(2027, 1, 4)) == 1
    assert reports(database, agreement)[0].standing == "met"


def test_what_was_missed_is_reported_late(database: Database) -> None:
    """Each period that ended while nobody looked, up to the latest twelve."""
    agreement = available(database)
    report(database, date(2027, 2, 10))
    january = (date(2027, 1, 1), date(2027, 1, 31))
    assert days(database, agreement) == [(START, date(2026, 11, 30)), MONTH, january]
    report(database, date(2029, 1, 10))
    found = days(database, agreement)
    assert (len(found), found[3]) == (15, (date(2028, 1, 1), date(2028, 1, 31)))


def test_what_was_over_before_it_was_agreed_is_not_reported(database: Database) -> None:
    """Nor is a target that was agreed on after the period; the others of it are."""
    agreement = available(database, starts_on=date(2026, 1, 1))
    with database.transaction() as session:
        both, now = {"targets": (AVAILABLE, FULFILLED)}, at(FIRST).now
        change_agreement(session, agreement.id, both, lambda _: None, "Sam", now)
    assert report(database, date(2027, 1, 10)) == 2
    assert days(database, agreement) == [(START, date(2026, 11, 30)), MONTH]
    targets = [cast("list[dict[str, Any]]", r.targets) for r in reports(database, agreement)]
    assert [[each["metric"] for each in found] for found in targets] == [
        ["availability"], ["availability", "fulfilment"],
    ]  # fmt: skip


def test_each_target_is_reported_over_its_own_period(database: Database) -> None:
    """The quarter ends with the last of its months; each is one report."""
    quarterly = replace(AVAILABLE, metric="satisfaction", period="P3M")
    agreement = available(database, targets=(AVAILABLE, quarterly))
    assert report(database, date(2027, 2, 10)) == 4
    last = date(2027, 1, 31)
    assert days(database, agreement)[-2:] == [(START, last), (date(2027, 1, 1), last)]


def test_the_last_period_ends_with_the_agreement(database: Database) -> None:
    """Its report is of the days on which it was in force, and nothing follows."""
    agreement = available(database, starts_on=FIRST, ends_on=date(2026, 12, 20))
    assert report(database, date(2026, 12, 24)) == 1
    assert report(database, date(2027, 3, 1)) == 0
    assert days(database, agreement) == [(FIRST, date(2026, 12, 20))]


def test_what_was_reported_is_not_reported_again_when_the_first_day_is_moved(
    database: Database,
) -> None:
    """The first of the new periods begins on the day after, whichever way the day was moved."""
    agreement = available(database, starts_on=date(2026, 1, 1))
    report(database, date(2027, 1, 10))
    there = [(START, date(2026, 11, 30)), MONTH]
    changed(database, agreement, starts_on=date(2026, 1, 15))
    assert report(database, date(2027, 1, 15)) == 0
    assert report(database, date(2027, 2, 20)) == 2
    later = [(date(2027, 1, 1), date(2027, 1, 14)), (date(2027, 1, 15), date(2027, 2, 14))]
    assert days(database, agreement) == [*there, *later]
    changed(database, agreement, starts_on=START)
    assert report(database, date(2027, 3, 10)) == 1
    assert days(database, agreement)[4:] == [(date(2027, 2, 15), date(2027, 2, 28))]


def test_what_goes_on_after_its_end_is_reported_from_the_day_after(database: Database) -> None:
    """Its last days were reported already."""
    agreement = available(database, starts_on=FIRST, ends_on=date(2026, 12, 20))
    report(database, date(2026, 12, 24))
    changed(database, agreement, ends_on=None)
    report(database, date(2027, 1, 10))
    assert days(database, agreement)[1:] == [(date(2026, 12, 21), LAST)]


def test_a_report_is_written_to_who_cares_for_the_business(database: Database) -> None:
    """And to who reviews the agreement, by the roster; whoever subscribed hears of it as well."""
    business, manager = "brm@x.example", "slm@x.example"
    roster: dict[str, list[dict[str, object]]] = {
        "people": [{"name": each, "email": each} for each in (business, manager)],
        "groups": [],
        "roles": [
            {"role": BUSINESS_RELATIONS, "held_by": business},
            {"role": "Service Level Manager", "held_by": manager},
        ],
        "absences": [],
    }
    with database.transaction() as session:
        replace_roster(session, roster, "Dana", NOW, lambda _: None)
    subscribed(database, EventType.AGREEMENT_REPORTED)
    agreement = available(database, starts_on=FIRST)
    measured(database, agreement, LAST, 99.4)
    for _ in range(2):
        report(database, date(2027, 1, 1))
    with database.reading() as session:
        told = session.scalars(select(Delivery.recipient).order_by(Delivery.id)).all()
        (event,) = session.scalars(select(OutboxEvent)).all()
    assert told == [None, business, manager]
    assert (event.type, event.subject) == ("agreement.reported", f"agreements/{agreement.id}")
    data = cast("dict[str, Any]", event.data)
    assert (data["standing"], data["first_on"], data["last_on"]) == (
        "breached", "2026-12-01", "2026-12-31",
    )  # fmt: skip
    assert "availability: breached. Agreed: >= 99.5 percent." in str(event.text)
    assert "99.4 percent, -0.1 from what was agreed." in str(event.text)


def test_what_nobody_measured_in_a_whole_period_is_to_be_reviewed(database: Database) -> None:
    """Once, within a week; of the month in which it was agreed on nobody knows the beginning."""
    agreement = available(database)
    report(database, date(2026, 12, 4))
    assert awaited(database) == []
    for day in (4, 5):
        report(database, date(2027, 1, day))
    assert awaited(database) == [("unmeasured/availability/2026-12-01", date(2027, 1, 11))]
    assert reports(database, agreement)[-1].standing == "not_measured"


def test_a_target_that_timers_go_by_is_measured_by_them(database: Database, caller: Caller) -> None:
    """In a month without an order there was nothing to measure."""
    agreement = available(database, targets=(FULFILLED,))
    clocked = Clocked(database, caller)
    clocked.case()
    clocked.open(
        event("start", on(0, "09:00")), event("stop", on(0, "10:00")), calendar=None,
        target=Promise(agreement.id, "fulfilment"), thresholds=(),
    )  # fmt: skip
    report(database, date(2027, 1, 10))
    assert awaited(database) == []
    assert [each.standing for each in reports(database, agreement)] == ["met", "not_measured"]


def test_however_many_look_at_once_there_is_one_report(database: Database) -> None:
    """While others measure the same agreements; nobody fails."""
    agreements = [available(database, name=f"Mail {n}", starts_on=FIRST) for n in range(3)]

    def look(number: int) -> int:
        measured(database, agreements[number % 3], date(2026, 12, 20), 90, date(2027, 1, 10))
        return report(database, date(2027, 1, 10))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(look, range(8))) == 3


def test_an_agreement_that_changes_while_it_is_reported_is_reported_as_it_was(
    postgresql_database: Database,
) -> None:
    """Another metric was agreed on after it was read: the report speaks of the one before."""
    database = postgresql_database
    agreement = available(database, starts_on=FIRST)
    other = {"targets": (replace(AVAILABLE, metric="reachability"),)}
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            session.execute(text("LOCK TABLE agreement_reports IN ACCESS EXCLUSIVE MODE"))
            reporting = pool.submit(report, database, date(2027, 1, 10))
            while not (_somebody_waits(database) or reporting.done()):
                pass
            change_agreement(session, agreement.id, other, lambda _: None, "Sam", NOW)
        assert reporting.result() == 1
    (made,) = reports(database, agreement)
    (target,) = cast("list[dict[str, Any]]", made.targets)
    assert (made.version, target["metric"]) == (1, "availability")


def _somebody_waits(database: Database) -> bool:
    """Whether somebody waits for the table of reports."""
    waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'agreement_reports'::regclass"
    with database.reading() as session:
        return session.execute(text(waits)).first() is not None


def test_a_report_is_never_changed(database: Database) -> None:
    """The database itself refuses it."""
    available(database)
    report(database, date(2027, 1, 10))
    with pytest.raises(DatabaseError), database.transaction() as session:
        session.execute(text("UPDATE agreement_reports SET standing = 'met'"))


def test_reports_are_read_a_page_at_a_time(database: Database) -> None:
    """The latest first; what is no cursor, and no agreement, is refused."""
    agreement = available(database)
    report(database, date(2027, 2, 10))
    with database.reading() as session:
        first, following = reports_before(session, agreement.id, None, 2)
        rest, end = reports_before(session, agreement.id, following, 2)
        assert [each.last_on.month for each in (*first, *rest)] == [1, 12, 11]
        assert end is None
        for cursor in ("soon", "2027-01-01", "2027-01-01_x"):
            with pytest.raises(BadFields):
                reports_before(session, agreement.id, cursor, 2)
        with pytest.raises(UnknownRecord):
            reports_before(session, "nowhere", None, 2)


def test_a_target_of_many_years_is_reported_too(database: Database) -> None:
    """However long its period is, and to the end of the calendar."""
    target = replace(AVAILABLE, period="P50Y")
    available(database, targets=(target,), starts_on=date(2199, 12, 31))
    available(database, targets=(target,), name="Old", starts_on=date(1977, 1, 1))
    assert report(database, date(2027, 1, 10)) == 1


def test_an_agreement_that_cannot_be_reported_stops_no_other(database: Database) -> None:
    """It is named; what others attained is reported, whatever earlier versions took."""
    broken, old, other = (available(database, name=name) for name in ("Broken", "Old", "Other"))
    often, decades = ([{**told_target(AVAILABLE), "period": each}] for each in ("often", "P60Y"))
    with database.transaction() as session:
        for agreement, values in (
            (broken, {"targets": often}),
            (old, {"targets": decades, "role": " "}),
        ):
            ours = update(Agreement).where(Agreement.id == agreement.id)
            session.execute(ours.values(values))
    failed: Failed = {}
    today = LAST + timedelta(days=9)
    with database.transaction() as session:
        assert report_agreements(session, at(today), ZoneInfo("UTC"), failed) == 2
    assert list(failed) == [f"agreements/{broken.id}"]
    assert days(database, old) == []
    assert days(database, other)[-1] == MONTH
