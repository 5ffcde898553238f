"""Other systems: that one was asked to add a service, or that none need be, is said and stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from model.completeness import incomplete_services
from model.other_systems import OTHER_SYSTEMS, NewRequest, note_request, requests_before
from model.service_events import ServiceEvent
from rules.errors import BadFields, Refused, UnknownRecord
from tests.model.offered import NOW, offer
from tests.model.portfolio import Portfolio

TODAY = NOW.date()
ASKED = NewRequest(needed=True, system="Billing", sent_on=date(2026, 11, 20), reference="B-7")
NOT_NEEDED = NewRequest(needed=False, reason="Billing reads the catalogue")


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """A service in operation, one that is prepared, and one that has ended."""
    with portfolio.database.transaction() as session:
        for key, phase in (("mail", "operate"), ("soon", "transition"), ("fax", "retire")):
            offer(session, key, key.title(), phase=phase)
    return portfolio


def noted(of: Portfolio, new: NewRequest, key: str = "mail") -> int:
    """Note what is said of other systems, and return its number."""
    with of.database.transaction() as session:
        return note_request(session, key, new, "Kim", of.moment).id


def lacking(of: Portfolio) -> set[str]:
    """Return the services of which nobody has said whether other systems are to have them."""
    with of.database.reading() as session:
        found = incomplete_services(session, 9, TODAY)
    return {each.service for each in found if OTHER_SYSTEMS in each.missing}


@pytest.mark.parametrize("new", [ASKED, NOT_NEEDED])
def test_a_service_in_operation_lacks_it_until_one_of_the_two_is_said(
    of: Portfolio, new: NewRequest
) -> None:
    """Of one that is only prepared, nobody needs to have said so yet."""
    assert lacking(of) == {"mail"}
    noted(of, new, "soon")
    assert lacking(of) == {"mail"}
    noted(of, new)
    assert lacking(of) == set()


def test_what_was_said_is_read_page_by_page_and_is_on_the_timeline(of: Portfolio) -> None:
    """With who said so, the latest first; both can be said, one after the other."""
    first, second, third = (noted(of, each) for each in (NOT_NEEDED, ASKED, ASKED))
    with of.database.reading() as session:
        page = requests_before(session, "mail", None, 2)
        rest = requests_before(session, "mail", page.next, 2)
        events = session.query(ServiceEvent).order_by(ServiceEvent.id).all()
    assert [each.id for each in (*page.requests, *rest.requests)] == [third, second, first]
    assert (rest.next, rest.requests[0].reason) == (None, NOT_NEEDED.reason)
    assert {(each.system, each.reference, each.by) for each in page.requests} == {
        ("Billing", "B-7", "Kim")
    }
    assert [(each.what, each.subject, each.by) for each in events[:2]] == [
        ("systems_not_needed", None, "Kim"),
        ("system_asked", "Billing", "Kim"),
    ]
    assert events[0].after == {"reason": "Billing reads the catalogue"}
    assert events[1].after == {"sent_on": "2026-11-20", "reference": "B-7"}


@pytest.mark.parametrize(
    ("new", "pointers"),
    [
        (NewRequest(needed=True), ["/system", "/sent_on"]),
        (NewRequest(needed=False), ["/reason"]),
        (replace(ASKED, reason="Both"), ["/reason"]),
        (replace(ASKED, needed=False, reason="Both"), ["/system", "/sent_on", "/reference"]),
        (replace(ASKED, sent_on=date(2026, 11, 23)), ["/sent_on"]),
        (replace(ASKED, sent_on=date(1, 1, 1)), ["/sent_on"]),
        (replace(ASKED, system="a\x00b"), ["/system"]),
        (replace(NOT_NEEDED, reason=""), ["/reason"]),
    ],
)
def test_what_says_neither_or_both_is_refused(
    of: Portfolio, new: NewRequest, pointers: list[str]
) -> None:
    """At its place, and nothing is noted."""
    with pytest.raises(BadFields) as refused:
        noted(of, new)
    assert [each.pointer for each in refused.value.problems] == pointers
    with of.database.reading() as session:
        assert requests_before(session, "mail", None, 9).requests == ()


def test_nobody_is_asked_to_add_what_has_ended(of: Portfolio) -> None:
    """As nothing else that is new begins of it; nor what nobody made."""
    with pytest.raises(Refused, match="`fax` has ended"):
        noted(of, ASKED, "fax")
    with pytest.raises(UnknownRecord):
        noted(of, ASKED, "telex")
    with of.database.reading() as session, pytest.raises(UnknownRecord):
        requests_before(session, "telex", None, 9)


def test_what_was_said_stays(of: Portfolio) -> None:
    """The database itself refuses to change it."""
    noted(of, ASKED)
    with pytest.raises(DatabaseError), of.database.transaction() as session:
        session.execute(text("UPDATE system_requests SET system = 'Another'"))
