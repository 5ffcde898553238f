"""Artifacts as they are supplied: each version stays, with where it is and who it came from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from model.cases import find_case
from model.held_facts import facts_of
from model.moment import Moment
from model.service_life import ServiceChange, make_service
from model.services import artifact_versions, find_service
from model.supplying_artifacts import Supplied, supply_artifact
from rules.errors import BadFields, UnknownRecord
from tests.model.lives import Lives
from tests.model.portfolio import Portfolio, anything

IN_DELIVERY = {
    "origin": "agency", "in_catalog": False, "need_or_want": "need",
    "existing_service_fits": False, "part_addition_fits": False, "project_needed": True,
    "project_initiated": True, "research_report_complete": True, "needed_by": "2027-12-01",
    "viable": True, "project_planned": True, "team_formed": True, "project_executed": True,
}  # fmt: skip


def test_every_version_of_an_artifact_stays(portfolio: Portfolio, moment: Moment) -> None:
    """With where it is, who supplied it and when; the latest is shown."""
    portfolio.make("mail")
    portfolio.supply("mail", "service_design", by="Ann")
    later = Moment(moment.now + timedelta(days=1), moment.today)
    supplied = Supplied("service_design", "smb://files/design.pdf", ("smb",), "Bob")
    with portfolio.database.transaction() as session:
        supply_artifact(session, "mail", supplied, anything, portfolio.caller, later)
    (shown,) = portfolio.shown("mail").artifacts
    assert (shown.version, shown.supplied_by, shown.stands) == (2, "Bob", True)
    assert (shown.location, shown.supplied_at) == ("smb://files/design.pdf", later.now)
    with portfolio.database.reading() as session:
        versions = artifact_versions(session, find_service(session, "mail"), "service_design")
        assert [(each.version, each.supplied_by) for each in versions] == [(2, "Bob"), (1, "Ann")]


def test_only_what_a_gate_asks_for_is_an_artifact(portfolio: Portfolio) -> None:
    """A slip of the pen is told what was meant."""
    portfolio.make("mail")
    with pytest.raises(UnknownRecord, match="did you mean `service_design`"):
        portfolio.supply("mail", "service_desing")


def test_what_is_a_milestone_of_the_case_is_entered_once(portfolio: Portfolio) -> None:
    """The Support Model of a service born of a case: the case knows, from whom and since when."""
    lives = Lives(portfolio.database, portfolio.caller, portfolio.moment)
    lives.decide("CRM-1", None, **IN_DELIVERY)
    with portfolio.database.transaction() as session:
        change = ServiceChange({"name": "Mail"}, case="CRM-1")
        make_service(session, "mail", change, portfolio.caller, portfolio.moment)
    for _ in range(2):
        portfolio.supply("mail", "support_model", by="Ann")
        with portfolio.database.reading() as session:
            case = find_case(session, "CRM-1")
            assert case is not None
            held = facts_of(session, case.id)["support_model_complete"]
        assert (held.value, held.supplied_by, case.version) == ("true", "Ann", 2)
    assert lives.decide("CRM-1").body["outcome"]["action"] == "create-parts-form"  # type: ignore[index]  # JSON
    (shown,) = portfolio.shown("mail").artifacts
    assert (shown.name, shown.version, shown.stands) == ("support_model", 2, True)


def test_a_service_of_no_case_keeps_such_an_artifact_for_itself(portfolio: Portfolio) -> None:
    """Nobody waits for it, and it is refused to nobody."""
    portfolio.make("mail")
    portfolio.supply("mail", "support_model")
    (shown,) = portfolio.shown("mail").artifacts
    assert (shown.name, shown.stands) == ("support_model", True)


def test_what_was_said_of_a_plan_is_not_said_of_a_newer_one(portfolio: Portfolio) -> None:
    """A Service Release Plan without the first release: the next one counts as covering it."""
    portfolio.make("mail", {"complex_or_risky": True})
    portfolio.supply("mail", "service_strategy", "service_roadmap", "high_level_business_case")
    portfolio.hold("mail", 1, verdict="approve")
    uncovered = {"first_release_covered": False}

    def missing(**facts: object) -> list[str]:
        outcome = portfolio.hold("mail", 2, facts=facts)["outcome"]
        found: list[str] = outcome["missing"]
        return found

    assert missing(**uncovered) == ["service_release_plan"]
    portfolio.supply("mail", "service_release_plan")
    assert missing() == ["service_release_plan"]
    portfolio.supply("mail", "service_release_plan")
    assert missing() == []
    assert missing(**uncovered) == ["service_release_plan"]
    portfolio.supply("mail", "service_roadmap")
    assert missing() == ["service_release_plan"]
    portfolio.supply("mail", "service_release_plan", by="Ann")
    assert missing() == []
    assert portfolio.hold("mail", 2, verdict="approve")["outcome"]["result"] == "pass"
    assert "first_release_covered" not in {fact.name for fact in portfolio.shown("mail").facts}


def test_a_place_that_nobody_may_be_sent_to_is_refused(portfolio: Portfolio) -> None:
    """And the service stays as it was."""
    portfolio.make("mail")
    supplied = Supplied("service_design", "javascript:alert(1)")
    with pytest.raises(BadFields, match="/location"), portfolio.database.transaction() as session:
        supply_artifact(session, "mail", supplied, anything, portfolio.caller, portfolio.moment)
    view = portfolio.shown("mail")
    assert (view.artifacts, view.service.subject.version) == ((), 1)
