"""Parts of services (SOP 02.2.1): what a service offers that can be added without a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.catalogue_standing import Standing
from model.columns import Instant, RowNumber
from model.database import Base
from model.searching import SearchText, Words, index_texts
from model.services import KEY, LONGEST_KEY, Service, lock_service
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields, FieldProblem
from rules.values import LONGEST_TEXT

MISSED_AT_ONCE = 100


class Part(Base):
    """A part of a service, as SOP 02.2.1 knows it."""

    __tablename__ = "parts"
    __table_args__ = (UniqueConstraint("service_id", "key"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(String(20))
    changed_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    changed_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class PartChange:
    """What a part is to be."""

    name: str
    description: str | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class PartView:
    """A part as it stands."""

    key: str
    name: str
    description: str | None
    standing: Standing
    changed_by: str
    changed_at: datetime


def put_part(
    session: Session, service_key: str, key: str, change: PartChange, by: str, now: datetime
) -> PartView:
    """Make a part of a service, or change it. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: an unsound key or text.
    """
    if not KEY.fullmatch(key):
        raise BadFields([FieldProblem("/part", "must be letters, digits, `.`, `_` and `-`")])
    texts = {"/name": (change.name, LONGEST_NAME), "/description": (change.description,
             LONGEST_TEXT)}  # fmt: skip
    require_texts(texts)
    service = lock_service(session, service_key)
    ours = (Part.service_id == service.id, Part.key == key)
    part = session.scalar(select(Part).where(*ours)) or Part(service_id=service.id, key=key)
    part.name, part.description = change.name, change.description
    part.standing, part.changed_by, part.changed_at = change.standing, by, now
    session.add(part)
    session.flush()
    index_service(session, service)
    return _view(part)


def parts_of(session: Session, ids: Sequence[int]) -> Mapping[int, list[PartView]]:
    """Return the parts that are not retired, by the ids of their services."""
    found: dict[int, list[PartView]] = {}
    query = select(Part).where(Part.service_id.in_(ids), Part.standing != Standing.RETIRED)
    for part in session.scalars(query.order_by(Part.id)):
        found.setdefault(part.service_id, []).append(_view(part))
    return found


def index_service(session: Session, service: Service) -> None:
    """Have a service and its parts found by their words as they are now."""
    parts = parts_of(session, [service.id]).get(service.id, [])
    words = [Words(None, service.name, service.description)]
    words += [Words(part.key, part.name, part.description) for part in parts]
    index_texts(session, service.id, words)


def index_missed(session: Session, most: int = MISSED_AT_ONCE) -> int:
    """Have up to `most` services found that no search knows of; say how many.

    They were made by a version that had no search. Needs a `transaction()`.
    """
    unknown = ~exists().where(SearchText.service_id == Service.id)
    missed = select(Service.key).where(unknown).order_by(Service.id).limit(most)
    keys = session.scalars(missed).all()
    for key in keys:
        service = lock_service(session, key)
        # While we waited for the lock, somebody may have changed and so indexed it.
        if session.scalar(select(Service.id).where(Service.id == service.id, unknown)):
            index_service(session, service)
    return len(keys)


def _view(part: Part) -> PartView:
    standing = Standing(part.standing)
    return PartView(
        part.key, part.name, part.description, standing, part.changed_by, part.changed_at
    )
