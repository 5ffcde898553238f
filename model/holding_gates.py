"""Holding a toll-gate: decided as a case is, recorded in the service's own chain.

What follows from the decision, such as an artifact that is to be amended, stands from the same
version of the service on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from model import standing, supplying
from model.access import Caller
from model.announcing import announce_decision
from model.answers import Answer
from model.case_in_hand import Locked, put_back
from model.catalogue_news import telling_of_gate
from model.database import table_of
from model.forums import require_forum
from model.gate_sessions import GateSession
from model.hanging_on import hanging_on
from model.held_facts import merged_facts, values_of
from model.moment import Moment
from model.personal_values import Salts, fresh_salt
from model.prepared import Prepared
from model.recording import Made, record
from model.revisions import live_book
from model.sending import sent_together
from model.service_in_hand import ServiceInHand, put_service_back, take_service
from model.services import LONGEST_KEY
from model.telling_customers import announce_to_customers
from model.texts import LONGEST_NAME, require_texts
from rules.errors import ServiceMovedOn, UnknownRecord
from rules.policy import Policy
from rules.rule_book import RuleBook

_SESSIONS = table_of(GateSession)
# Inline, and without the number: nobody asks for the one that a session is given.
_INSERT = Prepared(
    insert(_SESSIONS).inline(),
    [column.name for column in _SESSIONS.columns if not column.primary_key],
)


@dataclass(frozen=True, slots=True)
class GateRequest:
    """A toll-gate of a service, what is new (raw JSON), and who sat.

    `by`: who supplied it (default: the API key's name). `as_of`: the day that dates and
    parameters are picked for (default: today). `forum`: the key of the one that it is held in.
    """

    key: str
    gate: int
    facts: Mapping[str, object]
    sat: tuple[str, ...] = ()
    by: str | None = None
    if_version: int | None = None
    as_of: date | None = None
    forum: str | None = None

    @property
    def decision(self) -> str:
        """The policy that decides."""
        return standing.gate_policy(self.gate)

    def as_json(self) -> dict[str, object]:
        """Return the whole input, as it came."""
        return {
            "service": {"key": self.key, "by": self.by, "if_version": self.if_version},
            "facts": dict(self.facts),
            "sat": list(self.sat),
            **({"forum": self.forum} if self.forum is not None else {}),
            "decision": self.decision,
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }

    def require_sound(self) -> None:
        """Refuse texts and facts that cannot be kept.

        Raises:
            BadFields: with one problem for each.
        """
        people = {f"/sat/{index}": (name, LONGEST_NAME) for index, name in enumerate(self.sat)}
        words = {"/by": (self.by, LONGEST_NAME), "/forum": (self.forum, LONGEST_KEY)}
        require_texts({**words, **people})
        standing.require_suppliable(self.facts, in_session=True)


def hold_gate(
    session: Session,
    request: GateRequest,
    caller: Caller,
    moment: Moment,
    new_id: str,
    salts: Salts = fresh_salt,
) -> Answer:
    """Decide a toll-gate and record it; the service's version grows by one.

    Needs a `transaction()`. Any error leaves the service as it was, once that is rolled back.

    Raises:
        BadFields: unknown facts, a verdict that the gate does not know, a forum that there is not
            or that does not hold the gate, unsound texts.
        UnknownRecord: there is no such service, or the live rules have no such gate.
        ServiceMovedOn: the service is not at `if_version`.
        Unable: no rules are published, or they cannot give a right answer.
    """
    request.require_sound()
    if request.forum is not None:
        require_forum(session, request.forum, request.gate)
    taken, service = take_service(session, request.key)
    book, case = live_book(session, taken.revision), taken.case
    as_of = request.as_of or moment.today
    spelled = standing.spelled_out(request.facts, _policy(book, request))
    changes = book.vocabulary.read_changes(spelled, as_of)
    require_version(case.version, request.if_version)
    held = merged_facts(values_of(taken.held), changes, book.vocabulary)
    held |= hanging_on(session, service, request.gate, book.vocabulary)
    decision = book.decide(request.decision, held, as_of)
    stays = {name: value for name, value in changes.items() if not standing.of_a_session(name)}
    stays |= standing.after_gate(request.gate, decision.outcome, book.vocabulary)
    supply = supplying.compare(session, case, stays, moment.now, held=taken.held)
    by = request.by or caller.name
    with telling_of_gate(session, service, moment), sent_together(session):
        supplying.store(session, case, supply, by)
        made = Made(new_id, request, held, as_of, decision, caller.key_id, moment.now)
        recorded = record(session, case, made, book, salts)
        put_back(session, case)
        _note(session, service, request, made, case, by)
    announce_decision(session, case, recorded, moment, taken.listening)
    announce_to_customers(session, service, request.gate, made, moment, taken.listening)
    return recorded


def require_version(version: int, expected: int | None) -> None:
    """Refuse when the caller saw another version than this one (`None`: says none).

    Raises:
        ServiceMovedOn: it did.
    """
    if expected is not None and expected != version:
        raise ServiceMovedOn(f"the service is at version {version}, not {expected}")


def _policy(book: RuleBook, request: GateRequest) -> Policy:
    policy = book.policies.get(request.decision)
    if policy is None:
        raise UnknownRecord(f"the live rules have no toll-gate {request.gate}")
    return policy


def _note(
    session: Session,
    service: ServiceInHand,
    request: GateRequest,
    made: Made,
    case: Locked,
    by: str,
) -> None:
    """Keep the session of the gate, and what the service looks like after it.

    Its instant is the case's own: after all that was before, whatever the clocks of two processes
    say.
    """
    outcome = made.decision.outcome
    phase = _text(outcome.get("phase")) or service.phase
    rejected = service.rejected or outcome.get("action") == standing.REJECTING
    if (phase, rejected) != (service.phase, service.rejected):
        service.phase, service.rejected = phase, rejected
        put_service_back(session, service)
    there = {name for name, value in made.held.items() if value is True}
    presented = {
        artifact: latest
        for artifact, latest in service.versions.items()
        if f"has_{artifact}" in there
    }
    held = {
        "service_id": service.id,
        "service_version": case.version,
        "gate": request.gate,
        "decision_id": made.id,
        "sat": list(request.sat),
        "presented": presented,
        "verdict": _text(request.facts.get(standing.VERDICT)),
        "result": _text(outcome.get("result")),
        "phase": service.phase,
        "forum": request.forum,
        "by": by,
        "at": case.updated_at,
    }
    _INSERT.run(session, held)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
