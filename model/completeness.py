"""Completeness of the catalogue (MTC practice 2): what its entries do not say yet.

A service in operation also needs somebody who answers for it, and the frequency at which its
business case comes to toll-gate 5: without one, it is that of the rules, which nobody agreed on.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from model.catalogue_standing import LIVE, SHOWN
from model.services import Service

TOLD_OF_ALL = (
    "description", "category", "product_manager", "options", "charging", "cost", "value",
    "technologies",
)  # fmt: skip
TOLD_IN_OPERATION = ("line_manager", "review_every")


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A service in the catalogue, and which of its members nobody has filled in."""

    service: str
    name: str
    missing: tuple[str, ...]


def incomplete_services(session: Session, limit: int) -> tuple[Incomplete, ...]:
    """Return up to `limit` services whose entries are not complete, oldest first."""
    lacks = [getattr(Service, name).is_(None) for name in TOLD_OF_ALL]
    lacks_in_operation = [getattr(Service, name).is_(None) for name in TOLD_IN_OPERATION]
    query = (
        select(Service)
        .where(
            Service.phase.in_(SHOWN),
            Service.rejected.is_(False),
            or_(*lacks, and_(Service.phase.in_(LIVE), or_(*lacks_in_operation))),
        )
        .order_by(Service.id)
        .limit(limit)
    )
    return tuple(Incomplete(each.key, each.name, _missing(each)) for each in session.scalars(query))


def _missing(service: Service) -> tuple[str, ...]:
    asked = TOLD_OF_ALL + (TOLD_IN_OPERATION if service.phase in LIVE else ())
    return tuple(name for name in asked if getattr(service, name) is None)
