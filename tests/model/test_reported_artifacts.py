"""Artifacts that a case calls complete: its service says so, and asks where they are."""

from __future__ import annotations

from model.reported_artifacts import Reported
from model.service_life import ServiceChange, make_service
from tests.model.lives import Lives
from tests.model.portfolio import Portfolio
from tests.model.test_supplying_artifacts import IN_DELIVERY


def test_what_the_case_calls_complete_its_service_reports_until_it_is_supplied(
    portfolio: Portfolio,
) -> None:
    """By whom and since when; it has no version and no location before somebody tells one."""
    lives = Lives(portfolio.database, portfolio.caller, portfolio.moment)
    lives.decide("CRM-1", None, **IN_DELIVERY)
    with portfolio.database.transaction() as session:
        change = ServiceChange({"name": "Mail"}, case="CRM-1")
        make_service(session, "mail", change, portfolio.caller, portfolio.moment)
    assert portfolio.shown("mail").reported == ()
    lives.patch("CRM-1", support_model_complete=False, parts_form_complete=True)
    view = portfolio.shown("mail")
    assert view.artifacts == ()
    assert view.reported == (
        Reported(
            "parts_form", "CRM-1", portfolio.caller.name, portfolio.moment.now, "Service Provider"
        ),
    )
    portfolio.supply("mail", "parts_form")
    view = portfolio.shown("mail")
    assert [each.name for each in view.artifacts] == ["parts_form"]
    assert view.reported == ()


def test_it_is_reported_whatever_came_of_the_case(portfolio: Portfolio) -> None:
    """To a service that is made afterwards, and by the case that it was merged into."""
    lives = Lives(portfolio.database, portfolio.caller, portfolio.moment)
    lives.decide("CRM-1", None, **IN_DELIVERY, parts_form_complete=True)
    lives.decide("CRM-2", None, **IN_DELIVERY, parts_form_complete=True)
    with portfolio.database.transaction() as session:
        change = ServiceChange({"name": "Mail"}, case="CRM-1")
        made = make_service(session, "mail", change, portfolio.caller, portfolio.moment)
    assert [(each.artifact, each.case) for each in made.reported] == [("parts_form", "CRM-1")]
    lives.merge("CRM-2", "CRM-1")
    assert [each.case for each in portfolio.shown("mail").reported] == ["CRM-2"]
    portfolio.make("chat")
    assert portfolio.shown("chat").reported == ()
