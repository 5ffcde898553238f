"""What an older process froze counts before long, whether its timer ever moves again or not."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.event import listens_for

from model.access import Caller
from model.database import Database
from model.timers import Timer, TimerResult
from model.timers_kept import TimersKept, timers_kept
from model.uncounted_results import are_uncounted, count_missed
from tests.model.clocked import on
from tests.model.test_timers_kept import WHOLE, lived

LATER = on(1, "00:00")


def froze_as_older(database: Database) -> None:
    """Have every result say no more than what an older process writes."""
    nothing = {"agreement_id": None, "metric": None, "verdict": "pending", "verdict_at": None}
    with database.transaction() as session:
        session.execute(update(TimerResult).values(nothing))


def counted(database: Database, agreement_id: str) -> dict[str, TimersKept]:
    """Return how timers kept to the agreement in that week."""
    with database.reading() as session:
        return dict(timers_kept(session, agreement_id, *WHOLE, LATER))


def frozen(database: Database) -> list[Any]:
    """Return the results as they are told, and since when they hold."""
    with database.reading() as session:
        rows = select(TimerResult.result, TimerResult.frozen_at).order_by(TimerResult.timer_id)
        return list(session.execute(rows))


def test_what_nobody_counted_is_counted(database: Database, caller: Caller) -> None:
    """A few timers at a time; each once, and what was told of them stays as it was told."""
    agreement = lived(database, caller)
    before, told = counted(database, agreement.id), frozen(database)
    froze_as_older(database)
    assert counted(database, agreement.id) == {"fulfilment": TimersKept(0, 1)}
    found = [database.write(lambda session: count_missed(session, LATER, most=2)) for _ in range(3)]
    assert found == [2, 1, 0]
    assert counted(database, agreement.id) == before == {"fulfilment": TimersKept(1, 2)}
    assert frozen(database) == told


def test_whose_results_nobody_counted_is_known(database: Database, caller: Caller) -> None:
    """Of an agreement and a metric; and nobody else's."""
    agreement = lived(database, caller)
    whose = ((agreement.id, "fulfilment"), (agreement.id, "response"), ("x", "fulfilment"))

    def asked() -> list[bool]:
        with database.reading() as session:
            return [are_uncounted(session, *each) for each in whose]

    assert asked() == [False, False, False]
    froze_as_older(database)
    assert asked() == [True, False, False]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_somebody_has_in_hand_is_passed_over(database: Database, caller: Caller) -> None:
    """Their event counts it by itself, and the look waits for nobody. On SQLite one is at it."""
    lived(database, caller)
    froze_as_older(database)
    with database.transaction() as session:
        session.scalars(select(Timer).where(Timer.id.endswith("0")).with_for_update()).one()
        assert database.write(lambda other: count_missed(other, LATER)) == 2


def test_the_few_are_found_by_their_own_index(database: Database, caller: Caller) -> None:
    """However much has ended, a look at nothing reads nothing."""
    lived(database, caller)
    asked: list[tuple[str, Any]] = []

    @listens_for(database.engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    database.write(lambda session: count_missed(session, LATER))
    [(statement, parameters)] = [each for each in asked if "LIMIT" in each[0]]
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    with database.transaction() as session:
        if not database.is_sqlite:
            # Of four rows PostgreSQL reads them all, unless it may not.
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.connection().exec_driver_sql(f"{explain} {statement}", parameters).all()
    assert "ix_timer_results_timer_id" in str(plan)
