"""The jobs of the timetable, each right in however many processes it is done at once."""

from __future__ import annotations

from model import kept_answers
from model.housekeeping import forget_delivered
from model.sealing import Sealer
from scheduler.draining import drain
from scheduler.parts import Parts
from scheduler.ticking import note_done

DELIVER = "deliver"


def deliver(parts: Parts) -> None:
    """Send what is due; as long as there is more, it is done while it is being done."""
    drain(parts, lambda: note_done(parts, DELIVER))


def seal(parts: Parts) -> None:
    """Seal the record, if it is time to."""
    Sealer(parts.database, lambda: parts.settings.secret).seal_if_due(parts.clock())


def purge_answers(parts: Parts) -> None:
    """Forget answers kept under Idempotency-Keys for longer than they are kept."""
    with parts.database.transaction() as session:
        kept_answers.purge(session, parts.clock())


def keep_house(parts: Parts) -> None:
    """Forget what was delivered long ago, a part at a time."""
    forgotten = 1
    while forgotten and not parts.ending.is_set():
        with parts.database.transaction() as session:
            forgotten = forget_delivered(session, parts.clock())
