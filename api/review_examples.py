"""What the OpenAPI document shows of reviews."""

from __future__ import annotations

from typing import Any

from api.examples import ID, INSTANT

NEW_REVIEWS: dict[str, Any] = {
    "a service level, each quarter": {
        "kind": "service_level",
        "subject": "e-signature",
        "title": "The service level of E-signature",
        "role": "Service Level Manager",
        "escalate_to": "Head of IT",
        "first_on": "2027-01-31",
        "every": "P3M",
    }
}
CHANGES: dict[str, Any] = {
    "a week later, by somebody else": {"due_on": "2027-02-07", "role": "Service Line Manager"}
}
HOLDINGS: dict[str, Any] = {
    "held and found good": {"due_on": "2027-01-31", "outcome": "unchanged", "by": "Sam"}
}
PREPARATIONS: dict[str, Any] = {
    "the figures of the quarter": {
        "due_on": "2027-01-31",
        "location": "https://documents.example/e-signature/2026-q4.pdf",
    }
}
REVIEW: dict[str, Any] = {
    "id": ID,
    "kind": "service_level",
    "subject": "e-signature",
    "title": "The service level of E-signature",
    "role": "Service Level Manager",
    "agency": None,
    "escalate_to": "Head of IT",
    "every": "P3M",
    "due_on": "2027-04-30",
    "version": 2,
    "ended_at": None,
}
REVIEW_ENDED = {**REVIEW, "version": 3, "ended_at": INSTANT}
_HELD = {
    "due_on": "2027-01-31", "held_at": INSTANT, "outcome": "unchanged", "note": None, "by": "Sam",
}  # fmt: skip
_PREPARED = {
    "location": "https://documents.example/e-signature/2027-q1.pdf",
    "note": None,
    "by": "service desk",
    "at": "2027-04-20T08:00:00.000Z",
}
REVIEW_WITH_HISTORY = {**REVIEW, "prepared": [_PREPARED], "held": [_HELD]}
REVIEW_PAGE = {"reviews": [REVIEW], "next": None}
FEED_ADDRESS = {
    "address": "http://127.0.0.1:8000/api/v1/reviews.ics"
    "?token=5f0c9f2e-4f6b-4a55-9a3c-0c5d8f3c9f10.3b1f…"
}
FEED = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n…\r\nEND:VCALENDAR\r\n"
