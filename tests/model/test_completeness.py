"""Completeness: what the entries of the catalogue do not say yet is found, and nothing else."""

from __future__ import annotations

from model.completeness import TOLD_IN_OPERATION, TOLD_OF_ALL, Incomplete, incomplete_services
from model.database import Database
from tests.model.offered import offer

WORDS = {
    "description": "Letters", "category": "Office", "product_manager": "Ann",
    "line_manager": "Lee", "review_every": "P1Y", "value": "A day is saved",
}  # fmt: skip


def found(database: Database, limit: int = 200) -> tuple[Incomplete, ...]:
    """Return what is not complete."""
    with database.reading() as session:
        return incomplete_services(session, limit)


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
    by_key = {each.service: each.missing for each in found(published)}
    assert set(by_key) == {"live", "soon"}
    assert set(by_key["soon"]) == set(TOLD_OF_ALL)
    assert set(by_key["live"]) >= set(TOLD_IN_OPERATION)
    assert [each.service for each in found(published, 1)] == ["live"]
    with published.transaction() as session:
        offer(session, "almost", "Almost", phase="operate")
    assert "almost" in {each.service for each in found(published)}
