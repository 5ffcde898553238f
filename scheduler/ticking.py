"""One tick: its job done, its heartbeat noted; whatever goes wrong, the next one comes."""

from __future__ import annotations

from collections.abc import Callable

from model.heartbeats import beat, is_fresh
from rules.errors import TollgateError
from scheduler.parts import Parts


def tick_once(parts: Parts, name: str, job: Callable[[Parts], None]) -> None:
    """Do a job now, and note that it was done. It raises nothing.

    A database that is away is no error: what is due stays due.
    """
    try:
        job(parts)
        note_done(parts, name)
    except TollgateError as error:
        parts.log.put_off(name, error.detail)
    except Exception as error:  # noqa: BLE001  # a fault in one tick must not end the others
        parts.log.failed(name, error)


def note_done(parts: Parts, name: str) -> None:
    """Note that a tick was done, unless that was noted just now.

    Raises:
        DatabaseAway: it could not be.
    """
    now = parts.clock()
    with parts.database.reading() as session:
        noted = is_fresh(session, name, now)
    if not noted:
        with parts.database.transaction() as session:
            beat(session, name, now)
