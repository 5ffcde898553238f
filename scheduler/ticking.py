"""One tick: its job done, its heartbeat noted; whatever goes wrong, the next one comes."""

from __future__ import annotations

from collections.abc import Callable

from model.heartbeats import beat
from rules.errors import TollgateError
from scheduler.parts import Parts


def tick_once(parts: Parts, name: str, job: Callable[[Parts], None]) -> None:
    """Do a job now, and note that it was done. It raises nothing.

    A database that is away is no error: what is due stays due.
    """
    try:
        job(parts)
        with parts.database.transaction() as session:
            beat(session, name, parts.clock())
    except TollgateError as error:
        parts.log.put_off(name, error.detail)
    except Exception as error:  # noqa: BLE001  # a fault in one tick must not end the others
        parts.log.failed(name, error)
