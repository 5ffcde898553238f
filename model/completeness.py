"""Completeness of the catalogue (MTC practice 2): what its entries do not say yet.

A service in operation also needs somebody who answers for it, and the frequency at which its
business case comes to toll-gate 5: without one, it is that of the rules, which nobody agreed on.
And it needs a continuity plan, and a test of it that went well since the review before; and
somebody who says whether other information systems were asked to add it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select, true
from sqlalchemy.orm import Session

from model.catalogue_standing import LIVE, SHOWN
from model.continuity import PLAN, TEST, counts_since, has_plan, was_resumed
from model.other_systems import OTHER_SYSTEMS, is_settled
from model.services import Service

TOLD_OF_ALL = (
    "description", "category", "product_manager", "options", "charging", "cost", "value",
    "technologies",
)  # fmt: skip
TOLD_IN_OPERATION = ("line_manager", "review_every")
_NOTED = (PLAN, TEST, OTHER_SYSTEMS)


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A service in the catalogue, and what of it is not there.

    `missing`: members that nobody has filled in, `continuity_plan`, `continuity_test`,
    `other_systems`.
    """

    service: str
    name: str
    missing: tuple[str, ...]


def incomplete_services(session: Session, limit: int, today: date) -> tuple[Incomplete, ...]:
    """Return up to `limit` services whose entries are not complete, oldest first."""
    since = counts_since(session, today)
    planned, tested = (true(), true()) if since is None else (has_plan(), was_resumed(since))
    lacks = [getattr(Service, name).is_(None) for name in TOLD_OF_ALL]
    lacks_in_operation = [getattr(Service, name).is_(None) for name in TOLD_IN_OPERATION]
    settled = is_settled()
    unmet = or_(*lacks_in_operation, ~planned, ~tested, ~settled)
    query = (
        select(Service, planned, tested, settled)
        .where(
            Service.phase.in_(SHOWN),
            Service.rejected.is_(False),
            or_(*lacks, and_(Service.phase.in_(LIVE), unmet)),
        )
        .order_by(Service.id)
        .limit(limit)
    )
    return tuple(
        Incomplete(service.key, service.name, _missing(service, there))
        for service, *there in session.execute(query)
    )


def _missing(service: Service, noted: Sequence[bool]) -> tuple[str, ...]:
    in_operation = service.phase in LIVE
    asked = TOLD_OF_ALL + (TOLD_IN_OPERATION if in_operation else ())
    unsaid = [name for name in asked if getattr(service, name) is None]
    unnoted = [name for name, there in zip(_NOTED, noted, strict=True) if not there]
    return (*unsaid, *(unnoted if in_operation else ()))
