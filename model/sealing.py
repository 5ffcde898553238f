"""Sealing while deciding goes on: when enough decisions wait, or the last seal is old."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock

from model.checkpoints import Sealed, latest, seal_record, waiting_count
from model.database import Database
from rules.errors import DatabaseAway

SEAL_AT = 1_000
"""So many decisions that wait are sealed at once …"""

SEAL_EVERY = timedelta(hours=1)
"""… and fewer when the last seal is as old as this."""

LOOK_EVERY = timedelta(minutes=1)
LOOK_AFTER = 500
"""A process looks how many wait when a minute, or so many requests, have passed."""


class Sealer:
    """Seals a database's record from time to time; shared by the threads of a process."""

    def __init__(self, database: Database, secret: Callable[[], bytes]) -> None:
        self._database = database
        self._secret = secret
        self._lock = Lock()
        self._looked_at: datetime | None = None
        self._passed = 0

    def should_look(self, now: datetime) -> bool:
        """Count a request; say whether to look now, to one thread only."""
        with self._lock:
            self._passed += 1
            if self._looked_at is None:
                self._looked_at = now
            if self._passed < LOOK_AFTER and now - self._looked_at < LOOK_EVERY:
                return False
            self._looked_at, self._passed = now, 0
            return True

    def seal_if_due(self, now: datetime) -> Sealed | None:
        """Seal what waits, if it is time to; another time will do when the database is away."""
        with suppress(DatabaseAway):
            with self._database.reading() as session:
                waiting, last = waiting_count(session, SEAL_AT), latest(session)
            recent = last is not None and now - last.sealed_at < SEAL_EVERY
            if waiting >= SEAL_AT or (waiting and not recent):
                return self._database.write(
                    lambda session: seal_record(session, self._secret(), now)
                )
        return None
