"""Draining: what is due is claimed, sent in lanes side by side, and settled lane by lane.

A lane is some deliveries to one receiver, one after the other over one connection: a receiver that
hangs holds up its own lane, and the rest of that is given back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from time import monotonic

from model.dispatching import LEASE, Outcome, Parcel, claim, is_due, settle
from model.subscriptions import signing_secret
from scheduler.bounded_http import Line
from scheduler.mail import Counter
from scheduler.parts import Parts
from scheduler.webhook import send

MOST_CLAIMED = 200
LONGEST_LANE = 25
LANES = 8
ANSWERED_WITHIN = 15.0
"""Seconds in which a receiver must have answered."""

LANE_ENDS_AFTER = LEASE.total_seconds() / 2
"""Seconds after which a lane begins no further attempt: the lease must not run out under it."""


def drain(parts: Parts) -> int:
    """Send what is due until nothing is, or the process is to end; return how many were tried."""
    tried = 0
    with ThreadPoolExecutor(LANES, thread_name_prefix="lane") as pool:
        while not parts.ending.is_set():
            claim_id, parcels = _claimed(parts)
            if not parcels:
                break
            lanes = [pool.submit(_sent, parts, lane) for lane in _lanes(parcels)]
            for lane in as_completed(lanes):
                outcomes = lane.result()
                tried += sum(outcome.tried for outcome in outcomes)
                _settle(parts, claim_id, outcomes)
    return tried


def _claimed(parts: Parts) -> tuple[str, list[Parcel]]:
    now, claim_id = parts.clock(), parts.new_id()
    with parts.database.reading() as session:
        # Most of the time there is nothing, and a look costs no lock.
        if not is_due(session, now):
            return claim_id, []
    parcels = parts.database.write(lambda session: claim(session, claim_id, now, MOST_CLAIMED))
    return claim_id, parcels


def _lanes(parcels: Sequence[Parcel]) -> Iterator[Sequence[Parcel]]:
    by_receiver: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        by_receiver.setdefault(parcel.lane, []).append(parcel)
    for those in by_receiver.values():
        for start in range(0, len(those), LONGEST_LANE):
            yield those[start : start + LONGEST_LANE]


def _sent(parts: Parts, lane: Sequence[Parcel]) -> list[Outcome]:
    until = monotonic() + LANE_ENDS_AFTER
    outcomes: list[Outcome] = []
    attempts = _by_webhook(parts, lane) if lane[0].target else _by_mail(parts, lane)
    for outcome in attempts:
        outcomes.append(outcome)
        unanswered = not outcome.delivered and outcome.status is None
        if unanswered or monotonic() > until or parts.ending.is_set():
            break
    return outcomes + [Outcome(parcel, tried=False) for parcel in lane[len(outcomes) :]]


def _by_webhook(parts: Parts, lane: Sequence[Parcel]) -> Iterator[Outcome]:
    target, settings = lane[0].target, parts.settings
    assert target is not None
    secrets = [
        signing_secret(settings.secret, target.subscription_id, generation)
        for generation in target.generations
    ]
    with closing(Line(target.url, settings.private_hosts, ANSWERED_WITHIN)) as line:
        for parcel in lane:
            yield send(parcel, line, settings.public_url, secrets, parts.clock())


def _by_mail(parts: Parts, lane: Sequence[Parcel]) -> Iterator[Outcome]:
    server = parts.settings.mail_server
    if server is None:
        for parcel in lane:
            yield Outcome(parcel, error="no mail server is set: TOLLGATE_SMTP_HOST")
        return
    with Counter(server) as counter:
        for parcel in lane:
            yield counter.hand_in(parcel)


def _settle(parts: Parts, claim_id: str, outcomes: Sequence[Outcome]) -> None:
    now = parts.clock()
    parts.database.write(lambda session: settle(session, claim_id, outcomes, now, parts.chance))
    for outcome in outcomes:
        if outcome.tried and not outcome.delivered:
            parcel = outcome.parcel
            told = (parcel.delivery_id, parcel.message_id, parcel.attempts, outcome.error)
            parts.log.undelivered(*told)
