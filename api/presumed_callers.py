"""Callers who are presumed: whether their key still works is looked up with what they ask.

A look at the database for the key alone costs as much as all that a preview looks up. So on a
route that only looks, who asked with a key before is taken to ask again. The route looks the key
up beside its own; whatever it says or fails with, nothing but that the database is away is
answered before the key is found to work still.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from hashlib import blake2b
from secrets import token_bytes
from threading import Lock
from typing import Any, TypeVar, cast

from model.access import Caller, Presumed, caller_with, note_use
from model.database import Database
from rules.errors import DatabaseAway, NotAuthenticated

View = TypeVar("View", bound=Callable[..., Any])

MOST = 1_000
"""How many callers are kept in mind."""


class PresumedCallers:
    """Who asked with which key lately: for all threads of a process.

    No key is kept, but a hash of each that means nothing outside of this process.
    """

    def __init__(self) -> None:
        self._secret = token_bytes()
        self._callers: dict[bytes, Presumed] = {}
        self._keeping = Lock()

    def presume(self, key: str) -> Presumed | None:
        """Return who is presumed to ask with a key, if anybody is."""
        known = self._callers.get(self._mark(key))
        return Presumed(known.key_hash, known.caller, known.mark) if known else None

    def remember(self, key: str, key_hash: str, caller: Caller) -> None:
        """Presume that who asks with this key the next time is this caller."""
        self._keep(Presumed(key_hash, caller, self._mark(key)))

    def _mark(self, key: str) -> bytes:
        return blake2b(key.encode("utf-8", "surrogatepass"), key=self._secret).digest()

    def _keep(self, presumed: Presumed) -> None:
        with self._keeping:
            if presumed.mark not in self._callers and len(self._callers) >= MOST:
                del self._callers[next(iter(self._callers))]  # whoever it is is found again
            self._callers[presumed.mark] = presumed

    def found(self, presumed: Presumed, database: Database, now: datetime) -> Caller:
        """Return who really asks: by what was found on the way, or else by a look now.

        Raises:
            NotAuthenticated: the key is unknown, expired or revoked.
            DatabaseAway: it could not be looked up.
        """
        try:
            caller = presumed.confirmed or _looked_up(presumed, database, now)
        except NotAuthenticated:
            with self._keeping:
                self._callers.pop(presumed.mark, None)
            raise
        self._keep(Presumed(presumed.key_hash, caller, presumed.mark))
        note_use(database, caller, now)
        return caller


def _looked_up(presumed: Presumed, database: Database, now: datetime) -> Caller:
    with database.looking() as connection:
        return caller_with(connection, presumed.key_hash, now)


def confirming(view: View, confirm: Callable[[], None]) -> View:
    """Return a view that answers nothing before `confirm` was called.

    Nor does it fail with anything else than that the database is away.
    """

    @wraps(view)
    def confirmed(*given: Any, **parts: Any) -> Any:
        try:
            answer = view(*given, **parts)
        except DatabaseAway:
            raise  # who has waited for the database in vain does not do so again
        except Exception:
            confirm()
            raise
        confirm()
        return answer

    return cast("View", confirmed)
