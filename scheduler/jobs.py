"""The jobs of the timetable, each right in however many processes it is done at once."""

from __future__ import annotations

from functools import partial

from model import kept_answers, missed_breaches, telling_plans, telling_timers
from model.apart import Failed, require_none
from model.housekeeping import forget_delivered
from model.missed_events import note_missed
from model.moment import Moment
from model.packages import index_missed_packages
from model.parts import index_missed
from model.reconsidering import reconsider_due
from model.record_walks import walk_on
from model.review_round import go_round
from model.sealing import Sealer
from model.sleeping_letters import is_letter_due
from model.uncounted_results import count_missed
from model.waking_letters import wake_letters
from rules.errors import Unable
from scheduler.draining import drain
from scheduler.parts import Parts
from scheduler.ticking import note_done

DELIVER = "deliver"
_NAMED = 5
"""How many of the things that went wrong are named in the log."""


def deliver(parts: Parts) -> None:
    """Send what is due; as long as there is more, it is done while it is being done.

    Raises:
        Unable: letters that waited for the morning cannot be written; all else was sent.
    """
    failed = _wake_letters(parts)
    drain(parts, lambda: note_done(parts, DELIVER))
    require_none(failed)


def _wake_letters(parts: Parts) -> Failed:
    more = True
    failed: Failed = {}
    while more and not parts.ending.is_set():
        moment = Moment.at(parts.clock(), parts.settings.timezone)
        with parts.database.reading() as session:
            # Most of the time there is none, and a look costs no lock.
            if not is_letter_due(session, moment.now):
                break
        more = parts.database.write(partial(wake_letters, moment=moment, failed=failed))
    return failed


def tell_timers(parts: Parts) -> None:
    """Announce the marks that timers have passed, some at a time.

    Raises:
        Unable: what some of them missed cannot be reviewed; all of them were announced.
    """
    more = True
    failed: Failed = {}
    while more and not parts.ending.is_set():
        moment = Moment.at(parts.clock(), parts.settings.timezone)
        tell = partial(telling_timers.tell_timers, moment=moment, failed=failed)
        more = parts.database.write(tell)
    require_none(failed)


def reconsider_cases(parts: Parts) -> None:
    """Decide again the cases that the day moves.

    Raises:
        Unable: some could not be decided; they stay due.
    """
    moment = Moment.at(parts.clock(), parts.settings.timezone)
    failed = reconsider_due(parts.database, moment, parts.new_id).failed
    if failed:
        cases = ", ".join(f"{ref} ({code})" for ref, code in failed[:_NAMED])
        raise Unable(f"{len(failed)} waiting cases could not be decided again: {cases}")


def remind(parts: Parts) -> None:
    """Report periods that ended, set up what is to be reviewed, and remind who is to review it.

    What one of these stumbles over keeps nobody from being reminded; it is raised afterwards.
    """
    now, zone = parts.clock(), parts.settings.timezone
    moment, local = Moment.at(now, zone), now.astimezone(zone)
    go_round(parts.database, moment, zone, parts.new_id, local, lambda: not parts.ending.is_set())


def tell_plans(parts: Parts) -> None:
    """Tell customers of services that are planned to begin or to end before long."""
    moment = Moment.at(parts.clock(), parts.settings.timezone)
    parts.database.write(lambda session: telling_plans.tell_plans(session, moment))


def seal(parts: Parts) -> None:
    """Seal the record, if it is time to."""
    Sealer(parts.database, lambda: parts.settings.secret).seal_if_due(parts.clock())


def verify_record(parts: Parts) -> None:
    """Verify the next part of the record, if it is time to.

    Raises:
        Unable: something in it is not as it was written; it is noted, and an alarm goes off.
    """
    secret = parts.settings.secret
    found = walk_on(parts.database, secret, parts.clock, lambda: not parts.ending.is_set())
    if found:
        rows = "; ".join(str(each) for each in found[:_NAMED])
        raise Unable(f"{len(found)} findings in the record (`record verify` names all): {rows}")


def purge_answers(parts: Parts) -> None:
    """Forget answers kept under Idempotency-Keys for longer than they are kept."""
    with parts.database.transaction() as session:
        kept_answers.purge(session, parts.clock())


def keep_house(parts: Parts) -> None:
    """Forget what was delivered long ago, and make good what older processes left undone.

    That is to be found by a search, noted, counted or waited for. A part at a time.
    """
    forgotten = 1
    while forgotten and not parts.ending.is_set():
        with parts.database.transaction() as session:
            forgotten = forget_delivered(session, parts.clock())
    note, count = (partial(each, now=parts.clock()) for each in (note_missed, count_missed))
    for make_good in (index_missed, index_missed_packages, note, count):
        missed = 1
        while missed and not parts.ending.is_set():
            missed = parts.database.write(make_good)
    _await_missed(parts)


def _await_missed(parts: Parts) -> None:
    now, missed = parts.clock(), 1
    while missed and not parts.ending.is_set():
        with parts.database.reading() as session:
            found = missed_breaches.missed(session, now)
        if not found:
            break
        await_them = partial(missed_breaches.await_missed, timer_ids=found, now=now)
        missed = parts.database.write(await_them)
