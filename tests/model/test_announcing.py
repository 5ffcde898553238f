"""What decisions and publications announce, and what they leave out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import event as sql
from sqlalchemy import select

from model.access import Caller
from model.database import Database
from model.events import OutboxEvent
from model.moment import Moment
from model.outbox import EventType
from model.publishing import publish
from rules.rule_book import RuleFiles
from tests.model.lives import Lives
from tests.model.portfolio import Portfolio
from tests.model.telling import subscribed


def told(database: Database, type: EventType) -> list[OutboxEvent]:
    """Return the events of one type, oldest first."""
    with database.reading() as session:
        ours = select(OutboxEvent).where(OutboxEvent.type == type)
        return list(session.scalars(ours.order_by(OutboxEvent.at)))


def test_a_decision_is_announced_without_facts(lives: Lives) -> None:
    """Who, what, where it stands: and no value of a fact, which may be a person's."""
    subscribed(lives.database)
    answer = lives.decide("CRM-1", in_catalog=False, note_1="a person's words", unit_price=5)
    [made] = told(lives.database, EventType.DECISION_MADE)
    data = cast("dict[str, Any]", made.data)
    assert data["id"] == answer.body["id"]
    assert data["case"] == {"ref": "CRM-1", "version": 1}
    assert data["outcome"] == answer.body["outcome"]
    assert set(data) == {
        "id", "case", "decision", "stage", "status", "outcome", "policy_revision", "decided_at",
    }  # fmt: skip
    assert "words" not in str(data)


def test_a_case_is_rerouted_when_it_goes_to_somebody_else(lives: Lives) -> None:
    """Not by its first decision, nor by one that leaves it where it is."""
    subscribed(lives.database)
    lives.decide("CRM-1", in_catalog=False)
    lives.note("CRM-1", 1, "more")
    assert told(lives.database, EventType.CASE_REROUTED) == []
    answer = lives.decide("CRM-1", in_catalog=True)
    [rerouted] = told(lives.database, EventType.CASE_REROUTED)
    data = cast("dict[str, Any]", rerouted.data)
    assert data["case"] == {"ref": "CRM-1", "version": 3}
    assert data["id"] == answer.body["id"]
    nobody: dict[str, object] = {"group": None, "cc": [], "notify": None, "submit_to": None}
    assert data["from"] == {"assign_to": "Strategist", "action": "determine-need-date", **nobody}
    assert data["to"] == {"assign_to": "Provider", "action": "fulfil", **nobody}


def test_a_case_is_rerouted_when_others_are_to_hear_of_it(lives: Lives) -> None:
    """Whoever acts next may be the same: who is copied is news, and is told with it, once."""
    subscribed(lives.database)
    lives.decide("CRM-1", in_catalog=False, needed_by="2027-03-20")
    lives.decide("CRM-1", needed_by="2026-12-01")
    lives.note("CRM-1", 1, "more")
    [rerouted] = told(lives.database, EventType.CASE_REROUTED)
    data = cast("dict[str, Any]", rerouted.data)
    assert (data["from"]["cc"], data["to"]["cc"]) == ([], ["Strategist"])
    assert data["from"]["assign_to"] == data["to"]["assign_to"] == "Strategist"


def test_a_case_that_was_reopened_comes_to_its_team_anew(lives: Lives) -> None:
    """The first decision after it is told, be the team the one that had it before."""
    subscribed(lives.database, EventType.CASE_REROUTED)
    lives.decide("CRM-1", in_catalog=True)
    lives.reopen("CRM-1", {}, None)
    lives.note("CRM-1", 1, "once more")
    lives.note("CRM-1", 2, "and again")
    assert len(told(lives.database, EventType.CASE_REROUTED)) == 1


def test_a_refused_decision_announces_nothing(lives: Lives) -> None:
    """Nothing is told that did not happen."""
    subscribed(lives.database)
    lives.decide("CRM-1", in_catalog=False)
    try:
        lives.decide("CRM-1", unit_price=-1)
    except Exception:  # noqa: BLE001  # which one it is, is another test's claim
        assert len(told(lives.database, EventType.DECISION_MADE)) == 1
    else:
        raise AssertionError("it was not refused")


