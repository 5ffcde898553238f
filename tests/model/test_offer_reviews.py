"""What a service offers has changed: whoever agreed on it looks at the agreement again, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from model.agreements import Agreement
from model.reviews import Review
from model.service_life import ServiceChange
from tests.model.agreed import agreed, awaited, looked, measured
from tests.model.portfolio import Portfolio
from tests.model.reviewed import held

TODAY = date(2026, 11, 22)
DUE = TODAY + timedelta(days=7)
GOLD = {"name": "Gold", "text": None, "targets": {"availability": "99.9 %"}}
SILVER = {**GOLD, "name": "Silver"}
LATER = date(2027, 1, 1)


@pytest.fixture
def mail(portfolio: Portfolio) -> Portfolio:
    """A service manager whose service offers Gold."""
    portfolio.make("mail")
    portfolio.change("mail", ServiceChange(offer={"options": [GOLD]}))
    return portfolio


def offers(portfolio: Portfolio, **offer: object) -> None:
    """Have the service offer something else."""
    portfolio.change("mail", ServiceChange(offer=offer))


def on_it(portfolio: Portfolio, **terms: Any) -> Agreement:
    """Agree on the service."""
    return agreed(portfolio.database, service="mail", **terms)


def reviews(portfolio: Portfolio) -> list[Review]:
    """Return the reviews that there are, the earliest first."""
    with portfolio.database.reading() as session:
        return list(session.scalars(select(Review).order_by(Review.subject)))


def test_each_agreement_on_the_service_is_reviewed_within_a_week(mail: Portfolio) -> None:
    """By who is to review it; not one that has ended, nor one on something else."""
    here = on_it(mail, role="Desk Lead", agency="Finance")
    to_come = on_it(mail, name="To come", starts_on=LATER)
    on_it(mail, name="Over", ends_on=TODAY - timedelta(days=1))
    agreed(mail.database, name="Elsewhere")
    offers(mail, options=[{**GOLD, "targets": {}}, SILVER], charging={"model": "included"})
    first, second = reviews(mail)
    assert [each.subject[11:47] for each in (first, second)] == [here.id, to_come.id]
    assert (first.role, first.agency, first.due_on, first.once) == (
        "Desk Lead", "Finance", DUE, True,
    )  # fmt: skip
    assert first.title == (
        "The service level agreement “Mail”: what “Mail” offers has changed:"
        " “Gold” changed, “Silver” is new, charging"
    )


def test_each_change_is_reviewed_once(mail: Portfolio) -> None:
    """Said again it is none; held, the next change comes with a review of its own."""
    on_it(mail)
    for _ in range(2):
        offers(mail, options=[SILVER])
    (review,) = reviews(mail)
    assert review.title.endswith("“Gold” is no more, “Silver” is new")
    held(mail.database, review, review.due_on, TODAY)
    offers(mail, quality={"recovery time": "4 hours"})
    assert [each.title.rpartition(": ")[2] for each in reviews(mail) if not each.ended_at] == [
        "quality"
    ]


def test_what_customers_are_not_offered_changes_no_agreement(mail: Portfolio) -> None:
    """What it costs its provider, how much it can take, and its words."""
    on_it(mail)
    price = {"amount": 1, "currency": "EUR", "per": "user"}
    offers(mail, cost=price, capacity={"amount": 20, "unit": "agencies", "per": "P1M"})
    mail.change("mail", ServiceChange({"description": "Post"}))
    assert reviews(mail) == []


def test_of_many_options_some_are_named(mail: Portfolio) -> None:
    """However long their names are, the review can be set up."""
    on_it(mail)
    offers(mail, options=[GOLD, *({**GOLD, "name": f"{n} {'x' * 190}"} for n in range(40))])
    (review,) = reviews(mail)
    assert review.title.endswith(", 37 more options")


def test_the_review_of_a_change_stays_until_it_is_held(mail: Portfolio) -> None:
    """It is not taken back by those that come and go with days."""
    on_it(mail, review_every="P5Y")
    offers(mail, options=[])
    (what, due_on) = awaited(mail.database)[0]
    assert (what, due_on) == (f"offer/3/{TODAY}", DUE)
    assert (what, due_on) in looked(mail.database, TODAY - timedelta(days=1))
    assert (what, due_on) in looked(mail.database, TODAY + timedelta(days=30))


def test_while_offers_change_others_measure_and_look(mail: Portfolio) -> None:
    """Nobody fails or waits for ever, and each change has its review."""
    agreement = on_it(mail, starts_on=date(2026, 1, 1))

    def work(number: int) -> None:
        offers(mail, options=[{**GOLD, "name": f"Gold {number}"}])
        looked(mail.database, TODAY)
        measured(mail.database, agreement, date(2026, 10, number + 1), 90, TODAY)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    found = [what for what, _ in awaited(mail.database)]
    assert len([each for each in found if each.startswith("offer/")]) == 8
