"""Days on which something is said to have been done: they have come, and are of our time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rules.field_problem import FieldProblem

FIRST_DAY = date(1970, 1, 1)
"""Before it there was no service: whoever says so has left out digits of a year."""


def problems_of_day(pointer: str, day: date | None, today: date) -> Sequence[FieldProblem]:
    """Return what is wrong with a day (`None`: none is said) on which something was done."""
    if day is None or FIRST_DAY <= day <= today:
        return ()
    too_early = f"must not be before {FIRST_DAY}"
    return (FieldProblem(pointer, "lies in the future" if day > today else too_early),)