def test_published_rules_are_announced_once(
    database: Database, rule_files: RuleFiles, moment: Moment
) -> None:
    """Publishing what is live already tells nobody anything; going back to old rules does."""
    subscribed(database)
    other = {**rule_files, "policies/intake.yaml": rule_files["policies/intake.yaml"] + "# new\n"}
    for number, files in enumerate((rule_files, rule_files, other, rule_files)):
        with database.transaction() as session:
            publish(session, files, "Pat", moment.now + timedelta(minutes=number))
    published = told(database, EventType.REVISION_PUBLISHED)
    revisions = [cast("dict[str, Any]", each.data)["revision"] for each in published]
    assert len(revisions) == 3
    assert revisions[0] == revisions[2] != revisions[1]


def test_a_decision_that_nobody_listens_to_costs_one_look(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Deciding is to be fast: no statement more than the one that takes the case in hand."""
    lives = Lives(published, caller, moment)
    lives.decide("CRM-1")
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    sql.listen(published.engine, "before_cursor_execute", note)
    try:
        lives.decide("CRM-1", in_catalog=True)
    finally:
        sql.remove(published.engine, "before_cursor_execute", note)
    words = ("subscriptions", "outbox_events", "deliveries", "rosters")
    about = [each for each in statements if any(word in each for word in words)]
    assert len(about) == 1
    assert "FROM cases" in about[0]


def test_a_session_of_a_toll_gate_is_announced(portfolio: Portfolio) -> None:
    """Under the service's key, and as no case that is rerouted."""
    subscribed(portfolio.database)
    portfolio.make("mail")
    portfolio.hold("mail", 1)
    portfolio.supply("mail", "service_strategy")
    portfolio.hold("mail", 1, verdict="approve")
    made = told(portfolio.database, EventType.DECISION_MADE)
    assert {event.subject for event in made} == {"services/mail"}
    results = [cast("dict[str, Any]", event.data)["outcome"]["result"] for event in made]
    assert sorted(results) == ["incomplete", "pass"]
    assert cast("dict[str, Any]", made[0].data)["service"]["key"] == "mail"
    assert told(portfolio.database, EventType.CASE_REROUTED) == []


def test_a_case_is_closed_by_its_first_final_decision(lives: Lives) -> None:
    """Told once, with where to say how satisfied one is; and again once it was reopened."""
    subscribed(lives.database, EventType.CASE_CLOSED)
    lives.decide("A/1", in_catalog=False)
    assert told(lives.database, EventType.CASE_CLOSED) == []
    answer = lives.decide("A/1", in_catalog=True)
    lives.note("A/1", 1, "thank you")
    [closed] = told(lives.database, EventType.CASE_CLOSED)
    assert (closed.key, closed.subject) == (f"case.closed/{answer.body['id']}", "cases/A/1")
    data = cast("dict[str, Any]", closed.data)
    assert data == {
        "case": {"ref": "A/1", "version": 2},
        "id": answer.body["id"],
        "decision": "routing",
        "decided_at": answer.body["decided_at"],
        "satisfaction": "/api/v1/cases/A%2F1/satisfaction",
    }
    lives.reopen("A/1", {}, None)
    lives.note("A/1", 2, "once more")
    lives.note("A/1", 3, "thanks again")
    assert len(told(lives.database, EventType.CASE_CLOSED)) == 2


def test_a_case_that_goes_on_after_all_is_closed_again(lives: Lives) -> None:
    """What a decision takes up, a later one ends."""
    subscribed(lives.database, EventType.CASE_CLOSED)
    for in_catalog in (True, False, True):
        lives.decide("CRM-1", in_catalog=in_catalog)
    assert len(told(lives.database, EventType.CASE_CLOSED)) == 2
