"""Agreements to try, in a few short words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select

from model.agreeing import change_agreement, make_agreement
from model.agreement_reviews import keep_agreement_reviews
from model.agreement_targets import AgreedTarget
from model.agreement_terms import Terms
from model.agreements import Agreement, AgreementKind
from model.database import Database
from model.measuring import NewMeasurement, record_measurements
from model.reviews import Review
from rules.attainment import Comparison
from tests.model.reviewed import NOW, at

START = date(2026, 1, 31)
AVAILABLE = AgreedTarget("availability", Comparison.AT_LEAST, Decimal("99.5"), "percent", "P1M")
FULFILLED = AgreedTarget("fulfilment", Comparison.AT_MOST, 8, "hours", "P1M")
TERMS = Terms("Mail", "IT", "Finance", START, "P1M", targets=(AVAILABLE, FULFILLED))
_NUMBERS = count(1)


def agreed(database: Database, kind: AgreementKind = AgreementKind.SLA, **change: Any) -> Agreement:
    """Make an agreement, with some of it changed."""
    with database.transaction() as session:
        new_id = f"00000000-0000-4000-9000-{next(_NUMBERS):012}"
        terms = replace(TERMS, **change)
        return make_agreement(session, new_id, kind, terms, "Sam", NOW).agreement


def changed(database: Database, agreement: Agreement, **changes: object) -> None:
    """Agree on something else."""
    with database.transaction() as session:
        change_agreement(session, agreement.id, changes, lambda _: None, "Sam", NOW)


def measured(
    database: Database, agreement: Agreement, day: date, value: object, today: date | None = None
) -> None:
    """Record how available it was, by a day."""
    new = NewMeasurement("availability", day, Decimal(str(value)))
    with database.transaction() as session:
        record_measurements(session, agreement.id, [new], "Monitoring", at(today or day))


def looked(database: Database, today: date) -> list[tuple[str, date]]:
    """Look what is to be reviewed, and return the reviews of agreements that go on."""
    with database.transaction() as session:
        keep_agreement_reviews(session, at(today))
    return awaited(database)


def awaited(database: Database) -> list[tuple[str, date]]:
    """Return the reviews that go on: what follows the agreement's id in the subject, and when."""
    with database.reading() as session:
        going_on = select(Review).where(Review.ended_at.is_(None)).order_by(Review.subject)
        found = session.scalars(going_on).all()
    return [(each.subject.partition("/")[2][37:], each.due_on) for each in found]
