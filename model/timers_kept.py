"""How timers kept to their agreement: each cycle counts once, by the result that holds now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.timers import Timer, TimerResult
from model.timing import AHEAD
from rules.clocks.timer import State, Verdict

_Kept = tuple[str, Verdict, datetime]
"""The metric of a cycle, what the cycle came to, and when that was so."""


@dataclass(frozen=True, slots=True)
class TimersKept:
    """Timers that were opened by a target: cycles that ended in time, and those that did not."""

    met: int = 0
    breached: int = 0


def timers_kept(
    session: Session, agreement_id: str, since: datetime, until: datetime, now: datetime
) -> Mapping[str, TimersKept]:
    """Count the cycles that ended in time within a time, and those whose time ran out in it.

    By what holds now: an event that came late may have made another result of one that was told.
    """
    found = [*_ended(session, agreement_id, since), *_overrun(session, agreement_id, now)]
    within = [(metric, verdict) for metric, verdict, at in found if since <= at < until]
    count = Counter(within)
    return {
        metric: TimersKept(count[metric, Verdict.MET], count[metric, Verdict.BREACHED])
        for metric, _ in within
    }


def _ended(session: Session, agreement_id: str, since: datetime) -> Iterator[_Kept]:
    """Yield what cycles came to that ended at an instant or later, and when that was so."""
    query = (
        select(Timer.metric, TimerResult.result)
        .join(TimerResult, TimerResult.timer_id == Timer.id)
        .where(Timer.agreement_id == agreement_id)
        # None is frozen before it ends, but for a source whose clock is ahead.
        .where(TimerResult.frozen_at >= since - AHEAD)
    )
    for metric, result in session.execute(query):
        told = cast("dict[str, str]", result)
        verdict = Verdict(told["verdict"])
        if verdict is Verdict.MET:
            yield str(metric), verdict, datetime.fromisoformat(told["ended_at"])
        elif verdict is Verdict.BREACHED:
            yield str(metric), verdict, datetime.fromisoformat(told["breached_at"])


def _overrun(session: Session, agreement_id: str, now: datetime) -> Iterator[_Kept]:
    """Yield the timers that go on though their time has run out, and when it did."""
    query = (
        select(Timer.metric, Timer.due_at)
        .where(Timer.agreement_id == agreement_id, Timer.due_at < now)
        .where(Timer.state.in_((State.RUNNING, State.PAUSED)))
    )
    for metric, due_at in session.execute(query):
        yield str(metric), Verdict.BREACHED, cast("datetime", due_at)
