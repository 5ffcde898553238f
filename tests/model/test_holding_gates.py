"""Holding a toll-gate: decided, recorded in the service's own chain, and all or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from model.access import Caller
from model.checkpoints import seal_record
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide, replay
from model.exporting import export
from model.holding_gates import GateRequest, hold_gate
from model.service_life import ServiceChange
from model.subjects import ref_of_service
from rules.errors import BadFields, ServiceMovedOn, UnknownRecord
from tests.model.portfolio import Portfolio
from tests.model.recorded import SECRET, attack, findings, found
from tests.model.test_exporting import lines_of, of_kind, wrong_offline


def lived(portfolio: Portfolio) -> list[str]:
    """Bring a service through some sessions; return the ids of the decisions."""
    portfolio.make("mail", {"complex_or_risky": False})
    ids = [portfolio.hold("mail", 1)["id"]]
    portfolio.supply("mail", "service_strategy")
    for verdict in ("amend", "approve"):
        ids.append(portfolio.hold("mail", 1, verdict=verdict)["id"])
        portfolio.supply("mail", "service_strategy")
    ids.append(portfolio.hold("mail", 1, verdict="approve", sat=("Ann", "Bob"))["id"])
    ids.append(portfolio.hold("mail", 3, verdict="reject")["id"])
    return ids


def test_the_decisions_of_a_service_are_one_chain(portfolio: Portfolio, moment: Moment) -> None:
    """They verify, sealed or not, and a verdict that was altered is found."""
    ids = lived(portfolio)
    with portfolio.database.transaction() as session:
        assert seal_record(session, SECRET, moment.now + timedelta(minutes=1))
    portfolio.hold("mail", 1, verdict="approve")
    assert found(portfolio.database) == []
    attack(
        portfolio.database,
        f"UPDATE decisions SET answer = replace(answer, 'amend', 'approve') WHERE id = '{ids[1]}'",
    )
    assert [finding.row for finding in findings(portfolio.database)] == [
        f"decision {ids[1]} (service mail, version 4)"
    ]


def test_every_decision_of_a_service_replays(portfolio: Portfolio) -> None:
    """To the letter, whatever has become of the service since."""
    for id in lived(portfolio):
        with portfolio.database.reading() as session:
            again = replay(session, id)
        assert again.same, again.body


def test_an_auditor_verifies_an_export_of_services(portfolio: Portfolio, moment: Moment) -> None:
    """With nothing but the file; and one service can be exported alone."""
    lived(portfolio)
    portfolio.make("print")
    portfolio.hold("print", 1)
    assert wrong_offline(lines_of(portfolio.database, moment)) == set()
    alone = lines_of(portfolio.database, moment, ref=ref_of_service("print"))
    (row,) = (line["row"] for line in of_kind(alone, "decision"))
    assert row["decision"] == "tollgate-1"
    with (
        pytest.raises(UnknownRecord, match="no service `scan`"),
        portfolio.database.reading() as session,
    ):
        list(export(session, moment.now, ref=ref_of_service("scan")))


def test_a_case_and_a_service_of_one_name_are_two(portfolio: Portfolio) -> None:
    """What is decided of the one says nothing of the other."""
    portfolio.make("mail")
    request = DecisionRequest("mail", None, None, None, {"in_catalog": True})
    with portfolio.database.transaction() as session:
        body = decide(session, request, portfolio.caller, portfolio.moment, "of a case").body
    assert body["case"] == {"ref": "mail", "version": 1}
    assert portfolio.hold("mail", 1)["service"] == {"key": "mail", "version": 2}
    assert portfolio.shown("mail").facts == ()


def test_a_service_keeps_its_answer_when_facts_are_refused(portfolio: Portfolio) -> None:
    """Nothing is half done."""
    portfolio.make("mail")
    with pytest.raises(BadFields):
        portfolio.hold("mail", 1, facts={"being_consumed": "yes"})
    with pytest.raises(ServiceMovedOn, match="at version 1, not 2"):
        portfolio.hold("mail", 1, if_version=2)
    with pytest.raises(UnknownRecord, match="no service `male`"):
        portfolio.hold("male", 1)
    with pytest.raises(BadFields, match="/sat/1"):
        portfolio.hold("mail", 1, sat=("Ann", "Bob\n"))
    assert portfolio.shown("mail").service.subject.version == 1
    assert portfolio.sessions("mail").sessions == ()


def test_of_two_boards_at_once_both_are_recorded(portfolio: Portfolio) -> None:
    """One after the other, and no version twice."""
    portfolio.make("mail")
    portfolio.supply("mail", "service_strategy")

    def hold(number: int) -> object:
        request = GateRequest("mail", 1, {"verdict": "approve"})
        return portfolio.database.write(
            lambda session: hold_gate(
                session, request, portfolio.caller, portfolio.moment, f"at once {number}"
            ).body["service"]
        )

    with ThreadPoolExecutor(4) as pool:
        answered = list(pool.map(hold, range(8)))
    versions = [answer["version"] for answer in answered]  # type: ignore[index]
    assert sorted(versions) == list(range(3, 11))
    assert found(portfolio.database) == []


def test_a_gate_is_held_after_the_service_was_made_whatever_the_clocks_say(
    portfolio: Portfolio, moment: Moment
) -> None:
    """A process whose clock is an hour behind holds it no earlier than what was there before."""
    portfolio.make("mail")
    behind = replace(moment, now=moment.now - timedelta(hours=1))
    replace(portfolio, moment=behind).hold("mail", 1)
    ahead = replace(moment, now=moment.now + timedelta(hours=1))
    replace(portfolio, moment=ahead).supply("mail", "service_strategy")
    portfolio.hold("mail", 1, verdict="approve")
    newest_first = [session.at for session in portfolio.sessions("mail").sessions]
    assert newest_first == [ahead.now, moment.now]


def test_rules_without_gates_hold_none(published: Database, caller: Caller, moment: Moment) -> None:
    """A revision that knows no toll-gates says so, and nothing is decided."""
    small = Portfolio(published, caller, moment)
    small.make("mail")
    with pytest.raises(UnknownRecord, match="the live rules have no toll-gate 1"):
        small.hold("mail", 1)


def test_a_fact_of_the_session_is_on_record_and_not_with_the_service(
    portfolio: Portfolio,
) -> None:
    """What the gate was told stays, but for the verdict; the record has both."""
    portfolio.make("mail")
    portfolio.supply("mail", "service_strategy")
    facts = {"verdict": "approve", "complex_or_risky": True}
    held = portfolio.hold("mail", 1, facts=facts, by="Ann")
    assert held["outcome"]["next_gate"] == 2
    (fact,) = portfolio.shown("mail").facts
    assert (fact.name, fact.value, fact.supplied_by) == ("complex_or_risky", True, "Ann")
    portfolio.change("mail", ServiceChange(facts={"complex_or_risky": None}))
    assert portfolio.shown("mail").facts == ()
