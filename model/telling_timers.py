"""What timers have to tell is announced in the transaction that finds it: once, however late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from sqlalchemy.orm import Session

from model.agreement_reviews import review_breach
from model.agreements import find_agreement
from model.apart import Failed, apart
from model.moment import Moment, rfc3339
from model.outbox import Event, EventType, Letter, announce, listeners
from model.scanning_timers import ToldMark, scan_timers
from model.timer_letters import hearers_of_marks
from rules.clocks.timer import BREACH


def tell_timers(
    session: Session, moment: Moment, zone: tzinfo, failed: Failed | None = None
) -> bool:
    """Find what timers have passed by now, and announce it; say whether there may be more.

    What breaches an agreement is to be reviewed. Whoever has the case hears of it by letter.
    `zone`: in which it is the day that it is. `failed` takes the agreements whose review cannot be
    set up; without it that is raised.

    Needs a `transaction()`.
    """
    scanned = scan_timers(session, moment.now)
    if scanned.told:
        listening = listeners(session)
        hearers = hearers_of_marks(session, scanned.told, moment)
        for mark in scanned.told:
            letter, people = hearers.of(mark)
            announce(session, _event(mark, moment, letter), people, listening)
        _have_reviewed(session, scanned.told, moment, zone, failed)
    return scanned.more


def _have_reviewed(
    session: Session,
    told: Sequence[ToldMark],
    moment: Moment,
    zone: tzinfo,
    failed: Failed | None,
) -> None:
    """Have what breached an agreement reviewed; of several breaches of a target in a day the first.

    It belongs to the period in which the time ran out, however late that is found.
    """
    first: dict[tuple[str, str, date], ToldMark] = {}
    for mark in told:
        if mark.mark == BREACH and mark.agreement_id and mark.metric:
            day = mark.reached_at.astimezone(zone).date()
            first.setdefault((mark.agreement_id, mark.metric, day), mark)
    for (agreement_id, metric, day), mark in sorted(first.items(), key=lambda each: each[0]):
        # By its id: its name may be about a person, and a title goes far.
        why = f"the timer {mark.timer_id} ran out"
        with apart(session, f"agreements/{agreement_id}", failed):
            agreement = find_agreement(session, agreement_id)
            review_breach(session, agreement, metric, day, why, moment)


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
