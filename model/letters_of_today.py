"""A letter about a case as it is today: it was announced at night, and goes out in the morning.

By then the case may have another team, its roles other holders, and its timers other times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.announcing import move_anew
from model.events import EventType, OutboxEvent
from model.moment import Moment
from model.outlooks import outlook_of, ran_out_at
from model.quiet_hours import loud_from
from model.revisions import review_rules
from model.scanning_timers import told_mark
from model.timer_letters import ToSend, hearers_of_marks, routings_told
from model.timers import TimerMark, find_timer
from rules.clocks.timer import BREACH
from rules.review_rules import CaseLetter

LOOK_AGAIN = timedelta(minutes=10)
"""After which a letter that nobody is there for, or that does not hold, is looked at again."""


def letter_of_today(session: Session, event: OutboxEvent, moment: Moment) -> ToSend:
    """Return the letter of an event as it is to go out by now, if it is, and to whom.

    With a later `since` it is to be looked at again then; without a letter it is over.
    """
    since = loud_from(review_rules(session).quiet, CaseLetter(event.type), moment)
    if since > moment.now:
        return ToSend(since)
    data = cast("Mapping[str, Any]", event.data)
    if event.type == EventType.CASE_REROUTED:
        if not all(routings_told(session).values()):
            return ToSend(moment.now)
        return ToSend(moment.now, *(move_anew(session, data["id"], moment) or ()))
    return _mark_anew(session, data["timer"]["id"], data["timer"]["cycle"], data["mark"], moment)


def _mark_anew(session: Session, timer_id: str, cycle: int, name: str, moment: Moment) -> ToSend:
    timer = find_timer(session, timer_id)
    ours = (TimerMark.timer_id == timer_id, TimerMark.cycle == cycle, TimerMark.mark == name)
    # Of a breach that was undone and came after all, the last: the letters before were taken back.
    marks = select(TimerMark).where(*ours).order_by(TimerMark.again.desc())
    row = session.scalars(marks.limit(1)).one()
    mark = told_mark(timer, row)
    if name == BREACH:
        ran_out = ran_out_at(session, timer, cycle)
        if ran_out is None or ran_out > row.found_at:
            # It was none, by what is known now. Should it come after all, it is another mark.
            return ToSend(moment.now)
        mark = replace(mark, reached_at=ran_out)
    else:
        outlook = outlook_of(session, timer, cycle, name, moment.now)
        if outlook is None:
            return ToSend(moment.now)
        again = moment.now + LOOK_AGAIN
        passes_at = outlook.passes_at or again
        if passes_at > moment.now:
            # Nobody says today when a clock that stands still goes on, or a calendar is changed.
            return ToSend(min(passes_at, again))
        mark = replace(mark, due_at=outlook.due_at)
    return hearers_of_marks(session, [mark], moment).of(mark)
