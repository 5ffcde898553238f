"""What timers have to tell is announced in the transaction that finds it: once, however late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from model.moment import rfc3339
from model.outbox import Event, EventType, announce, listeners
from model.scanning_timers import ToldMark, scan_timers
from rules.clocks.timer import BREACH


def tell_timers(session: Session, now: datetime) -> bool:
    """Find what timers have passed by `now`, and announce it; say whether there may be more.

    Needs a `transaction()`.
    """
    scanned = scan_timers(session, now)
    if scanned.told:
        listening = listeners(session)
        for mark in scanned.told:
            announce(session, _event(mark, now), listening=listening)
    return scanned.more


def _event(mark: ToldMark, now: datetime) -> Event:
    type = EventType.TIMER_BREACHED if mark.mark == BREACH else EventType.TIMER_NEARS_ITS_END
    data = {
        "case": {"ref": mark.case},
        "timer": {"id": mark.timer_id, "name": mark.name, "kind": mark.kind, "cycle": mark.cycle},
        "mark": mark.mark,
        "reached_at": rfc3339(mark.reached_at),
        "due_at": rfc3339(mark.due_at) if mark.due_at else None,
    }
    key = f"{type}/{mark.timer_id}/{mark.cycle}/{mark.mark}"
    return Event(type, key, f"cases/{mark.case}", data, now)
