"""Draining: what is due is claimed, sent in lanes side by side, and settled a moment later.

A lane is some deliveries to one receiver, one after the other over one connection. A receiver that
hangs holds up its own lanes only: meanwhile what goes elsewhere is claimed and sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from time import monotonic

from model.dispatching import LEASE, Outcome, Parcel, claim, is_due, settle
from model.subscriptions import signing_secret
from rules.errors import DatabaseAway
from scheduler.bounded_http import Line
from scheduler.mail import Handing
from scheduler.parts import Parts
from scheduler.webhook import send

LANES = 8
LONGEST_LANE = 200
LANES_CLAIMED = 2
"""So many lanes of deliveries are claimed at once …"""

LANES_OF_ONE = 4
"""… and one receiver has no more than these: the others are for the others."""

MOST_CLAIMED = LANES_CLAIMED * LONGEST_LANE

ANSWERED_WITHIN = 15.0
"""Seconds in which a receiver must have answered."""

UNANSWERED_IN_A_ROW = 3
"""After which a receiver counts as not there, and what follows waits."""

LANE_ENDS_AFTER = LEASE.total_seconds() / 2
"""Seconds from the claim after which no attempt begins: the lease must not run out under one."""

LOOK_EVERY = 1.0
"""Seconds after which it is looked for what is due, while a slow receiver is waited for."""

SETTLE_EVERY = 0.1
"""Seconds' worth of attempts that are settled in one transaction: what a process that dies has not
settled is sent once more."""

Alive = Callable[[], None]
Attempt = Callable[[Parcel], Outcome]


@dataclass(frozen=True, slots=True)
class Lane:
    """Deliveries to one receiver that one process has claimed, to be begun before `until`."""

    parcels: Sequence[Parcel]
    until: float

    @property
    def receiver(self) -> str:
        """To whom they go."""
        return self.parcels[0].receiver


@dataclass(slots=True)
class _Traffic:
    """The lanes that are being sent, and what has become of their deliveries."""

    lanes: dict[Future[None], Lane] = field(default_factory=dict)
    outcomes: SimpleQueue[Outcome] = field(default_factory=SimpleQueue)
    unsettled: list[Outcome] = field(default_factory=list)
    tried: int = 0
    looked_at: float = -LOOK_EVERY

    @property
    def busy(self) -> set[str]:
        """The receivers to which a further claim might be too much."""
        lanes = Counter(lane.receiver for lane in self.lanes.values())
        return {each for each, count in lanes.items() if count + LANES_CLAIMED > LANES_OF_ONE}

    def should_look(self) -> bool:
        """Whether there is room for more, and it is time to look whether there is more."""
        return len(self.lanes) < LANES and monotonic() - self.looked_at >= LOOK_EVERY

    def wait(self) -> None:
        """Wait for a lane to end, for a moment; look for more at once when one does."""
        ended, _ = wait(self.lanes, SETTLE_EVERY, FIRST_COMPLETED)
        for each in ended:
            del self.lanes[each]
            each.result()
            self.looked_at = -LOOK_EVERY

    def take_in(self) -> list[Outcome]:
        """Return what is to be settled."""
        self.unsettled += [self.outcomes.get() for _ in range(self.outcomes.qsize())]
        return self.unsettled


def drain(parts: Parts, alive: Alive = lambda: None) -> int:
    """Send what is due until nothing is, or the process is to end; return how many were tried.

    `alive` is called every now and then while it lasts.

    Raises:
        DatabaseAway: what has been sent and not settled is sent again when its lease is over.
    """
    traffic = _Traffic()
    with ThreadPoolExecutor(LANES, thread_name_prefix="lane") as pool:
        try:
            while _goes_on(parts, pool, traffic, alive):
                traffic.wait()
                _settle(parts, traffic)
        except DatabaseAway:
            # What has been sent need not be sent again if it is back when the lanes have ended.
            wait(traffic.lanes)
            _settle(parts, traffic)
            raise
    return traffic.tried


def _goes_on(parts: Parts, pool: ThreadPoolExecutor, traffic: _Traffic, alive: Alive) -> bool:
    """Send more, if it is time to look and there is more; say whether anything is being sent."""
    if traffic.should_look() and not parts.ending.is_set():
        traffic.looked_at = monotonic()
        alive()
        for lane in _claimed(parts, traffic.busy):
            traffic.lanes[pool.submit(_send, parts, lane, traffic.outcomes)] = lane
    return bool(traffic.lanes)


def _claimed(parts: Parts, busy: set[str]) -> Iterator[Lane]:
    """Claim what is due, but for receivers that are busy with what they get already."""
    now, claim_id, until = parts.clock(), parts.new_id(), monotonic() + LANE_ENDS_AFTER
    with parts.database.reading() as session:
        # Most of the time there is nothing, and a look costs no lock.
        if not is_due(session, now, busy):
            return
    parcels = parts.database.write(
        lambda session: claim(session, claim_id, now, MOST_CLAIMED, busy)
    )
    by_receiver: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        by_receiver.setdefault(parcel.receiver, []).append(parcel)
    for those in by_receiver.values():
        for start in range(0, len(those), LONGEST_LANE):
            yield Lane(those[start : start + LONGEST_LANE], until)


def _send(parts: Parts, lane: Lane, outcomes: SimpleQueue[Outcome]) -> None:
    """Send a lane, to its end or until the receiver does not want more now."""
    attempted = unanswered = 0
    for outcome in _attempts(parts, lane):
        attempted += 1
        unanswered = unanswered + 1 if _is_unanswered(outcome) else 0
        not_now = outcome.not_now or unanswered == UNANSWERED_IN_A_ROW
        outcomes.put(replace(outcome, not_now=not_now))
        if not_now:
            break
    for parcel in lane.parcels[attempted:]:
        outcomes.put(Outcome(parcel, tried=False))


def _attempts(parts: Parts, lane: Lane) -> Iterator[Outcome]:
    """Make one attempt after the other, while there is time."""
    with ExitStack() as stack:
        attempt = (_by_webhook if lane.parcels[0].target else _by_mail)(parts, lane, stack)
        for parcel in lane.parcels:
            if monotonic() > lane.until or parts.ending.is_set():
                return
            try:
                outcome = attempt(parcel)
            except Exception as error:  # noqa: BLE001  # one message must not hold up all others
                parts.log.failed("deliver", error)
                said = f"a fault of the product: {type(error).__name__}"
                outcome = Outcome(parcel, error=said)
            yield outcome


def _is_unanswered(outcome: Outcome) -> bool:
    return not outcome.delivered and outcome.status is None


def _by_webhook(parts: Parts, lane: Lane, stack: ExitStack) -> Attempt:
    target, settings = lane.parcels[0].target, parts.settings
    assert target is not None
    secrets = [
        signing_secret(settings.secret, target.subscription_id, generation)
        for generation in target.generations
    ]
    line = stack.enter_context(closing(Line(target.url, settings.private_hosts, ANSWERED_WITHIN)))
    return lambda parcel: send(parcel, line, settings.public_url, secrets, parts.clock())


def _by_mail(parts: Parts, lane: Lane, stack: ExitStack) -> Attempt:
    server = parts.settings.mail_server
    if server is None:
        return lambda parcel: Outcome(parcel, error="no mail server is set: TOLLGATE_SMTP_HOST")
    return stack.enter_context(Handing(server, parts.settings.public_url)).over


def _settle(parts: Parts, traffic: _Traffic) -> None:
    now, outcomes = parts.clock(), traffic.take_in()
    if not outcomes:
        return
    parts.database.write(lambda session: settle(session, outcomes, now, parts.chance))
    traffic.unsettled = []
    for outcome in outcomes:
        traffic.tried += outcome.tried
        if outcome.tried and not outcome.delivered:
            parcel = outcome.parcel
            told = (parcel.delivery_id, parcel.message_id, parcel.attempts, outcome.error)
            parts.log.undelivered(*told)
