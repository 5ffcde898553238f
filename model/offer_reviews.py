"""Reviews of the agreements on a service, once what it offers has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.agreement_reviews import review_offer
from model.agreements import Agreement
from model.moment import Moment
from model.services import Service
from model.texts import LONGEST_NAME

_NAMED = 3
"""So many options are named in the title of a review; more are counted."""

Offer = Mapping[str, Any]


def offer_of(service: Service) -> Offer:
    """Return what a service offers to those who agree on it."""
    options = cast("Sequence[Mapping[str, object]]", service.options or ())
    return {
        "options": {str(each["name"]): each for each in options},
        "charging": service.charging,
        "quality": service.quality or {},
    }


def review_changed_offer(session: Session, service: Service, before: Offer, moment: Moment) -> None:
    """Have each agreement on a service reviewed, if something else is offered than before.

    One that has ended is not; one that is still to begin is. Needs a `transaction()`, in which the
    service is locked.
    """
    changes = [*_changes(before, offer_of(service))]
    if not changes:
        return
    why = f"what “{service.name[:LONGEST_NAME]}” offers has changed: {', '.join(changes)}"
    ours = select(Agreement).where(Agreement.service_id == service.id)
    for agreement in session.scalars(ours.order_by(Agreement.id)).all():
        renewal = agreement.renewal
        if renewal is None or renewal.current_end(moment.today) is not None:
            review_offer(session, agreement, service.subject.version, why, moment)


def _changes(before: Offer, after: Offer) -> Iterator[str]:
    """Yield in words what is offered otherwise."""
    old, new = before["options"], after["options"]
    changed = [
        f"“{name}” {_how(old.get(name), new.get(name))}"
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    ]
    yield from changed[:_NAMED]
    if len(changed) > _NAMED:
        yield f"{len(changed) - _NAMED} more options"
    yield from (name for name in ("charging", "quality") if before[name] != after[name])


def _how(before: object, after: object) -> str:
    if before is None:
        return "is new"
    return "is no more" if after is None else "changed"
