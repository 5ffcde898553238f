"""A service as it stands: making one, changing it, reading it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from model import standing, supplying
from model.access import Caller
from model.business_case_reviews import reviewed_every
from model.case_facts import DECISIONS_SHOWN, DecisionSummary, HeldFact, shown_fact
from model.cases import lock_or_open_case
from model.catalogue_news import telling_of_service
from model.catalogue_standing import why_ended
from model.decisions import latest_records
from model.held_facts import facts_of
from model.moment import Moment
from model.offer_reviews import offer_of, review_changed_offer
from model.parts import case_to_bear, index_service
from model.portfolios import portfolios_of
from model.reported_artifacts import Reported, reported_artifacts
from model.revisions import live_book
from model.service_events import note_words
from model.services import (
    KEY,
    LONGEST_KEY,
    LONGEST_PAGE,
    Service,
    latest_artifacts,
    lock_service,
    services_after,
)
from model.sight import find_seen, in_sight
from model.subjects import ref_of_service
from model.telling_plans import take_back_plans
from model.texts import LONGEST_NAME, require_texts
from rules.clocks.period import Period
from rules.errors import BadFields, ServiceExists
from rules.field_problem import FieldProblem
from rules.rule_book import RuleBook
from rules.values import LONGEST_TEXT, Value

_WORDS = {
    "name": LONGEST_TEXT,
    "description": LONGEST_TEXT,
    "category": LONGEST_NAME,
    "portfolio_manager": LONGEST_NAME,
    "product_manager": LONGEST_NAME,
    "line_manager": LONGEST_NAME,
    "review_every": 20,
}


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """What is new of a service: its own words and offer (`None` clears one), and raw facts.

    Words: `name`, `description`, `category`, `portfolio_manager`, `product_manager`,
    `line_manager`, `review_every`. `by`: who says so (default: the API key's name). `case`: the
    ref of the viable case that a new service comes from; `one_of_several`: it is known that the
    case bears more than this service. `offer`: columns of the service.
    """

    words: Mapping[str, str | None] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    by: str | None = None
    case: str | None = None
    offer: Mapping[str, object] = field(default_factory=dict)
    one_of_several: bool = False

    @property
    def said(self) -> Mapping[str, object]:
        """Everything but the facts, by the columns of the service."""
        return {**self.words, **self.offer}

    def require_sound(self) -> None:
        """Refuse words that cannot be kept, and facts that nobody supplies.

        Raises:
            BadFields: with one problem for each.
        """
        texts = {f"/{name}": (text, _WORDS[name]) for name, text in self.words.items()}
        told = {"/by": (self.by, LONGEST_NAME), "/case": (self.case, LONGEST_NAME)}
        require_texts({**told, **texts})
        period = self.words.get("review_every")
        if period is not None:
            try:
                Period.read(period)
            except ValueError as error:
                raise BadFields([FieldProblem("/review_every", str(error))]) from None
        standing.require_suppliable(self.facts)


@dataclass(frozen=True, slots=True)
class Artifact:
    """The latest version of an artifact. `stands`: no verdict since wants it amended."""

    name: str
    version: int
    location: str
    supplied_by: str
    supplied_at: datetime
    stands: bool


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service with its facts and artifacts (by name) and its latest 20 decisions.

    `reported`: artifacts that are complete by its case, and of which nobody said where they are.
    `portfolios`: the keys of those that it is in.
    `reviewed_every`: how often its business case is reviewed in operation, agreed on or not.
    """

    service: Service
    reviewed_every: str
    facts: tuple[HeldFact, ...]
    artifacts: tuple[Artifact, ...]
    reported: tuple[Reported, ...]
    decisions: tuple[DecisionSummary, ...]
    portfolios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServicePage:
    """Some services, oldest first; `next`: the cursor of those after them."""

    services: tuple[Service, ...]
    next: str | None


def make_service(
    session: Session, key: str, change: ServiceChange, caller: Caller, moment: Moment
) -> ServiceView:
    """Make a service, at version 1. Needs a `transaction()`.

    Raises:
        ServiceExists: there is one of that key.
        BornAlready: something else was born of that case.
        BadFields: an unsound key or word, unknown facts, values outside their domain; a case
            that is not there, or that nobody has called viable.
        NoLiveRevision: no rules are published that say what the facts are.
    """
    _require_key(key)
    change.require_sound()
    book = live_book(session)
    changes = book.vocabulary.read_changes(change.facts, moment.today)
    subject = lock_or_open_case(session, ref_of_service(key), moment.now)
    if subject.version:
        raise ServiceExists(f"there is a service `{key}` already")
    service = Service(subject=subject, key=key, created_at=moment.now, rejected=False)
    service.born_of = case_to_bear(session, change.case, several=change.one_of_several)
    _say(service, change)
    service.phase = _first_phase(book, changes, moment)
    session.add(service)
    supply = supplying.compare(session, subject, changes, moment.now)
    supplying.store(session, subject, supply, change.by or caller.name)
    session.flush()
    note_words(session, service, None, change.said, change.by or caller.name, moment.now)
    index_service(session, service)
    return view_of(session, service)


def change_service(
    session: Session,
    key: str,
    change: ServiceChange,
    require: Callable[[int], None],
    caller: Caller,
    moment: Moment,
) -> ServiceView:
    """Change words and facts of a service; its version grows by one. Needs a `transaction()`.

    What it says already is no change: it stays at its version. Where it offers something else than
    before, the agreements on it are to be reviewed.

    Raises:
        UnknownRecord: there is no such service.
        ServiceMovedOn: `require` refuses the version that it is at.
        BadFields: unsound words, unknown facts, values outside their domain; a planned end that
            is not later than the beginning; a day planned for what has ended or was rejected.
        NoLiveRevision: no rules are published that say what the facts are.
    """
    change.require_sound()
    changes = live_book(session).vocabulary.read_changes(change.facts, moment.today)
    service = lock_service(session, key)
    require(service.subject.version)
    supply = supplying.compare(session, service.subject, changes, moment.now)
    before = {name: getattr(service, name) for name in change.said}
    if before == change.said and not supply.says_more:
        supplying.confirm_known(session, service.subject, supply)
        return view_of(session, service)
    _require_days_ahead(service, change, before)
    offered = offer_of(service)
    with telling_of_service(session, service, moment):
        _say(service, change)
    take_back_plans(session, service, before)
    supplying.store(session, service.subject, supply, change.by or caller.name)
    session.flush()
    note_words(session, service, before, change.said, change.by or caller.name, moment.now)
    index_service(session, service)
    review_changed_offer(session, service, offered, moment)
    return view_of(session, service)


def read_service(session: Session, key: str, caller: Caller) -> ServiceView:
    """Return a service as it stands.

    Raises:
        UnknownRecord: there is no such service, or it is not the caller's to see.
    """
    return view_of(session, find_seen(session, key, caller))


def list_services(
    session: Session, after: str | None, limit: int, caller: Caller, case: str | None = None
) -> ServicePage:
    """Return up to `limit` (at most 200) services, oldest first; of a case, those born of it.

    Raises:
        BadFields: `after` is not a cursor.
        UnknownRecord: there is no such case.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    found = tuple(services_after(session, after, limit + 1, case, in_sight(caller).services))
    page = found[:limit]
    return ServicePage(page, str(page[-1].id) if len(found) > limit else None)


def view_of(session: Session, service: Service) -> ServiceView:
    """Return a service as it stands."""
    held = facts_of(session, service.subject.id)
    artifacts = tuple(
        Artifact(
            row.name,
            row.version,
            row.location,
            row.supplied_by,
            row.supplied_at,
            f"has_{row.name}" not in held or held[f"has_{row.name}"].value == "true",
        )
        for row in latest_artifacts(session, service)
    )
    facts = tuple(shown_fact(name, row) for name, row in held.items() if not standing.stands(name))
    records = latest_records(session, service.subject, DECISIONS_SHOWN)
    decisions = tuple(map(DecisionSummary.of, records))
    every = reviewed_every(session, service)
    reported = reported_artifacts(session, service, [each.name for each in artifacts])
    within = portfolios_of(session, service.id)
    return ServiceView(service, every, facts, artifacts, reported, decisions, within)


def _say(service: Service, change: ServiceChange) -> None:
    for name, said in change.said.items():
        setattr(service, name, said)
    live, end = service.planned_live_on, service.planned_end_on
    if live is not None and end is not None and end <= live:
        raise BadFields([FieldProblem("/planned_end_on", "must be later than `planned_live_on`")])
    service.subject.title = service.name


def _require_days_ahead(
    service: Service, change: ServiceChange, before: Mapping[str, object]
) -> None:
    """Refuse to plan for a service that is no more; what was planned may be taken away."""
    why = why_ended(service)
    problems = [
        FieldProblem(f"/{name}", f"the service `{service.key}` {why}: nothing is planned for it")
        for name in ("planned_live_on", "planned_end_on")
        if why and change.offer.get(name) not in (None, before.get(name))
    ]
    if problems:
        raise BadFields(problems)


def _first_phase(book: RuleBook, changes: Mapping[str, Value | None], moment: Moment) -> str | None:
    if standing.PHASE not in book.policies:
        return None
    phase = book.decide(standing.PHASE, changes, moment.today).outcome.get("phase")
    return phase if isinstance(phase, str) else None


def _require_key(key: str) -> None:
    if not KEY.fullmatch(key):
        detail = f"must be 1 to {LONGEST_KEY} letters, digits, `.`, `_` and `-`"
        help = "begin with a letter or a digit"
        raise BadFields([FieldProblem("/key", detail, help)])
