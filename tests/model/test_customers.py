"""Customers of a service: who uses it, who did, and how many are still there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from model.customers import CustomerPage, customers_after, end_customer, hearers_of
from model.services import find_service
from rules.errors import BadFields, UnknownRecord
from tests.model.offered import offer
from tests.model.portfolio import Portfolio
from tests.model.used import DEPUTY, FINANCE, TAX, staff, use

DAY = date(2026, 11, 22)


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """A portfolio with a service that somebody may use."""
    staff(portfolio.database)
    with portfolio.database.transaction() as session:
        offer(session, "mail", "Mail")
    return portfolio


def listed(of: Portfolio, after: str | None = None, limit: int = 50) -> CustomerPage:
    """List the customers of Mail."""
    with of.database.reading() as session:
        return customers_after(session, "mail", after, limit, DAY)


def leave(of: Portfolio, name: str) -> None:
    """Transition a customer out of Mail."""
    with of.database.transaction() as session:
        end_customer(session, "mail", name, "Kim", of.moment.now + timedelta(days=1))


def test_who_leaves_is_still_read_and_counts_no_more(of: Portfolio) -> None:
    """The row stays with its end; whoever comes back is there anew."""
    use(of, "mail", "Finance", role="Customer", agency="Finance")
    use(of, "mail", "Tax", email=TAX)
    leave(of, "Finance")
    page = listed(of)
    assert page.there == 1
    gone, there = (view.customer for view in page.customers)
    assert (gone.name, gone.ended_by, there.name, there.until) == ("Finance", "Kim", "Tax", None)
    with pytest.raises(UnknownRecord):
        leave(of, "Finance")
    use(of, "mail", "Finance", email=FINANCE)
    assert listed(of).there == 2
    assert [view.customer.name for view in listed(of).customers] == ["Finance", "Tax", "Finance"]


def test_what_is_said_again_changes_only_how_they_are_reached(of: Portfolio) -> None:
    """One customer of a name is there at a time, however often and however many say so."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: use(of, "mail", "Tax", email=TAX), range(4)))
    use(of, "mail", "Tax", role="Customer", agency="Finance")
    page = listed(of)
    (view,) = page.customers
    assert (page.there, view.customer.email, view.customer.role) == (1, None, "Customer")


def test_holders_of_the_role_are_reached_before_the_address(of: Portfolio) -> None:
    """By the roster of the day; the address where nobody holds it; nobody where there is none."""
    use(of, "mail", "Finance", role="Customer", agency="Finance", email="left@x.example")
    use(of, "mail", "Tax", role="Customer", agency="Tax", email=TAX)
    use(of, "mail", "Unknown")
    assert [view.reached for view in listed(of).customers] == [1, 1, 0]
    with of.database.reading() as session:
        mail = find_service(session, "mail").id
        today = hearers_of(session, [mail], DAY)
        tomorrow = hearers_of(session, [mail], DAY + timedelta(days=1))
    assert (today.people, today.unheard) == ((FINANCE, TAX), ("Unknown",))
    assert tomorrow.people == (DEPUTY, TAX)


def test_customers_are_read_page_by_page(of: Portfolio) -> None:
    """How many are there is said on each page."""
    for number in range(3):
        use(of, "mail", f"C{number}")
    first = listed(of, limit=2)
    second = listed(of, first.next)
    names = [view.customer.name for page in (first, second) for view in page.customers]
    assert (names, first.there, second.there) == (["C0", "C1", "C2"], 3, 3)
    assert second.next is None


def test_what_cannot_be_kept_is_refused(of: Portfolio) -> None:
    """An unsound text names its member; a service that is not there has no customers."""
    with pytest.raises(BadFields) as refused:
        use(of, "mail", "Tax", email="\x00", role="")
    assert {each.pointer for each in refused.value.problems} == {"/email", "/role"}
    with pytest.raises(UnknownRecord):
        use(of, "fax", "Tax")
