"""What an administrator changes is noted in the very transaction that changes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import Session

from model.administration import Act, Actor, is_noted, record_act
from model.database import WITNESS
from model.search_index import SearchGroup, SearchText

MOST_NAMED = 10
"""So many of the rows that were made are named in an act."""

_CHANGING = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE)

_FOLLOWING = frozenset({SearchText.__tablename__, SearchGroup.__tablename__})
"""Tables that only follow what others say: they are written anew, and nothing may have changed."""


@dataclass(slots=True)
class Witness:
    """Sees what `actor` changes from now on, and leaves one act for all of it.

    `on`: what it is done to; `details`: what else is to be known, and no fact of a case; `which`:
    what of it goes by an id, as it is in the end (`model/acts_by_id.py`). The act is left by the
    first transaction that changes something and ends well; where the use case records an act of
    its own, with more to say, that one stands for it.
    """

    actor: Actor
    on: str
    clock: Callable[[], datetime]
    details: Mapping[str, object] = field(default_factory=dict)
    which: Callable[[Session], Mapping[str, object]] | None = None
    _left: bool = field(default=False, init=False)

    @contextmanager
    def watching(self, session: Session) -> Iterator[None]:
        """Watch what is done in a transaction; note it at its end."""
        seen = _Seen()
        event.listen(session.connection(), "after_cursor_execute", seen.executed)
        event.listen(session, "after_flush", seen.flushed)
        yield
        session.flush()
        if seen.changes and not self._left:
            self._note(session, seen.made)

    def _note(self, session: Session, made: list[str]) -> None:
        # Not before the transaction has ended well: done again, it is noted again.
        event.listen(session, "after_commit", self._leave)
        if not is_noted(session):
            which = self.which(session) if self.which else {}
            told = {**self.details, **which, **({"made": made} if made else {})}
            record_act(session, self.actor, Act.CHANGED, self.on, self.clock(), **told)

    def _leave(self, _session: Session) -> None:
        self._left = True


class _Seen:
    """What a transaction has changed so far."""

    def __init__(self) -> None:
        self.changes = False
        self.made: list[str] = []

    def executed(
        self, _connection: Connection, cursor: Any, statement: str, _with: object, *how: object
    ) -> None:
        """See a statement that was executed."""
        changing = _CHANGING.match(statement)
        if changing is None or changing[1] in _FOLLOWING:
            return
        # Done with several values, it may not be known yet to how many rows.
        _context, many = how
        if many or cursor.rowcount != 0:
            self.changes = True

    def flushed(self, session: Session, _context: object) -> None:
        """See the rows that were made, each by its table and its key."""
        for row in session.new:
            key = inspect(row).mapper.primary_key_from_instance(row)
            # What has more than one part belongs to something else, which is named.
            if row.__tablename__ in _FOLLOWING:
                continue
            if len(key) == 1 and len(self.made) < MOST_NAMED:
                self.made.append(f"{row.__tablename__} {getattr(row, 'key', key[0])}")


def attend(witness: Witness | None) -> None:
    """Have `witness` see every transaction of this thread from now on; `None`: nobody does."""
    WITNESS.set(witness.watching if witness else nullcontext)


@contextmanager
def attended(witness: Witness | None) -> Iterator[None]:
    """Have `witness` see every transaction of this thread until the block ends."""
    attend(witness)
    try:
        yield
    finally:
        attend(None)
