"""On which days a review is reminded of: ahead, on the day, and each week that it is overdue."""

from __future__ import annotations

from datetime import date, timedelta

LEADS = (30, 7, 0)
"""Days ahead; one that would come before the occurrence before this one is left out."""

AGAIN_EVERY = 7


def next_day(due_on: date, before: date | None, after: date) -> date:
    """Return the first day after `after` on which a review due on a day is reminded of.

    `before`: the day of the occurrence before, if there was one.
    """
    leads = [due_on - timedelta(days=lead) for lead in LEADS]
    for day in leads:
        if day > after and (before is None or day > before):
            return day
    weeks = (after - due_on).days // AGAIN_EVERY + 1
    return due_on + timedelta(days=weeks * AGAIN_EVERY)


def latest_step(due_on: date, before: date | None, today: date) -> int:
    """Return the latest reminder by `today`, in days from the due day: -30, -7, 0, 7, 14 and so on.

    `today` is no earlier than the first of them.
    """
    days = (today - due_on).days
    if days >= 0:
        return days // AGAIN_EVERY * AGAIN_EVERY
    leads = [
        lead
        for lead in LEADS
        if days >= -lead and (before is None or due_on - timedelta(days=lead) > before)
    ]
    return -min(leads)
