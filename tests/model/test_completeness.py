"""Completeness: what the entries of the catalogue do not say yet is found, and nothing else."""

from __future__ import annotations

from datetime import date

from model.completeness import TOLD_IN_OPERATION, TOLD_OF_ALL, Incomplete, incomplete_services
from model.continuity import PLAN, TEST, NewTest, note_test
from model.database import Database
from tests.model.offered import NOW, need_no_other_system, offer
from tests.model.portfolio import Portfolio

WORDS = {
    "description": "Letters", "category": "Office", "product_manager": "Ann",
    "line_manager": "Lee", "review_every": "P1Y", "value": "A day is saved",
}  # fmt: skip

TODAY = NOW.date()


def found(database: Database, limit: int = 200) -> tuple[Incomplete, ...]:
    """Return what is not complete."""
    with database.reading() as session:
        return incomplete_services(session, limit, TODAY)


def test_what_an_entry_does_not_say_is_told(published: Database) -> None:
    """Of a service that is prepared less than of one in operation; of those outside, nothing."""
    with published.transaction() as session:
        for key, phase in (("live", "operate"), ("soon", "transition"), ("idea", "design")):
            offer(session, key, key.title(), phase=phase)
        offer(session, "gone", "Gone", phase="retire")
        offer(session, "refused", "Refused", phase="transition").rejected = True
        whole = offer(session, "whole", "Whole", phase="operate")
        whole.options, whole.charging = [{"name": "gold"}], {"model": "flat"}
        whole.cost, whole.technologies = {"amount": 1, "currency": "EUR", "per": "month"}, ["SMTP"]
        for name, text in WORDS.items():
            setattr(whole, name, text)
        session.flush()
        need_no_other_system(session, "whole")
    by_key = {each.service: each.missing for each in found(published)}
    assert set(by_key) == {"live", "soon"}
    assert set(by_key["soon"]) == set(TOLD_OF_ALL)
    assert set(by_key["live"]) >= set(TOLD_IN_OPERATION)
    assert [each.service for each in found(published, 1)] == ["live"]
    with published.transaction() as session:
        offer(session, "almost", "Almost", phase="operate")
    assert "almost" in {each.service for each in found(published)}


def test_a_service_in_operation_needs_a_continuity_plan_and_a_test(portfolio: Portfolio) -> None:
    """A test counts for one period of the review of continuity, and only if it went well."""
    with portfolio.database.transaction() as session:
        offer(session, "live", "Live")
        offer(session, "soon", "Soon", phase="transition")

    def missing(today: date = TODAY) -> set[str]:
        with portfolio.database.reading() as session:
            by_key = {e.service: set(e.missing) for e in incomplete_services(session, 9, today)}
        assert not by_key["soon"] & {PLAN, TEST}
        return by_key["live"] & {PLAN, TEST}

    def tried(held_on: date, *, resumed: bool) -> None:
        with portfolio.database.transaction() as session:
            note_test(session, "live", NewTest(held_on, resumed), "Lee", portfolio.moment)

    assert missing() == {PLAN, TEST}
    portfolio.supply("live", PLAN)
    tried(date(2025, 11, 21), resumed=True)
    assert missing() == {TEST}
    tried(date(2025, 11, 22), resumed=True)
    assert missing() == set()
    tried(date(2026, 3, 1), resumed=False)
    assert missing() == {TEST}
    tried(date(2026, 4, 1), resumed=True)
    assert missing() == set()
    assert missing(date(2027, 4, 1)) == set()
    assert missing(date(2027, 4, 2)) == {TEST}
