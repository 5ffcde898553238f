"""Sessions of toll-gates: who sat, what was presented, the verdict, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.cursors import numbered
from model.database import Base
from model.forums import find_forum
from model.services import LONGEST_KEY, Service, find_service
from model.texts import LONGEST_NAME

# Of most sessions nobody says in which they were held: those cost the index nothing.
_IN_A_FORUM = text("forum IS NOT NULL")


@append_only
class GateSession(Base):
    """One session of a gate, at one version of the service; it rests on one decision.

    `sat`: the names of who sat. `presented`: the version of each artifact that was there.
    `verdict`: what the board said, if anything; `result`: `None` while facts are awaited.
    `forum`: the key of the forum that it was held in, if anybody said so; it stays what it was
    when the forum is taken away.
    """

    __tablename__ = "gate_sessions"
    __table_args__ = (
        UniqueConstraint("service_id", "service_version"),
        Index(None, "forum", sqlite_where=_IN_A_FORUM, postgresql_where=_IN_A_FORUM),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    service_version: Mapped[int] = mapped_column(RowNumber)
    gate: Mapped[int]
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"), unique=True)
    sat: Mapped[list[str]] = mapped_column(JsonText)
    presented: Mapped[dict[str, int]] = mapped_column(JsonText)
    verdict: Mapped[str | None] = mapped_column(String(40))
    result: Mapped[str | None] = mapped_column(String(40))
    phase: Mapped[str | None] = mapped_column(String(20))
    forum: Mapped[str | None] = mapped_column(String(LONGEST_KEY))
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class SessionPage:
    """Some sessions of a service's gates, newest first; `next`: the cursor of those after them."""

    sessions: tuple[GateSession, ...]
    next: str | None


def sessions_of(session: Session, key: str, after: str | None, limit: int) -> SessionPage:
    """Return up to `limit` (at most 200) sessions of a service's gates, newest first.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: `after` is not a cursor.
    """
    service = find_service(session, key)
    query, by = select(GateSession), GateSession.service_version
    ours = query.where(GateSession.service_id == service.id)
    page, following = numbered(session, ours, by, after, limit, newest_first=True)
    return SessionPage(tuple(page), following)


@dataclass(frozen=True, slots=True)
class ForumPage:
    """Some sessions in a forum, each with the service's key, newest first; `next`: as elsewhere."""

    sessions: tuple[tuple[str, GateSession], ...]
    next: str | None


def sessions_in(session: Session, forum: str, after: str | None, limit: int) -> ForumPage:
    """Return up to `limit` (at most 200) sessions that were held in a forum, newest first.

    Those of one that was taken away are found as before.

    Raises:
        UnknownRecord: there is no such forum, and no session was held in one of that key.
        BadFields: `after` is not a cursor.
    """
    held = select(GateSession).where(GateSession.forum == forum)
    if session.scalar(held.with_only_columns(GateSession.id).limit(1)) is None:
        find_forum(session, forum)
    page, following = numbered(session, held, GateSession.id, after, limit, newest_first=True)
    ids = {each.service_id for each in page}
    rows = session.execute(select(Service.id, Service.key).where(Service.id.in_(ids))).all()
    keys: dict[int, str] = dict(iter(rows))
    return ForumPage(tuple((keys[each.service_id], each) for each in page), following)
