"""Governance forums (ITSPM): the boards that hold toll-gates, who sits there, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.locking import hold
from model.rosters import current_roster
from model.services import KEY, LONGEST_KEY
from model.standing import GATES
from model.texts import LONGEST_NAME, require_texts
from rules.clocks.period import Period
from rules.errors import BadFields, UnknownRecord
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean
from rules.values import LONGEST_TEXT

MOST_FORUMS = 200
_LONGEST_PERIOD = 20


class Forum(Base):
    """A forum, or a board.

    `gates`: the toll-gates that it holds; `roles`: those whose holders sit there, and `people`:
    whoever sits there beside them, by name; all as JSON. `meets_every`: ISO 8601.
    """

    __tablename__ = "forums"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    purpose: Mapped[str] = mapped_column(Text)
    gates: Mapped[object] = mapped_column(JsonText)
    roles: Mapped[object] = mapped_column(JsonText)
    people: Mapped[object] = mapped_column(JsonText)
    meets_every: Mapped[str | None] = mapped_column(String(_LONGEST_PERIOD))
    changed_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    changed_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class ForumChange:
    """What a forum is to be."""

    name: str
    purpose: str
    gates: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    meets_every: str | None = None

    def require_sound(self, key: str, by: str) -> None:
        """Refuse what cannot be kept.

        Raises:
            BadFields: an unsound key, text or period, or a gate that there is not.
        """
        if not KEY.fullmatch(key):
            raise BadFields([FieldProblem("/forum", "must be letters, digits, `.`, `_` and `-`")])
        members = {f"/roles/{at}": each for at, each in enumerate(self.roles)}
        members |= {f"/people/{at}": each for at, each in enumerate(self.people)}
        names = {"/name": self.name, "/by": by, **members}
        texts = {pointer: (text, LONGEST_NAME) for pointer, text in names.items()}
        require_texts({**texts, "/purpose": (self.purpose, LONGEST_TEXT)})
        for at, gate in enumerate(self.gates):
            if gate not in GATES:
                detail = f"must be a toll-gate, {GATES[0]} to {GATES[-1]}"
                raise BadFields([FieldProblem(f"/gates/{at}", detail)])
        if self.meets_every is not None:
            try:
                Period.read(self.meets_every)
            except ValueError as error:
                raise BadFields([FieldProblem("/meets_every", str(error))]) from None


@dataclass(frozen=True, slots=True)
class ForumView:
    """A forum; `members`: who sits there on a day, by the roster and by name, each once."""

    forum: Forum
    members: tuple[str, ...]

    @property
    def gates(self) -> Sequence[int]:
        """The toll-gates that it holds."""
        return _gates(self.forum)


def put_forum(
    session: Session, key: str, change: ForumChange, by: str, now: datetime, today: date
) -> ForumView:
    """Make a forum, or change it. Needs a `transaction()`.

    Raises:
        BadFields: an unsound key, text or period, or a gate that there is not.
    """
    change.require_sound(key, by)
    hold(session, "forums")
    forum = session.scalar(select(Forum).where(Forum.key == key)) or Forum(key=key)
    forum.name, forum.purpose, forum.meets_every = change.name, change.purpose, change.meets_every
    forum.gates = sorted(set(change.gates))
    forum.roles, forum.people = list(change.roles), list(change.people)
    forum.changed_by, forum.changed_at = by, now
    session.add(forum)
    session.flush()
    return _views(session, [forum], today)[0]


def end_forum(session: Session, key: str, today: date) -> ForumView:
    """Take a forum away, and return what it was. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is none of that key.
    """
    hold(session, "forums")
    view = read_forum(session, key, today)
    session.delete(view.forum)
    session.flush()
    return view


def read_forum(session: Session, key: str, today: date) -> ForumView:
    """Return a forum, with who sits there today.

    Raises:
        UnknownRecord: there is none of that key.
    """
    return _views(session, [find_forum(session, key)], today)[0]


def find_forum(session: Session, key: str) -> Forum:
    """Return a forum.

    Raises:
        UnknownRecord: there is none of that key.
    """
    forum = session.scalar(select(Forum).where(Forum.key == key))
    if forum is None:
        raise UnknownRecord(f"there is no forum `{key}`")
    return forum


def require_forum(session: Session, key: str, gate: int) -> None:
    """Refuse a forum that there is not, or that does not hold a toll-gate, as a caller named it.

    Raises:
        BadFields: there is none of that key; it holds other toll-gates, or none.
    """
    forum = session.scalar(select(Forum).where(Forum.key == key))
    if forum is not None and gate in _gates(forum):
        return
    others = session.scalars(select(Forum).order_by(Forum.key).limit(MOST_FORUMS)).all()
    if forum is None:
        detail = f"there is no forum `{key}`"
        help = did_you_mean(key, [other.key for other in others])
    else:
        its = ", ".join(map(str, _gates(forum))) or "none"
        detail = f"does not hold toll-gate {gate}: it holds {its}"
        holders = ", ".join(other.key for other in others if gate in _gates(other))
        help = f"toll-gate {gate} is held by {holders}" if holders else None
    raise BadFields([FieldProblem("/forum", detail, help)])


def every_forum(session: Session, today: date, gate: int | None = None) -> Sequence[ForumView]:
    """Return up to 200 forums, with who sits there today; of a toll-gate, those that hold it."""
    forums = session.scalars(select(Forum).order_by(Forum.key).limit(MOST_FORUMS)).all()
    views = _views(session, forums, today)
    return [view for view in views if gate is None or gate in view.gates]


def _gates(forum: Forum) -> Sequence[int]:
    return cast("Sequence[int]", forum.gates)


def _views(session: Session, forums: Sequence[Forum], today: date) -> Sequence[ForumView]:
    roster = current_roster(session).roster
    views = []
    for forum in forums:
        roles = cast("Sequence[str]", forum.roles)
        holders = [each for role in roles for each in roster.holders(role, None, today)]
        names = [*(each.person.name for each in holders), *cast("Sequence[str]", forum.people)]
        views.append(ForumView(forum, tuple(dict.fromkeys(names))))
    return views
