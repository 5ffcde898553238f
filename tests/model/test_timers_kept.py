"""Counting how timers kept to their agreement: by what holds, within a time, in the database."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import event as listen
from sqlalchemy import select, text

from model import migrating
from model.access import Caller
from model.agreements import Agreement
from model.database import Database
from model.promises import Promise
from model.timers import TimerResult
from model.timers_kept import TimersKept, first_run_out, timers_kept
from tests.model.agreed import agreed
from tests.model.clocked import Clocked, event, on

WHOLE = (on(0, "00:00"), on(7, "00:00"))


def lived(database: Database, caller: Caller) -> Agreement:
    """Have one timer met, one breached as it ended, one cancelled, and one that has run out."""
    agreement, clocked = agreed(database), Clocked(database, caller)
    ends = {"A": ("stop", "10:00"), "B": ("stop", "23:00"), "C": ("cancel", "10:00"), "D": None}
    for ref, end in ends.items():
        clocked.case(ref)
        ended = [event(end[0], on(0, end[1]))] if end else []
        clocked.open(
            event("start", on(0, "09:00")), *ended, ref=ref, calendar=None, thresholds=(),
            target=Promise(agreement.id, "fulfilment"),
        )  # fmt: skip
    return agreement


def test_each_cycle_counts_where_its_verdict_fell(database: Database, caller: Caller) -> None:
    """The first instant of a time is within it, and the last is not; what is cancelled is not."""
    agreement, hour = lived(database, caller), timedelta(hours=1)
    with database.reading() as session:
        for since, until, met, breached in (
            (*WHOLE, 1, 2),
            (on(0, "10:00"), on(0, "10:01"), 1, 0),
            (on(0, "09:00"), on(0, "10:00"), 0, 0),
            (on(0, "17:00"), on(0, "17:01"), 0, 2),
            (on(0, "17:01"), on(7, "00:00"), 0, 0),
        ):
            found = timers_kept(session, agreement.id, since, until, on(1, "00:00"))
            kept = TimersKept(met, breached)
            assert found == ({} if kept == TimersKept() else {"fulfilment": kept})
        before = timers_kept(session, agreement.id, *WHOLE, on(0, "17:00") - hour)
    assert before == {"fulfilment": TimersKept(1, 1)}


def test_a_timer_is_named_of_those_that_ran_out(database: Database, caller: Caller) -> None:
    """Rather one that is asked for; and since an instant those alone that did, or were told."""
    agreement = lived(database, caller)
    late, over = (f"00000000-0000-4000-8000-{number:012}" for number in (1, 3))
    at = (agreement.id, "fulfilment", *WHOLE, on(2, "00:00"))
    with database.reading() as session:
        assert first_run_out(session, *at) == late
        assert first_run_out(session, *at, rather=over) == over
        assert first_run_out(session, *at, rather="another") == late
        assert first_run_out(session, *at, unseen=on(0, "17:00")) == late
        assert first_run_out(session, *at, unseen=on(0, "17:01")) is None
    Clocked(database, caller).scan(on(1, "00:00"))
    with database.reading() as session:
        assert first_run_out(session, *at, unseen=on(1, "00:00"), rather=over) == over
        assert first_run_out(session, *at, unseen=on(1, "00:01")) is None


def test_no_result_is_read_to_count_it(database: Database, caller: Caller) -> None:
    """However many have ended, the database counts them: a row for each metric comes back."""
    agreement, seen = lived(database, caller), []
    listen.listen(database.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    with database.reading() as session:
        timers_kept(session, agreement.id, *WHOLE, on(1, "00:00"))
    counting = [each for each in seen if "FROM timer" in each]
    assert len(counting) == 2
    assert all("GROUP BY" in each for each in counting)
    assert not any("timer_results.result" in each for each in counting)


def test_what_ended_before_it_was_counted_so_counts_the_same(
    database: Database, caller: Caller
) -> None:
    """Migrating reads it out of the results that there are."""
    agreement = lived(database, caller)
    kept = select(TimerResult.timer_id, TimerResult.verdict, TimerResult.metric)
    with database.reading() as session:
        before = session.execute(kept.order_by(TimerResult.timer_id)).all()
        counted = timers_kept(session, agreement.id, *WHOLE, on(1, "00:00"))
    migrating.downgrade(database, "0024")
    migrating.upgrade(database)
    with database.reading() as session:
        assert session.execute(kept.order_by(TimerResult.timer_id)).all() == before
        assert timers_kept(session, agreement.id, *WHOLE, on(1, "00:00")) == counted
        told = session.execute(text("SELECT result, verdict FROM timer_results")).all()
    assert all(json.loads(result)["verdict"] == verdict for result, verdict in told)
    assert [verdict for _, verdict, _ in before] == ["met", "breached", "void"]
