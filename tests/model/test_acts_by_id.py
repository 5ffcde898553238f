"""Acts on cases and customers hold an id, and are shown by the name that it stands for now."""

from __future__ import annotations

from datetime import UTC, datetime

from model.acts_by_id import (
    CASE,
    CUSTOMER,
    VERSION,
    acts_shown,
    id_of_case,
    id_of_customer,
    place_of,
)
from model.administration import Act, Actor, Via, record_act
from model.customers import Contact, end_customer, put_customer
from model.database import Database
from tests.model.conftest import NOW
from tests.model.lives import Lives
from tests.model.portfolio import Portfolio

KIM = Actor("Kim", Via.HTTP, "the-id-of-her-key")
LATER = datetime(2026, 12, 1, tzinfo=UTC)


def noted(database: Database, on: str, **details: object) -> None:
    """Leave an act."""
    with database.transaction() as session:
        record_act(session, KIM, Act.CHANGED, on, NOW, **details)


def shown(database: Database) -> list[str]:
    """Return what the acts are shown to have been done to, newest first."""
    with database.reading() as session:
        return [act.on for act in acts_shown(session, None, 10).acts]


def test_a_case_is_shown_by_the_ref_that_it_has(lives: Lives) -> None:
    """Renamed, or merged into another, it is found as it is found elsewhere."""
    for ref in ("CRM-1", "CRM-2"):
        lives.decide(ref, in_catalog=True)
    with lives.database.reading() as session:
        which = id_of_case(session, "CRM-1")
        assert id_of_case(session, "nobody") == {CASE: None, VERSION: None}
    noted(lives.database, f"/cases/{place_of(CASE)}/facts", **which)
    assert shown(lives.database) == ["/cases/CRM-1/facts"]
    lives.rename("CRM-1", "{customer}")
    with lives.database.reading() as session:
        assert id_of_case(session, "CRM-1")[CASE] == which[CASE]
    assert shown(lives.database) == ["/cases/{customer}/facts"]


def test_an_act_of_renaming_is_shown_by_the_ref_until_then(lives: Lives) -> None:
    """However often a case is renamed; other acts, and acts that say no version, by that of now."""
    lives.decide("CRM-1", in_catalog=True)
    for old, new in (("CRM-1", "CRM-2"), ("CRM-2", "CRM-3"), ("CRM-3", "CRM-1")):
        lives.rename(old, new)
        with lives.database.reading() as session:
            which = id_of_case(session, new)
        noted(lives.database, f"/cases/{place_of(CASE)}/rename", **which)
        noted(lives.database, f"/cases/{place_of(CASE)}/satisfaction", **which)
    noted(lives.database, f"/cases/{place_of(CASE)}/rename", case=which[CASE])
    now = "/cases/CRM-1/satisfaction"
    renamed = [f"/cases/CRM-{number}/rename" for number in (3, 2, 1)]
    told = [each for rename in renamed for each in (now, rename)]
    assert shown(lives.database) == ["/cases/CRM-1/rename", *told]


def test_a_customer_is_the_one_who_is_there_or_was_last(portfolio: Portfolio) -> None:
    """Whoever came back is another row, and each act is on the one of its time."""
    portfolio.make("mail")
    found = []
    for _ in range(2):
        with portfolio.database.transaction() as session:
            put_customer(session, "mail", "Tax", Contact("Head", None, None), "Kim", NOW)
            found.append(id_of_customer(session, "mail", "Tax"))
            end_customer(session, "mail", "Tax", "Kim", LATER)
            assert id_of_customer(session, "mail", "Tax") == found[-1]
    assert found[0] != found[1]
    noted(portfolio.database, f"/customers/{place_of(CUSTOMER)}", **found[0])
    assert shown(portfolio.database) == ["/customers/Tax"]


def test_what_an_act_says_otherwise_is_shown_as_it_is(database: Database) -> None:
    """From before they went by ids, and of what is no record any more; a place may be a name."""
    noted(database, "/cases/CRM-1/facts", case=7)
    noted(database, "/cases/{case}/facts")
    noted(database, "/cases/{case}/facts", case=7)
    noted(database, "/cases/{case}/facts", case="7")
    assert shown(database) == [*["/cases/{case}/facts"] * 3, "/cases/CRM-1/facts"]
