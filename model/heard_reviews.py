"""Who has heard of a review that is awaited, and when last: nobody is told twice for being new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.deliveries import Delivery, State
from model.events import EventType, OutboxEvent
from model.reviews import Review

Heard = Mapping[str, int]
"""By address, how many days overdue the review was (below 0: ahead) when they last heard of it."""


def heard_of(session: Session, reviews: Sequence[Review]) -> Mapping[str, Heard]:
    """Return, by review, who has heard of the occurrence that is awaited; or will, by mail.

    What was taken back nobody has heard of.
    """
    due_on = {each.id: each.due_on.isoformat() for each in reviews}
    ours = (
        OutboxEvent.type == EventType.REVIEW_DUE,
        OutboxEvent.subject.in_([f"reviews/{id}" for id in due_on]),
        Delivery.recipient.is_not(None),
        Delivery.state != State.CANCELLED,
    )
    told = select(OutboxEvent.data, Delivery.recipient).join(Delivery).where(*ours)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for data, recipient in session.execute(told) if due_on else ():
        said, person = cast("dict[str, Any]", data), str(recipient)
        id, day = said["review"]["id"], said["days_overdue"]
        if said["due_on"] == due_on[id]:
            found[id][person] = max(day, found[id].get(person, day))
    return found
