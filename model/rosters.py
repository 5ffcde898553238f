"""The roster in SQL: every version of it, who wrote it and when; the newest one counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model import json_text
from model.append_only import append_only
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.locking import hold
from model.reviews import plan_reminders_anew
from model.roster import Roster
from model.roster_document import PARTS, Document, require_nobody_twice, roster_of
from model.texts import LONGEST_NAME


@append_only
class RosterVersion(Base):
    """The roster as it was from one change to the next."""

    __tablename__ = "rosters"

    version: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    document: Mapped[object] = mapped_column(JsonText)
    by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class RosterView:
    """A roster as it was written; version 0, by nobody, before the first one."""

    version: int
    document: Document
    by: str | None = None
    at: datetime | None = None

    @property
    def roster(self) -> Roster:
        """What it means."""
        return roster_of(self.document)


def current_roster(session: Session) -> RosterView:
    """Return the roster that counts now."""
    row = session.scalar(select(RosterVersion).order_by(RosterVersion.version.desc()).limit(1))
    if row is None:
        return RosterView(0, {part: [] for part in PARTS})
    return RosterView(row.version, cast("Document", row.document), row.by, row.at)


def replace_roster(
    session: Session,
    document: Document,
    by: str,
    now: datetime,
    require: Callable[[int], None],
) -> RosterView:
    """Make `document` the roster from now on. Needs a `transaction()`.

    `require` refuses, by raising, the version that it is to take the place of. One that says what
    the roster says already makes no new version.

    Raises:
        BadFields: the document is at odds with itself.
    """
    roster_of(document)
    require_nobody_twice(document)
    hold(session, "roster")
    before = current_roster(session)
    require(before.version)
    if before.version and before.document == json_text.loads(json_text.dumps(document)):
        return before
    row = RosterVersion(version=before.version + 1, document=document, by=by, at=now)
    session.add(row)
    session.flush()
    # Whoever is new to a role hears of what is to be reviewed already.
    plan_reminders_anew(session)
    return RosterView(row.version, document, by, now)
