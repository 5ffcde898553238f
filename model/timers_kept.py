"""How timers kept to their agreement: each cycle counts once, by the result that holds now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from model.timers import Timer, TimerMark, TimerResult
from rules.clocks.timer import BREACH, State, Verdict

_Counted = tuple[str, Verdict, int]
"""How many cycles of a metric came to what."""


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
    overrun_until = min(until, now)
    count: Counter[tuple[str, Verdict]] = Counter()
    for metric, verdict, number in (
        *_ended(session, agreement_id, since, until),
        *_overrun(session, agreement_id, since, overrun_until),
    ):
        count[metric, verdict] += number
    return {
        metric: TimersKept(count[metric, Verdict.MET], count[metric, Verdict.BREACHED])
        for metric in sorted({metric for metric, _ in count})
    }


def first_run_out(
    session: Session,
    agreement_id: str,
    metric: str,
    since: datetime,
    until: datetime,
    now: datetime,
    *,
    unseen: datetime | None = None,
    rather: str = "",
) -> str | None:
    """Return the id of the timer of a metric whose time ran out first within a time, if any did.

    `unseen`: of those alone of which it was so, or was told, from then on. `rather`: the id of one
    that is returned if its time is among those that ran out.
    """
    ended = (
        select(TimerResult.verdict_at.label("at"), TimerResult.timer_id.label("id"))
        .where(TimerResult.agreement_id == agreement_id, TimerResult.metric == metric)
        .where(TimerResult.verdict == Verdict.BREACHED)
        .where(TimerResult.verdict_at >= since, TimerResult.verdict_at < until)
    )
    overrun = (
        select(Timer.due_at.label("at"), Timer.id.label("id"))
        .where(Timer.agreement_id == agreement_id, Timer.metric == metric)
        .where(Timer.due_at >= since, Timer.due_at < min(until, now))
        .where(Timer.state.in_((State.RUNNING, State.PAUSED)))
    )
    if unseen is not None:
        cycle = (TimerMark.timer_id == TimerResult.timer_id, TimerMark.cycle == TimerResult.cycle)
        ended = ended.where(or_(TimerResult.verdict_at >= unseen, _told(unseen, *cycle)))
        overrun = overrun.where(
            or_(Timer.due_at >= unseen, _told(unseen, TimerMark.timer_id == Timer.id))
        )
    found = union_all(ended, overrun).subquery()
    first = select(found.c.id).order_by(found.c.id != rather, found.c.at, found.c.id)
    return session.scalar(first.limit(1))


def _told(since: datetime, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a breach was told from then on."""
    return exists().where(*which, TimerMark.mark == BREACH, TimerMark.found_at >= since)


def _ended(
    session: Session, agreement_id: str, since: datetime, until: datetime
) -> Iterator[_Counted]:
    """Yield what cycles that have ended came to within a time."""
    query = (
        select(TimerResult.metric, TimerResult.verdict, func.count())
        .where(TimerResult.agreement_id == agreement_id)
        .where(TimerResult.verdict_at >= since, TimerResult.verdict_at < until)
        .group_by(TimerResult.metric, TimerResult.verdict)
    )
    for metric, verdict, number in session.execute(query):
        yield str(metric), Verdict(verdict), number


def _overrun(
    session: Session, agreement_id: str, since: datetime, until: datetime
) -> Iterator[_Counted]:
    """Yield the timers that go on though their time ran out within a time."""
    query = (
        select(Timer.metric, func.count())
        .where(Timer.agreement_id == agreement_id)
        .where(Timer.due_at >= since, Timer.due_at < until)
        .where(Timer.state.in_((State.RUNNING, State.PAUSED)))
        .group_by(Timer.metric)
    )
    for metric, number in session.execute(query):
        yield str(metric), Verdict.BREACHED, number
