"""The reviews as an iCalendar feed (RFC 5545): one all-day event for each occurrence.

An occurrence keeps its `UID` when it is held or its review ends: it changes, and never vanishes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from model.holding_reviews import HeldReview
from model.reviews import Review

MEDIA_TYPE = "text/calendar"
HELD = 1_000_000
"""The SEQUENCE of what was held: above that of any change before, and the last."""


def feed(
    awaited: Iterable[Review], held: Iterable[tuple[Review, HeldReview]], left_out: int = 0
) -> bytes:
    """Return the feed of the occurrences that are awaited, and of those that were held.

    `left_out`: how many more are awaited, which the calendar says of itself.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Tollgate//Reviews//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Tollgate: reviews")
    if left_out:
        says = f"The soonest reviews; {left_out} more, due later, are not shown here"
        calendar.add("description", says)  # RFC 7986; the other is what older programs read
        calendar.add("x-wr-caldesc", says)
    for review in awaited:
        status = "CANCELLED" if review.ended_at else "CONFIRMED"
        changed = review.changed_at or review.ended_at or review.created_at
        event = _event(review, review.number, review.due_on, changed, review.version)
        event.add("summary", review.title)
        event.add("status", status)
        calendar.add_component(event)
    for review, each in held:
        event = _event(review, each.number, each.due_on, each.held_at, HELD)
        event.add("summary", f"Held: {review.title}")
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(review: Review, number: int, due_on: date, changed: datetime, sequence: int) -> Event:
    event = Event()
    event.add("uid", f"{review.id}-{number}@tollgate")
    # Without a METHOD, DTSTAMP is when the event last changed (RFC 5545, 3.8.7.2).
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", sequence)
    event.add("description", f"To be reviewed by: {review.role}")
    event.add("dtstart", due_on)
    event.add("dtend", due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event
