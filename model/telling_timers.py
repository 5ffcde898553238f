"""What timers have to tell is announced in the transaction that finds it: once, however late."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from model.agreement_reviews import review_breach
from model.agreements import find_agreement
from model.moment import Moment, rfc3339
from model.outbox import Event, EventType, Letter, announce, listeners
from model.scanning_timers import ToldMark, scan_timers
from model.timer_letters import hearers_of_marks
from rules.clocks.timer import BREACH


def tell_timers(session: Session, moment: Moment) -> bool:
    """Find what timers have passed by now, and announce it; say whether there may be more.

    What breaches an agreement is to be reviewed. Whoever has the case hears of it by letter.

    Needs a `transaction()`.
    """
    scanned = scan_timers(session, moment.now)
    if scanned.told:
        listening = listeners(session)
        hearers = hearers_of_marks(session, scanned.told, moment)
        for mark in scanned.told:
            letter, people = hearers.of(mark)
            announce(session, _event(mark, moment, letter), people, listening)
        _have_reviewed(session, scanned.told, moment)
    return scanned.more


def _have_reviewed(session: Session, told: Sequence[ToldMark], moment: Moment) -> None:
    """Have what breached an agreement reviewed; of several breaches of a target the first."""
    first: dict[tuple[str, str], ToldMark] = {}
    for mark in told:
        if mark.mark == BREACH and mark.agreement_id and mark.metric:
            first.setdefault((mark.agreement_id, mark.metric), mark)
    for (agreement_id, metric), mark in sorted(first.items(), key=lambda each: each[0]):
        agreement = find_agreement(session, agreement_id)
        why = f"the timer “{mark.name}” of {mark.case} ran out"
        review_breach(session, agreement, metric, moment.today, why, moment)


def _event(mark: ToldMark, moment: Moment, letter: Letter | None) -> Event:
    type = EventType.TIMER_BREACHED if mark.mark == BREACH else EventType.TIMER_NEARS_ITS_END
    data = {
        "case": {"ref": mark.case},
        "timer": {"id": mark.timer_id, "name": mark.name, "kind": mark.kind, "cycle": mark.cycle},
        "mark": mark.mark,
        "reached_at": rfc3339(mark.reached_at),
        "due_at": rfc3339(mark.due_at) if mark.due_at else None,
    }
    key = f"{type}/{mark.timer_id}/{mark.cycle}/{mark.mark}"
    return Event(type, key, f"cases/{mark.case}", data, moment.now, letter)
