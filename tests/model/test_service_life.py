"""A service as it stands: made, changed and supplied, with who did it and when."""

from __future__ import annotations

import pytest

from model.service_life import ServiceChange, list_services
from rules.errors import BadFields, ServiceExists
from tests.model.portfolio import Portfolio


def test_a_service_begins_in_strategy(portfolio: Portfolio) -> None:
    """At version 1, with what was said of it, and nothing passed."""
    view = portfolio.make("mail", {"reports_required": True}, category="Office", line_manager="Lee")
    service = view.service
    assert (service.key, service.name, service.category) == ("mail", "Mail", "Office")
    assert (service.line_manager, service.product_manager) == ("Lee", None)
    assert (service.phase, service.rejected, service.subject.version) == ("strategy", False, 1)
    assert [(fact.name, fact.supplied_by) for fact in view.facts] == [
        ("reports_required", "Roundup")
    ]


def test_there_is_one_service_of_a_key(portfolio: Portfolio) -> None:
    """The second is told, and the first stays as it was."""
    portfolio.make("mail", category="Office")
    with pytest.raises(ServiceExists, match="`mail`"):
        portfolio.make("mail", category="Post")
    assert portfolio.shown("mail").service.category == "Office"


@pytest.mark.parametrize("key", ["", "-a", "a b", "a/b", "ä", "a" * 101, "a\n", "a\x1fb"])
def test_a_key_can_stand_in_an_address(portfolio: Portfolio, key: str) -> None:
    """Any other is refused."""
    with pytest.raises(BadFields, match="/key"):
        portfolio.make(key)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (ServiceChange({"name": ""}), "/name"),
        (ServiceChange({"category": "a\tb"}), "/category"),
        (ServiceChange({"review_every": "yearly"}), "/review_every"),
        (ServiceChange(by="x" * 201), "/by"),
        (ServiceChange(facts={"verdict": "approve"}), "/facts/verdict"),
        (ServiceChange(facts={"has_service_design": True}), "/facts/has_service_design"),
        (ServiceChange(facts={"gate_4_passed": True}), "/facts/gate_4_passed"),
        (ServiceChange(facts={"being_consumed": 1}), "/facts/being_consumed"),
    ],
)
def test_what_cannot_be_said_of_a_service_is_refused(
    portfolio: Portfolio, change: ServiceChange, pointer: str
) -> None:
    """Each by its member; the version stays."""
    portfolio.make("mail")
    with pytest.raises(BadFields) as refused:
        portfolio.change("mail", change)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert portfolio.shown("mail").service.subject.version == 1


def test_words_can_be_changed_and_taken_away(portfolio: Portfolio) -> None:
    """Those that are not named stay."""
    portfolio.make("mail", category="Office", product_manager="Kim")
    portfolio.change("mail", ServiceChange({"category": None, "review_every": "P6M"}))
    service = portfolio.shown("mail").service
    assert (service.category, service.product_manager, service.review_every) == (None, "Kim", "P6M")
    assert service.subject.version == 2


def test_services_come_page_by_page(portfolio: Portfolio) -> None:
    """In the order in which they were made; each once."""
    for number in range(5):
        portfolio.make(f"s{number}")
    pages, after = [], None
    with portfolio.database.reading() as session:
        while True:
            page = list_services(session, after, 2, portfolio.caller)
            pages.append([service.key for service in page.services])
            if (after := page.next) is None:
                break
        with pytest.raises(BadFields, match="cursor"):
            list_services(session, "x", 2, portfolio.caller)
    assert pages == [["s0", "s1"], ["s2", "s3"], ["s4"]]
