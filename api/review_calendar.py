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


def feed(awaited: Iterable[Review], held: Iterable[tuple[Review, HeldReview]]) -> bytes:
    """Return the feed of the occurrences that are awaited, and of those that were held."""
    calendar = Calendar()
    calendar.add("prodid", "-//Tollgate//Reviews//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Tollgate: reviews")
    for review in awaited:
        status = "CANCELLED" if review.ended_at else "CONFIRMED"
        changed = review.ended_at or review.created_at
        event = _event(review, review.number, review.due_on, changed)
        event.add("summary", review.title)
        event.add("status", status)
        calendar.add_component(event)
    for review, each in held:
        event = _event(review, each.number, each.due_on, each.held_at)
        event.add("summary", f"Held: {review.title}")
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(review: Review, number: int, due_on: date, changed: datetime) -> Event:
    event = Event()
    event.add("uid", f"{review.id}-{number}@tollgate")
    event.add("dtstamp", changed)
    event.add("sequence", review.version)
    event.add("description", f"To be reviewed by: {review.role}")
    event.add("dtstart", due_on)
    event.add("dtend", due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event
