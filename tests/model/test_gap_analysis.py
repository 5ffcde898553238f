"""Gaps: needs that nothing met, services short of what is asked, and those nobody asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from model.capacity import Capacity
from model.database import Database
from model.deciding import DecisionRequest, decide
from model.dependencies import rest_on
from model.gap_analysis import Gaps, gaps, met_by_none_named, unmet_cases
from model.moment import Moment
from model.naming_services import asked_for
from model.service_life import ServiceChange
from tests.model.lives import Lives
from tests.model.offered import NOW, offer
from tests.model.portfolio import Portfolio

FIRST, LAST, TODAY = date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 22)
UNMET = {"need_or_want": "need", "existing_service_fits": False, "part_addition_fits": False}
MET = {"need_or_want": "need", "existing_service_fits": True}
LATER = Moment(datetime(2026, 12, 5, 9, tzinfo=UTC), date(2026, 12, 5))
_NUMBERS = count()


@pytest.fixture
def ask(portfolio: Portfolio) -> Portfolio:
    """A portfolio whose services were there before the period."""
    with portfolio.database.transaction() as session:
        for key in ("mail", "fax", "identity", "pigeons"):
            service = offer(session, key, key.title())
            service.created_at = datetime(2026, 1, 1, tzinfo=UTC)
    return portfolio


def say(
    of: Portfolio, title: str | None, facts: Mapping[str, object], at: Moment | None = None
) -> str:
    """Have a case of its own decided, and return its ref."""
    ref, moment = f"CRM-{next(_NUMBERS)}", at or of.moment
    request = DecisionRequest(ref, title, None, None, {"in_catalog": False, **facts})
    with of.database.transaction() as session:
        decide(session, request, of.caller, moment, f"decision on {ref}")
    return ref


def found(of: Portfolio, first: date = FIRST, last: date = LAST) -> Gaps:
    """Return what the catalogue lacked."""
    with of.database.reading() as session:
        return gaps(session, first, last, ZoneInfo("UTC"), of.moment.today)


def test_needs_that_nothing_met_are_told_together(ask: Portfolio) -> None:
    """Alike ones as one, with the refs; wants, met needs and open questions are none."""
    refs = [say(ask, title, UNMET) for title in ("Video conferencing", "video-conferencing!")]
    one, untitled = say(ask, "Drones", UNMET), say(ask, None, UNMET)
    say(ask, "Video conferencing", {**UNMET, "need_or_want": "want"})
    say(ask, "Video conferencing", {**UNMET, "part_addition_fits": True})
    say(ask, "Video conferencing", {"need_or_want": "need", "existing_service_fits": False})
    gap = found(ask)
    assert (gap.cases, gap.grouped) == (4, True)
    first, second, last = gap.unmet
    assert (first.cases, set(first.refs)) == (2, set(refs))
    assert first.because == ("video", "conferencing")
    assert (second.asked_for, second.refs) == ("Drones", (one,))
    assert (last.asked_for, last.refs) == (None, (untitled,))


def test_only_the_days_asked_for_count(ask: Portfolio) -> None:
    """Each case counts on the day on which it was said that no service fits."""
    say(ask, "Drones", UNMET, LATER)
    assert found(ask).cases == 0
    assert found(ask, LATER.today, LATER.today).cases == 1
    assert found(ask, date.min, date.max).cases == 1
    with ask.database.reading() as session:
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            assert gaps(session, date.min, date.max, ZoneInfo(zone), ask.moment.today).cases == 1


def test_what_became_a_service_is_not_lacking(ask: Portfolio) -> None:
    """Nor is a double counted beside the case that it was merged into."""
    ref = say(ask, "Drones", {**UNMET, "viable": True})
    double, kept = say(ask, "Chat", UNMET), say(ask, "Chat", UNMET)
    assert found(ask).cases == 3
    Lives(ask.database, ask.caller, ask.moment).merge(kept, double)
    ask.change("mail", ServiceChange())
    with ask.database.transaction() as session:
        born = text("UPDATE services SET born_of_id = (SELECT id FROM cases WHERE ref = :ref)")
        session.execute(born, {"ref": ref})
    gap = found(ask)
    assert [each.refs for each in gap.unmet] == [(kept,)]


def test_a_need_of_whose_double_something_was_born_is_not_lacking(ask: Portfolio) -> None:
    """However often it was merged since: the service that came of it is there."""
    refs = [say(ask, "Drones", {**UNMET, "viable": True}) for _ in range(3)]
    ask.change("mail", ServiceChange())
    with ask.database.transaction() as session:
        born = text("UPDATE services SET born_of_id = (SELECT id FROM cases WHERE ref = :ref)")
        session.execute(born, {"ref": refs[0]})
    merging = Lives(ask.database, ask.caller, ask.moment)
    merging.merge(refs[1], refs[0])
    merging.merge(refs[2], refs[1])
    assert found(ask).unmet == ()


def test_demand_stands_beside_what_a_service_can_take(ask: Portfolio) -> None:
    """Cases name the service that met them; its capacity is counted for the days asked of."""
    capacity = {"amount": 1, "unit": "agencies", "per": "P1M"}
    ask.change("mail", ServiceChange(offer={"capacity": capacity}))
    for _ in range(2):
        say(ask, "Mail", {**MET, "fitting_service": "mail"})
    say(ask, "Fax", {**UNMET, "part_addition_fits": True, "fitting_service": "fax"})
    say(ask, "Which?", MET)
    say(ask, "What?", {**MET, "fitting_service": "no such"})
    gap = found(ask)
    mail, fax = gap.demand
    assert (mail.service, mail.cases, mail.could_take) == ("mail", 2, Decimal(1))
    assert mail.short
    assert (fax.service, fax.cases, fax.could_take, fax.short) == ("fax", 1, None, None)
    assert gap.unnamed == 1
    assert [(each.named, each.cases) for each in gap.misnamed] == [("no such", 1)]
    (over_a_quarter,) = [d for d in found(ask, FIRST, date(2027, 1, 31)).demand if d.capacity]
    assert (over_a_quarter.could_take, over_a_quarter.short) == (Decimal("3.07"), False)


def test_a_case_that_contradicts_itself_counts_as_neither(ask: Portfolio) -> None:
    """It says that nothing fits, and what does: it is listed, and no retirement rests on it."""
    ref = say(ask, "Fax", {**UNMET, "fitting_service": "fax"})
    slip = say(ask, "Fax", {**UNMET, "fitting_service": "fux"})
    kept = say(ask, "Fax", {**UNMET, "part_addition_fits": True, "fitting_service": "fax"})
    gap = found(ask)
    assert gap.cases == 0
    assert [(each.service, each.cases) for each in gap.demand] == [("fax", 1)]
    said = {(each.ref, each.named) for each in gap.contradictions}
    assert said == {(ref, "fax"), (slip, "fux")}
    assert "fax" not in {each.service for each in gap.unasked}
    assert found(ask, LATER.today, LATER.today).contradictions == ()
    assert kept not in {each.ref for each in gap.contradictions}


def test_a_slip_of_the_key_is_listed_with_what_was_meant(ask: Portfolio) -> None:
    """As it was said, those that most cases say first; and a name counts as a slip, too."""
    refs = [say(ask, None, {**MET, "fitting_service": "identiti"}) for _ in range(2)]
    say(ask, None, {**MET, "fitting_service": "Pigeons"})
    say(ask, None, {**MET, "fitting_service": 'x"\\y'})
    first, *others = found(ask).misnamed
    assert (first.named, first.cases, set(first.refs)) == ("identiti", 2, set(refs))
    assert first.meant == "identity"
    assert {each.named: each.meant for each in others} == {"Pigeons": "pigeons", 'x"\\y': None}
    assert found(ask).unnamed == 0


def test_what_nobody_asks_for_is_a_candidate_for_retirement(ask: Portfolio) -> None:
    """Live services alone, that were so all the while; and what rests on them is told."""
    with ask.database.transaction() as session:
        offer(session, "new", "New")
        for key, more in {"idea": {"phase": "strategy"}, "no": {"rejected": True}}.items():
            made = offer(session, key, key, **more)  # type: ignore[arg-type]
            made.created_at = datetime(2026, 1, 1, tzinfo=UTC)
        rest_on(session, "mail", ["identity"])
    say(ask, "Mail", {**MET, "fitting_service": "mail"})
    unasked = {each.service: each.carries for each in found(ask).unasked}
    assert unasked == {"fax": (), "identity": ("mail",), "pigeons": ()}


def pass_gate_4(of: Portfolio, key: str, at: str, version: int) -> None:
    """Have toll-gate 4 passed by a service at an instant."""
    made = Moment(datetime(2026, 10, 1, tzinfo=UTC), date(2026, 10, 1))
    ref = say(replace(of, moment=made), "Fax", {})
    with of.database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO gate_sessions (service_id, service_version, gate, decision_id, sat,"
                " presented, result, by, at) VALUES ((SELECT id FROM services WHERE key = :key),"
                " :version, 4, (SELECT id FROM decisions WHERE case_id = (SELECT id FROM cases"
                " WHERE ref = :ref)), '[]', '{}', 'pass', 'Kim', :at)"
            ),
            {"key": key, "version": version, "ref": ref, "at": at},
        )


def test_a_gate_that_passes_again_makes_nothing_new(ask: Portfolio) -> None:
    """A service that has been live for long is asked for, or it is not."""
    pass_gate_4(ask, "fax", "2026-03-01 12:00:00+00:00", 8)
    pass_gate_4(ask, "fax", "2026-11-20 12:00:00+00:00", 9)
    assert "fax" in {each.service for each in found(ask).unasked}


def test_a_service_that_went_live_meanwhile_had_no_time_to_be_asked_for(ask: Portfolio) -> None:
    """From the session of toll-gate 4 on it counts, not from the day it was an idea."""
    pass_gate_4(ask, "fax", "2026-11-20 12:00:00+00:00", 9)
    assert "fax" not in {each.service for each in found(ask).unasked}
    assert "fax" in {each.service for each in found(ask, date(2026, 12, 1), LATER.today).unasked}


def test_the_index_of_these_facts_is_taken(sqlite_database: Database) -> None:
    """Those of a period are found, however many other facts there are."""
    begin, end = NOW - timedelta(days=30), NOW
    for query in (asked_for(begin, end), unmet_cases(begin, end), met_by_none_named(begin, end)):
        told = str(query.compile(sqlite_database.engine, compile_kwargs={"literal_binds": True}))
        with sqlite_database.reading() as session:
            plan = str(session.execute(text(f"EXPLAIN QUERY PLAN {told}")).all())
        assert "USING INDEX ix_case_facts_" in plan, plan
        # What was born, and what that went into, is looked through once: all else is found.
        assert "SCAN" not in plan.replace("SCAN born_of", ""), plan


@pytest.mark.parametrize(
    ("per", "much"),
    [("P1M", 30), ("P30D", 30), ("P1Y", Decimal("2.47")), ("P50Y", Decimal("0.05"))],
)
def test_a_capacity_is_counted_for_the_days_asked_of(per: str, much: Decimal | int) -> None:
    """A period of months is as long as it is from the first of those days on."""
    capacity = Capacity(30, "agencies", per)
    assert capacity.within(FIRST, date(2026, 12, 1)) == pytest.approx(much, abs=Decimal("0.01"))
    assert capacity.within(date(9999, 12, 1), date(9999, 12, 31)) >= 0
