"""What still hangs on a service at the end of its operation: its customers, and live services.

Toll-gate 6 is told of both at each session, as facts that stay with no service: they are so on
that day. The rules name them beside an approval; they keep nobody from approving.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.catalogue_standing import LIVE
from model.customers import Customer
from model.dependencies import Dependency
from model.service_in_hand import AnyService
from model.services import Service
from rules.values import LONGEST_TEXT, Value
from rules.vocabulary import Vocabulary

GATE = 6
USED_BY, CARRIES = "still_used_by", "still_carries"
MOST_NAMED = 20


def hanging_on(
    session: Session, service: AnyService, gate: int, vocabulary: Vocabulary
) -> dict[str, Value]:
    """Return what a session of a gate is told, as far as rules speak of it; of most gates, nothing.

    Where nobody uses the service, and nothing live rests on it, the fact is missing.
    """
    if gate != GATE:
        return {}
    used_by = select(Customer.name).where(
        Customer.service_id == service.id, Customer.until.is_(None)
    )
    carries = (
        select(Service.key)
        .join(Dependency, Dependency.service_id == Service.id)
        .where(Dependency.rests_on_id == service.id, Service.phase.in_(LIVE))
        .where(Service.rejected.is_(False))
    )
    told = {
        USED_BY: session.scalars(used_by.order_by(Customer.id)).all(),
        CARRIES: session.scalars(carries.order_by(Service.key)).all(),
    }
    return {n: _named(all_) for n, all_ in told.items() if all_ and n in vocabulary.facts}


def _named(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMED
    named = ", ".join(names[:MOST_NAMED]) + (f", and {rest} more" if rest > 0 else "")
    return named if len(named) <= LONGEST_TEXT else named[: LONGEST_TEXT - 1] + "…"
