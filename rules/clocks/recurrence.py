"""Days that recur from an anchor, and agreements that renew themselves unless notice is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rules.clocks.period import Period

_LONGEST_MONTH = 31


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Occurrence k is the anchor and k periods: each counts from the anchor, none from another.

    So monthly from 31 January is the last day of the shorter months, and the 31st again.
    """

    anchor: date
    every: Period

    def occurrence(self, number: int) -> date:
        """Return occurrence `number`; 0 is the anchor itself.

        Raises:
            OverflowError: it lies beyond the calendar.
        """
        return self.every.times(number).from_(self.anchor)

    def number_on_or_after(self, day: date) -> int:
        """Return the number of the first occurrence that is no earlier than `day`."""
        # A guess from below, by how long a period is at most; the rest is walked.
        longest = self.every.months * _LONGEST_MONTH + self.every.days
        number = max(0, (day - self.anchor).days // longest - 1)
        while self.occurrence(number) < day:
            number += 1
        return number

    def on_or_after(self, day: date) -> date:
        """Return the first occurrence that is no earlier than `day`."""
        return self.occurrence(self.number_on_or_after(day))

    def between(self, first: date, last: date) -> tuple[date, ...]:
        """Return the occurrences from `first` to `last`, both days included."""
        number, found = self.number_on_or_after(first), []
        while (day := self.occurrence(number)) <= last:
            found.append(day)
            number += 1
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Renewal:
    """An agreement that goes on for another term each time it ends, unless notice is given.

    End k is the initial end and k terms. `notice` is how long before an end it must be given;
    `None` as `term`: it ends once.
    """

    initial_end: date
    term: Period | None
    notice: Period

    def end(self, number: int) -> date:
        """Return end `number`; 0 is the initial one.

        Raises:
            ValueError: there is no such end.
        """
        if self.term is None:
            if number:
                raise ValueError("it ends once")
            return self.initial_end
        return Recurrence(self.initial_end, self.term).occurrence(number)

    def current_end(self, today: date) -> date | None:
        """Return the end that is current on a day: the first one not past; `None`: it has ended."""
        if self.term is None:
            return self.initial_end if today <= self.initial_end else None
        return Recurrence(self.initial_end, self.term).on_or_after(today)

    def notice_day(self, today: date) -> date | None:
        """Return the last day for notice before the end that is current; `None`: it has ended."""
        end = self.current_end(today)
        return None if end is None else self.notice.before(end)
