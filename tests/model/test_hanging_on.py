"""What hangs on a service at its end: named to the board that approves, and in the record."""

from __future__ import annotations

from typing import Any

import pytest

from model.catalogue_standing import LIVE
from model.customers import Contact, end_customer, put_customer
from model.dependencies import rest_on
from model.hanging_on import MOST_NAMED, hanging_on
from model.replaying import replay
from model.revisions import live_book
from model.service_life import ServiceChange
from model.services import find_service
from rules.errors import BadFields
from rules.values import LONGEST_TEXT
from tests.api.service_calls import NEEDS, SAID
from tests.model.offered import NOW, offer
from tests.model.portfolio import Portfolio


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """A portfolio with a service in operation, ready to be ended, and others."""
    portfolio.make("chat")
    for gate in (1, 3, 4):
        portfolio.supply("chat", *NEEDS[gate])
        portfolio.hold("chat", gate, facts=SAID.get(gate, {}), verdict="approve")
    portfolio.supply("chat", *NEEDS[6])
    with portfolio.database.transaction() as session:
        for key, phase in (("mail", LIVE[0]), ("idea", "design"), ("fax", "retire")):
            offer(session, key, key.title(), phase=phase)
    return portfolio


def use(of: Portfolio, *names: str) -> None:
    """Have somebody use Chat."""
    with of.database.transaction() as session:
        for name in names:
            contact = Contact(None, f"{len(name)}@example.org", None)
            put_customer(session, "chat", name, contact, "Sam", NOW)


def reasons(body: Any) -> dict[str, object]:
    """Return what an answer names as hanging on the service."""
    facts = {name: value for each in body["because"] for name, value in each["facts"].items()}
    return {name: value for name, value in facts.items() if name.startswith("still_")}


def test_who_is_still_there_and_what_rests_on_it_is_named(of: Portfolio) -> None:
    """Live services alone, and customers who have not left; the approval passes all the same."""
    use(of, "Finance", "Tax", "Parks")
    with of.database.transaction() as session:
        end_customer(session, "chat", "Tax", "Sam", NOW)
        for key in ("mail", "idea", "fax"):
            rest_on(session, key, ["chat"])
    body = of.hold("chat", 6, verdict="approve")
    assert body["outcome"]["result"] == "pass"
    assert reasons(body) == {"still_used_by": "Finance, Parks", "still_carries": "mail"}
    assert sum("still" in sentence for sentence in body["assumptions"]) == 2
    with of.database.reading() as session:
        assert replay(session, body["id"]).same


def test_a_service_that_nobody_uses_ends_without_a_word(of: Portfolio) -> None:
    """And a verdict that waits for the customers needs no warning."""
    assert reasons(of.hold("chat", 6, verdict="communicate")) == {}
    body = of.hold("chat", 6, verdict="approve")
    assert (body["outcome"]["result"], reasons(body), body["assumptions"]) == ("pass", {}, [])


def test_it_stays_with_no_service_and_nobody_supplies_it(of: Portfolio) -> None:
    """What is so on the day of a session is looked up at the next one."""
    use(of, "Finance")
    of.hold("chat", 6, verdict="communicate")
    assert [fact.name for fact in of.shown("chat").facts if "still" in fact.name] == []
    with pytest.raises(BadFields, match="cannot be supplied"):
        of.change("chat", ServiceChange({}, {"still_used_by": "Nobody"}))
    with pytest.raises(BadFields, match="cannot be supplied"):
        of.hold("chat", 6, facts={"still_carries": "nothing"})


def test_many_names_are_told_by_the_first_of_them(of: Portfolio) -> None:
    """With how many more there are; it is never longer than a text may be."""
    for long in ("", "x" * 190):
        names = [f"{number:03}{long}" for number in range(MOST_NAMED + 5)]
        use(of, *names)
        with of.database.reading() as session:
            service, vocabulary = find_service(session, "chat"), live_book(session).vocabulary
            named = str(hanging_on(session, service, 6, vocabulary)["still_used_by"])
            assert hanging_on(session, service, 5, vocabulary) == {}
        first = ", ".join(names[:MOST_NAMED])
        assert named == (f"{first}, and 5 more" if not long else f"{first[: LONGEST_TEXT - 1]}…")
        with of.database.transaction() as session:
            for name in names:
                end_customer(session, "chat", name, "Sam", NOW)
