"""What administrators did: an append-only list of who, what, on what, when and from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.cursors import numbered
from model.database import Base
from model.texts import LONGEST_NAME

_NOTED = "act"


class Via(StrEnum):
    """Where an act came from."""

    COMMAND_LINE = "command line"
    HTTP = "http"


class Act(StrEnum):
    """Everything that an administrator does."""

    KEY_CREATED = "key-created"
    KEY_ROTATED = "key-rotated"
    KEY_REVOKED = "key-revoked"
    RULES_PUBLISHED = "rules-published"
    FACTS_ERASED = "facts-erased"
    DATABASE_MIGRATED = "database-migrated"
    DATABASE_BACKED_UP = "database-backed-up"
    DATABASE_RESTORED = "database-restored"
    SUBSCRIPTION_CREATED = "subscription-created"
    SUBSCRIPTION_CHANGED = "subscription-changed"
    SUBSCRIPTION_ROTATED = "subscription-rotated"
    SUBSCRIPTION_REMOVED = "subscription-removed"
    DELIVERY_REPLAYED = "delivery-replayed"
    RECORD_EXPORTED = "record-exported"
    CHANGED = "changed"
    """Whatever has no name of its own here: `on` says what, `details` by which route."""


@append_only
class AdministrationAct(Base):
    """One act; nothing in it is a secret."""

    __tablename__ = "administration_acts"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    key_id: Mapped[str | None] = mapped_column(String(36))
    via: Mapped[str] = mapped_column(String(20))
    act: Mapped[str] = mapped_column(String(40))
    on: Mapped[str] = mapped_column(String(LONGEST_NAME))
    details: Mapped[object] = mapped_column(JsonText)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user of the command line, or a caller with the API key `key_id`."""

    name: str
    via: Via
    key_id: str | None = None


@dataclass(frozen=True, slots=True)
class ActView:
    """An act, as it is shown; a newer version may have recorded kinds that are not known here."""

    id: int
    at: datetime
    by: str
    key_id: str | None
    via: str
    act: str
    on: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ActPage:
    """Some acts, newest first; `next` is the cursor of those after them."""

    acts: tuple[ActView, ...]
    next: str | None


def record_act(
    session: Session, actor: Actor, act: Act, on: str, now: datetime, **details: object
) -> None:
    """Record that `actor` did it, in the transaction in which it is done.

    `on` names what it was done to; `details` hold what else is to be known, and no secret.
    """
    session.add(
        AdministrationAct(
            at=now,
            by=actor.name,
            key_id=actor.key_id,
            via=actor.via.value,
            act=act.value,
            on=on[:LONGEST_NAME],
            details=details,
        )
    )
    session.flush()
    session.info[_NOTED] = True


def is_noted(session: Session) -> bool:
    """Whether an act was recorded in the transaction of `session`."""
    return _NOTED in session.info


def acts_before(session: Session, after: str | None, limit: int) -> ActPage:
    """Return up to `limit` (at most 200) acts, newest first.

    `after` is the `next` of the page before, `None` for the first page.

    Raises:
        BadFields: `after` is not a cursor.
    """
    query, by = select(AdministrationAct), AdministrationAct.id
    rows, following = numbered(session, query, by, after, limit, newest_first=True)
    return ActPage(tuple(_view(row) for row in rows), following)


def _view(row: AdministrationAct) -> ActView:
    details = cast("Mapping[str, object]", row.details)
    return ActView(row.id, row.at, row.by, row.key_id, row.via, row.act, row.on, details)
