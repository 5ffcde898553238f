"""The services of a portfolio: where each is in its life, its next toll-gate and next review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model import json_text
from model.cursors import numbered
from model.decisions import DecisionRecord
from model.gate_sessions import GateSession
from model.portfolios import PortfolioService, find_portfolio
from model.reviews import Review
from model.services import Service
from rules.review_rules import ReviewKind

_FIRST_GATE = 1


@dataclass(frozen=True, slots=True)
class InPortfolio:
    """A service in a portfolio.

    `next_gate`: the toll-gate that comes next; `None`: after the last one, or it was rejected.
    `review_on`: when its business case is to be reviewed next, once it is in operation.
    """

    service: Service
    next_gate: int | None
    review_on: date | None


@dataclass(frozen=True, slots=True)
class InPortfolioPage:
    """Some services of a portfolio, in the order in which they were made."""

    services: tuple[InPortfolio, ...]
    next: str | None


def services_of_portfolio(
    session: Session, key: str, phase: str | None, after: str | None, limit: int
) -> InPortfolioPage:
    """Return up to `limit` (at most 200) services of a portfolio; of a phase, those not rejected.

    Raises:
        UnknownRecord: there is no such portfolio.
        BadFields: `after` is not a cursor.
    """
    portfolio = find_portfolio(session, key)
    query = (
        select(Service)
        .join(PortfolioService, PortfolioService.service_id == Service.id)
        .where(PortfolioService.portfolio_id == portfolio.id)
    )
    if phase is not None:
        query = query.where(Service.phase == phase, Service.rejected.is_(False))
    page, following = numbered(session, query, Service.id, after, limit)
    gates, reviews = _gates_ahead(session, page), _reviews_ahead(session, page)
    shown = tuple(
        InPortfolio(
            service,
            None if service.rejected else gates.get(service.id, _FIRST_GATE),
            reviews.get(service.key),
        )
        for service in page
    )
    return InPortfolioPage(shown, following)


def ids_in_portfolio(session: Session, key: str) -> Sequence[int]:
    """Return the ids of the services in a portfolio, save those that were rejected.

    Raises:
        UnknownRecord: there is no such portfolio.
    """
    portfolio = find_portfolio(session, key)
    query = (
        select(Service.id)
        .join(PortfolioService, PortfolioService.service_id == Service.id)
        .where(PortfolioService.portfolio_id == portfolio.id, Service.rejected.is_(False))
    )
    return session.scalars(query).all()


def _gates_ahead(session: Session, services: Sequence[Service]) -> Mapping[int, int | None]:
    """Return what the latest session that passed says comes next, by the services' ids."""
    passed = (GateSession.service_id.in_([each.id for each in services]),
              GateSession.result == "pass")  # fmt: skip
    latest = select(func.max(GateSession.id)).where(*passed).group_by(GateSession.service_id)
    query = (
        select(GateSession.service_id, DecisionRecord.answer)
        .join(DecisionRecord, DecisionRecord.id == GateSession.decision_id)
        .where(GateSession.id.in_(latest))
    )
    return {service_id: _next_gate(answer) for service_id, answer in session.execute(query)}


def _next_gate(answer: str) -> int | None:
    body = cast("dict[str, dict[str, object]]", json_text.loads(answer))
    gate = body["outcome"].get("next_gate")
    return gate if isinstance(gate, int) else None


def _reviews_ahead(session: Session, services: Sequence[Service]) -> Mapping[str, date]:
    query = select(Review.subject, Review.due_on).where(
        Review.kind == ReviewKind.TOLLGATE_5.value,
        Review.subject.in_([each.key for each in services]),
        Review.ended_at.is_(None),
    )
    return dict(iter(session.execute(query).all()))
