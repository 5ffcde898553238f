"""Artifacts as they are supplied: each version stays, with where it is and who it came from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from model.moment import Moment
from model.services import artifact_versions, find_service
from model.supplying_artifacts import Supplied, supply_artifact
from rules.errors import BadFields, UnknownRecord
from tests.model.portfolio import Portfolio, anything


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


def test_a_place_that_nobody_may_be_sent_to_is_refused(portfolio: Portfolio) -> None:
    """And the service stays as it was."""
    portfolio.make("mail")
    supplied = Supplied("service_design", "javascript:alert(1)")
    with pytest.raises(BadFields, match="/location"), portfolio.database.transaction() as session:
        supply_artifact(session, "mail", supplied, anything, portfolio.caller, portfolio.moment)
    view = portfolio.shown("mail")
    assert (view.artifacts, view.service.subject.version) == ((), 1)
