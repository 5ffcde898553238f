"""Quiet hours: from when people may be written to, by the rules of reviews.

Reminders are not made before then, so that of several that were missed the latest is told. A letter
about a case sleeps, and is written for whoever it is for when it wakes (`waking_letters.py`).
"""

from __future__ import annotations

from datetime import datetime

from model.moment import Moment
from rules.review_rules import CaseLetter, Quiet


def loud_from(quiet: Quiet, letter: CaseLetter, moment: Moment) -> datetime:
    """Return when a letter about a case goes out: now, or when the quiet hours are over."""
    if letter in quiet.spares:
        return moment.now
    return quiet.loud_from(moment.local)
