"""Services at any point of their lives, as the gates would leave them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from model.cases import lock_or_open_case
from model.catalogue_standing import Standing
from model.moment import Moment
from model.other_systems import NewRequest, note_request
from model.parts import PartChange, PartView, index_service, put_part
from model.services import Service
from model.subjects import ref_of_service

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def offer(
    session: Session,
    key: str,
    name: str,
    description: str | None = None,
    *,
    phase: str | None = "operate",
    rejected: bool = False,
    category: str | None = None,
) -> Service:
    """Make a service that is in a phase."""
    subject = lock_or_open_case(session, ref_of_service(key), NOW)
    service = Service(
        subject=subject, key=key, name=name, description=description, phase=phase,
        rejected=rejected, category=category, created_at=NOW,
    )  # fmt: skip
    session.add(service)
    session.flush()
    index_service(session, service)
    return service


def part_of(
    session: Session, service: str, key: str, name: str, standing: Standing = Standing.LIVE
) -> PartView:
    """Make a part of a service."""
    return put_part(session, service, key, PartChange(name, None, standing), "Sam", NOW)


def need_no_other_system(session: Session, service: str) -> None:
    """Say that no other information system is to have a service."""
    settled = NewRequest(needed=False, reason="All of them read the catalogue")
    note_request(session, service, settled, "Kim", Moment(NOW, NOW.date()))
