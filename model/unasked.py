"""Services that nobody asks for: candidates for retirement, with what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from model.catalogue_standing import LIVE
from model.dependencies import Dependency
from model.gate_sessions import GateSession
from model.services import ANY, Service

_INTO_OPERATION = 4


@dataclass(frozen=True, slots=True)
class Unasked:
    """A live service that no case of a period named; `carries`: live ones that rest on it."""

    service: str
    name: str
    category: str | None
    carries: tuple[str, ...]


def unasked_services(
    session: Session,
    since: datetime,
    asked_for: Select[str],
    limit: int,
    among: ColumnElement[bool] = ANY,
) -> tuple[Unasked, ...]:
    """Return up to `limit` services, oldest first, that were live since `since` and not asked for.

    `asked_for`: the keys of those that were; `among`: the condition on those that are looked at.
    """
    # A gate that sits again, and passes again, makes nothing new.
    first_live = (
        select(func.min(GateSession.at))
        .where(
            GateSession.service_id == Service.id,
            GateSession.gate == _INTO_OPERATION,
            GateSession.result == "pass",
        )
        .scalar_subquery()
    )
    query = (
        select(Service)
        .where(
            Service.phase.in_(LIVE),
            Service.rejected.is_(False),
            among,
            Service.created_at < since,
            Service.key.not_in(asked_for),
            func.coalesce(first_live, Service.created_at) < since,
        )
        .order_by(Service.id)
        .limit(limit)
    )
    found = session.scalars(query).all()
    carried = _carried(session, [service.id for service in found])
    return tuple(
        Unasked(each.key, each.name, each.category, tuple(carried.get(each.id, ())))
        for each in found
    )


def _carried(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = (
        select(Dependency.rests_on_id, Service.key)
        .join(Service, Service.id == Dependency.service_id)
        .where(Dependency.rests_on_id.in_(ids), Service.phase.in_(LIVE))
        .order_by(Service.key)
    )
    for rests_on_id, key in session.execute(query):
        found.setdefault(rests_on_id, []).append(key)
    return found
