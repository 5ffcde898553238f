"""Agreements: every version is kept, and what was measured stays as it was judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from model.agreement_targets import AgreedTarget
from model.agreements import AgreementVersion, find_agreement
from model.database import Database
from model.measurements import Measurement, measurements_between
from rules.attainment import Comparison
from rules.clocks.timer import LONGEST_TARGET
from rules.errors import BadFields, NameTaken
from tests.model.agreed import AVAILABLE, FULFILLED, START, agreed, changed, measured

DAY = date(2026, 10, 31)


def test_every_version_is_kept_with_who_wrote_it(database: Database) -> None:
    """What was agreed before a change can still be read, and is never changed."""
    agreement = agreed(database)
    changed(database, agreement, customer="Everybody", targets=(FULFILLED,))
    with database.reading() as session:
        versions = session.scalars(select(AgreementVersion).order_by(AgreementVersion.version))
        told = [(each.version, each.by, each.terms) for each in versions]
        assert find_agreement(session, agreement.id).agreed_targets == (FULFILLED,)
    assert [(version, by) for version, by, _ in told] == [(1, "Sam"), (2, "Sam")]
    terms = [each for _, _, each in told]
    assert [isinstance(each, dict) and each["customer"] for each in terms] == [
        "Finance", "Everybody",
    ]  # fmt: skip
    with pytest.raises(DBAPIError, match="never changed"), database.transaction() as session:
        session.execute(text("UPDATE agreement_versions SET \"by\" = 'Kim'"))


def test_a_later_change_judges_nothing_anew(database: Database) -> None:
    """A measurement keeps what was agreed when it came in; the newest of a day counts."""
    agreement = agreed(database)
    measured(database, agreement, DAY, 99.6)
    stricter = replace(AVAILABLE, value=Decimal("99.9"))
    changed(database, agreement, targets=(stricter,))
    with database.reading() as session:
        (kept,) = measurements_between(session, agreement.id, START, DAY)
        assert (kept.attained, kept.target) == (True, AVAILABLE)
    measured(database, agreement, DAY, 99.7)
    with database.reading() as session:
        (counts,) = measurements_between(session, agreement.id, START, DAY)
        assert (counts.attained, counts.number) == (False, Decimal("99.7"))
        assert len(session.scalars(select(Measurement)).all()) == 2
    with pytest.raises(DBAPIError, match="never changed"), database.transaction() as session:
        session.execute(text("DELETE FROM measurements"))


def test_a_name_is_one_of_its_own(database: Database) -> None:
    """People speak of an agreement by its name."""
    agreed(database)
    other = agreed(database, name="Print")
    with pytest.raises(NameTaken):
        agreed(database)
    with pytest.raises(NameTaken):
        changed(database, other, name="Mail")
    changed(database, other, name="Print")


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "term", "day", "in_force"),
    [
        ("2026-01-31", None, None, "2026-01-30", False),
        ("2026-01-31", None, None, "2026-01-31", True),
        ("2026-01-31", "2026-12-31", None, "2026-12-31", True),
        ("2026-01-31", "2026-12-31", None, "2027-01-01", False),
        ("2026-01-31", "2026-12-31", "P1Y", "2027-01-01", True),
    ],
)
def test_an_agreement_is_in_force_from_its_first_to_its_last_day(
    sqlite_database: Database, starts_on: str, ends_on: str | None, term: str | None, day: str,
    in_force: bool,
) -> None:  # fmt: skip
    """Both included; one that renews itself has no last day."""
    end = date.fromisoformat(ends_on) if ends_on else None
    agreement = agreed(
        sqlite_database, starts_on=date.fromisoformat(starts_on), ends_on=end, renewal_term=term
    )
    assert agreement.is_in_force(date.fromisoformat(day)) is in_force


@pytest.mark.parametrize(
    ("comparison", "value", "unit", "seconds"),
    [
        ("<=", 8, "hours", 28_800),
        ("<=", Decimal("1.5"), "minutes", 90),
        ("<=", 1, "seconds", 1),
        ("<=", Decimal("0.5"), "seconds", None),
        ("<=", 0, "hours", None),
        ("<=", -1, "hours", None),
        ("<=", LONGEST_TARGET.days * 24 + 1, "hours", None),
        ("<=", 10**12, "hours", None),
        ("<", 8, "hours", None),
        (">=", 8, "hours", None),
        ("<=", 8, "days", None),
        ("<=", 8, "percent", None),
    ],
)
def test_a_target_is_a_time_that_timers_count_or_it_is_not(
    comparison: str, value: int | Decimal, unit: str, seconds: int | None
) -> None:
    """Whole seconds that something may take at most, as many as a timer takes."""
    time = AgreedTarget("m", Comparison(comparison), value, unit, "P1M").time
    assert (time and time.total_seconds()) == seconds


def test_all_that_is_wrong_is_named_together(sqlite_database: Database) -> None:
    """Days, periods and targets, each at its place."""
    with pytest.raises(BadFields) as refused:
        agreed(
            sqlite_database, ends_on=date(2025, 1, 1), notice="soon", review_every="P99Y",
            targets=(AVAILABLE, AVAILABLE, replace(FULFILLED, value=Decimal("1e13"))),
        )  # fmt: skip
    assert [problem.pointer for problem in refused.value.problems] == [
        "/ends_on", "/targets/1/metric", "/targets/2/value", "/notice", "/review_every",
    ]  # fmt: skip
