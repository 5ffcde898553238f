"""When what could not be delivered is tried again: seconds at first, then hours, for three days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The waits after the first, second, … attempt; after one attempt more there is none."""

LONGEST_WAIT = SCHEDULE[-1]
JITTER = 0.2
"""A wait is longer by up to this share: what failed together is not tried together again."""

Chance = Callable[[], float]
"""Returns a number from 0 to 1 that nobody foresees."""


def wait_after(
    attempts: int, chance: Chance, retry_after: timedelta | None = None
) -> timedelta | None:
    """Return how long to wait after so many attempts; `None`: it is given up.

    `retry_after`: what the receiver asked for; it is waited for, up to a day.
    """
    if attempts > len(SCHEDULE):
        return None
    planned = SCHEDULE[max(attempts, 1) - 1]
    asked = min(retry_after or timedelta(0), LONGEST_WAIT)
    return max(planned, asked) * (1 + JITTER * chance())
