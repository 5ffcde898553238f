"""What timers have to tell is announced in the transaction that finds it: once, however late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from model.agreements import find_agreement
from model.apart import Failed, apart
from model.breach_reviews import ran_out, review_breach
from model.moment import Moment, rfc3339
from model.outbox import Event, Letter, announce, listeners
from model.scanning_timers import ToldMark, scan_timers
from model.stale_warnings import key_of, take_back_warnings, type_of
from model.timer_letters import hearers_of_marks
from rules.clocks.timer import BREACH


def tell_timers(session: Session, moment: Moment, failed: Failed | None = None) -> bool:
    """Find what timers have passed by now, and announce it; say whether there may be more.

    What breaches an agreement is to be reviewed. Whoever has the case hears of it by letter: of a
    breach alone, where what came before it still waits for the end of the quiet hours. `failed`
    takes the agreements whose review cannot be set up; without it that is raised.

    Needs a `transaction()`.
    """
    scanned = scan_timers(session, moment.now)
    if scanned.told:
        listening = listeners(session)
        hearers = hearers_of_marks(session, scanned.told, moment)
        for mark in scanned.told:
            send = hearers.of(mark)
            event = _event(mark, moment, send.letter)
            announce(session, event, send.people, listening, send.since)
        breached = {(each.timer_id, each.cycle) for each in scanned.told if each.mark == BREACH}
        take_back_warnings(session, breached)
        _have_reviewed(session, scanned.told, moment, failed)
    return scanned.more


def _have_reviewed(
    session: Session,
    told: Sequence[ToldMark],
    moment: Moment,
    failed: Failed | None,
) -> None:
    """Have what breached an agreement reviewed; of several breaches of a target in a day the first.

    It belongs to the period in which the time ran out, however late that is found.
    """
    first: dict[tuple[str, str, date], ToldMark] = {}
    for mark in told:
        if mark.mark == BREACH and mark.agreement_id and mark.metric:
            day = mark.reached_at.astimezone(moment.zone).date()
            first.setdefault((mark.agreement_id, mark.metric, day), mark)
    for (agreement_id, metric, day), mark in sorted(first.items(), key=lambda each: each[0]):
        with apart(session, f"agreements/{agreement_id}", failed):
            agreement = find_agreement(session, agreement_id)
            review_breach(session, agreement, metric, day, ran_out(mark.timer_id), moment)


def _event(mark: ToldMark, moment: Moment, letter: Letter | None) -> Event:
    data = {
        "case": {"ref": mark.case},
        "timer": {"id": mark.timer_id, "name": mark.name, "kind": mark.kind, "cycle": mark.cycle},
        "mark": mark.mark,
        "reached_at": rfc3339(mark.reached_at),
        "due_at": rfc3339(mark.due_at) if mark.due_at else None,
    }
    type, key = type_of(mark.mark), key_of(mark.timer_id, mark.cycle, mark.mark, mark.again)
    return Event(type, key, f"cases/{mark.case}", data, moment.now, letter)
