"""One round of the reviews: what the scheduler does at each tick, and whoever cannot wait for it.

What comes by itself is set up, periods that have ended are reported, and people are reminded.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from model.agreement_reports import report_agreements
from model.agreement_reviews import keep_agreement_reviews
from model.apart import Failed, require_none
from model.cleared_breaches import end_cleared_breaches
from model.database import Database
from model.missed_again import review_missed_again
from model.moment import Moment
from model.reminding import remind_due
from model.standing_reviews import Kept, keep_standing_reviews
from rules.errors import Unable


def go_round(
    database: Database,
    moment: Moment,
    zone: tzinfo,
    new_id: Callable[[], str],
    local: datetime | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Do all of it, each part in transactions of its own; return how many reminders were told.

    What one part stumbles over keeps nobody from being reminded; it is raised afterwards.
    `local`: the local time, so that quiet hours are kept. `goes_on`: asked before each batch of
    reviews and of reminders.

    Raises:
        Unable: something cannot be reviewed as it is written.
        and whatever a part raises.
    """
    told = 0

    def remind() -> None:
        nonlocal told
        more = True
        while more and goes_on():
            reminded = database.write(lambda session: remind_due(session, moment, local))
            told, more = told + reminded.told, reminded.more

    def write(work: Callable[[Session, Failed], object]) -> None:
        def anew(session: Session) -> Failed:
            failed: Failed = {}
            work(session, failed)
            return failed

        require_none(database.write(anew))

    with ExitStack() as parts:
        # What is pushed last is done first, and the others whatever became of it.
        parts.callback(remind)
        parts.callback(write, lambda s, failed: report_agreements(s, moment, zone, failed))
        parts.callback(write, lambda s, failed: review_missed_again(s, moment, failed))
        parts.callback(write, lambda s, _: end_cleared_breaches(s, moment.now))
        parts.callback(write, lambda s, failed: keep_agreement_reviews(s, moment, failed))
        parts.callback(_keep_standing, database, moment, new_id, zone, goes_on)
    return told


def _keep_standing(
    database: Database,
    moment: Moment,
    new_id: Callable[[], str],
    zone: tzinfo,
    goes_on: Callable[[], bool],
) -> None:
    kept = Kept((), more=True)
    while kept.more and goes_on():
        kept = database.write(lambda session: keep_standing_reviews(session, moment, new_id, zone))
    if kept.unsound:
        named = ", ".join(kept.unsound)
        raise Unable(f"a role, a title or a period is too long to be reviewed: {named}")
