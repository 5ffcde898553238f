"""Events: what happened, under an id that stays the same however often it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from model.columns import Instant, JsonText
from model.database import Base

LONGEST_KEY = 300
_IDS = UUID("0d7d8c0e-5d0f-4d7c-9e0c-6d6a1f0b7a52")


class EventType(StrEnum):
    """Everything that can be subscribed to."""

    DECISION_MADE = "decision.made"
    CASE_REROUTED = "case.rerouted"
    CASE_CLOSED = "case.closed"
    REVISION_PUBLISHED = "revision.published"
    CATALOGUE_CHANGED = "catalogue.changed"
    REVIEW_DUE = "review.due"
    AGREEMENT_REPORTED = "agreement.reported"
    TIMER_NEARS_ITS_END = "timer.nears_its_end"
    TIMER_BREACHED = "timer.breached"
    SERVICE_ANNOUNCED = "service.announced"
    MAINTENANCE_PLANNED = "maintenance.planned"
    MAINTENANCE_CALLED_OFF = "maintenance.called_off"


@dataclass(frozen=True, slots=True)
class Letter:
    """An event in words, for people: a line, and paragraphs with an empty line between them."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    `key`: what happens once; announced again under it, it is not told again. `subject`: what it
    is about (`cases/CRM-1`); mail about one subject forms one thread. `data`: JSON, without
    values of facts. `letter`: needed where people are told.
    """

    type: EventType
    key: str
    subject: str
    data: Mapping[str, object]
    at: datetime
    letter: Letter | None = None

    @property
    def id(self) -> str:
        """The message id: the same for the same key, in whichever process and however often."""
        return id_of(self.key)


def id_of(key: str) -> str:
    """Return the message id of what is announced under a key."""
    return str(uuid5(_IDS, key))


class OutboxEvent(Base):
    """An event that somebody is told of."""

    __tablename__ = "outbox_events"
    __table_args__ = (Index(None, "subject"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), unique=True)
    type: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(LONGEST_KEY))
    data: Mapped[object] = mapped_column(JsonText)
    title: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
