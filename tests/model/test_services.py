"""Services in SQL: found by their keys, and by the cases that they came from."""

from __future__ import annotations

import pytest

from model.deciding import DecisionRequest, decide
from model.service_life import ServiceChange, list_services, make_service
from model.services import find_service, lock_service
from rules.errors import UnknownRecord
from tests.model.lives import Lives
from tests.model.portfolio import Portfolio


def born_of(portfolio: Portfolio, key: str, ref: str) -> None:
    """Have a viable case become a service."""
    request = DecisionRequest(ref, None, None, None, {"viable": True})
    with portfolio.database.transaction() as session:
        decide(session, request, portfolio.caller, portfolio.moment, f"of {ref}")
        change = ServiceChange({"name": key}, case=ref)
        make_service(session, key, change, portfolio.caller, portfolio.moment)


def test_a_service_is_found_by_its_key_alone(portfolio: Portfolio) -> None:
    """To read it, or to change it; the case of a letter counts."""
    portfolio.make("mail")
    for lead in (find_service, lock_service):
        with portfolio.database.transaction() as session:
            assert lead(session, "mail").key == "mail"
            for key in ("Mail", "mai", "service\x1fmail"):
                with pytest.raises(UnknownRecord, match="no service"):
                    lead(session, key)


def test_the_services_of_a_double_are_those_of_the_case(portfolio: Portfolio) -> None:
    """A merger of cases loses no service."""
    for key, ref in (("mail", "CRM-1"), ("print", "CRM-2"), ("scan", "CRM-3")):
        born_of(portfolio, key, ref)
    Lives(portfolio.database, portfolio.caller, portfolio.moment).merge("CRM-1", "CRM-2")
    with portfolio.database.reading() as session:
        for ref in ("CRM-1", "CRM-2"):
            found = list_services(session, None, 10, portfolio.caller, ref).services
            assert [service.key for service in found] == ["mail", "print"]
        with pytest.raises(UnknownRecord, match="no case `CRM-4`"):
            list_services(session, None, 10, portfolio.caller, "CRM-4")
