"""Who sees what of services: the rule that whatever shows a service is to keep to.

The catalogue is the view of what is live or being prepared for release. Whoever only asks for a
ticketing system sees that view and no more; policy owners, service managers, auditors and
administrators see services from the idea to the phase-out, and what stands behind them.

- Offer, parts, packages, what it rests on, owners, phase, customers, maintenance, satisfaction,
  agreements, improvements: of what the catalogue has, everybody; of all others, those inside.
- Facts, artifacts, decisions, sessions of gates, timeline, reviews, portfolios, capacity, tests of
  continuity, vendor products, other systems that were asked: those inside.
- Costs, and the addresses of customers: service managers, auditors and administrators.

What names several services or agreements (a package, an improvement) is seen where all of them are;
an improvement that names a review and neither of these, by those inside.
A timer is seen with its agreement, and by ticketing systems for good if one of them opened it: it
was told the target while it saw the service, and has to say how it ended.

A service that a caller does not see is not there for them: 404, whether it exists or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from model.access import ApiKey, Caller, Role
from model.agreements import Agreement
from model.cases import no_such_case
from model.catalogue_standing import SHOWN, is_shown
from model.decisions import no_such_decision, record_of
from model.improvements import Improvement
from model.packages import Package, PackagedService
from model.services import ANY, Service, find_service
from model.subjects import is_case, ref_of_service
from model.timers import Timer, find_timer

INSIDE = (Role.POLICY_OWNER, Role.SERVICE_MANAGER, Role.AUDITOR)
"""Who sees services that the catalogue does not have, and what stands behind all of them."""
COSTS = (Role.SERVICE_MANAGER, Role.AUDITOR)
"""Who sees what services cost those who provide them, and the addresses of customers."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees, as conditions on services and on packages."""

    services: ColumnElement[bool] = ANY
    packages: ColumnElement[bool] = ANY


EVERYTHING = Sight()


def sees_inside(caller: Caller) -> bool:
    """Whether a caller sees more of services than the catalogue shows."""
    return caller.may(*INSIDE)


def sees_costs(caller: Caller) -> bool:
    """Whether a caller sees costs and addresses."""
    return caller.may(*COSTS)


def in_sight(caller: Caller) -> Sight:
    """Return what a caller sees at all: of packages, those whose services they all see."""
    if sees_inside(caller):
        return EVERYTHING
    # A phase that is missing would make neither this nor its contrary true.
    there = and_(Service.phase.is_not(None), Service.phase.in_(SHOWN), ~Service.rejected)
    hidden = (PackagedService.package_id == Package.id, PackagedService.service_id == Service.id)
    within = exists().where(*hidden, not_(there)).correlate(Package)
    return Sight(there, ~within)


def find_seen(session: Session, key: str, caller: Caller) -> Service:
    """Return a service that a caller sees.

    Raises:
        UnknownRecord: there is none of that key, or it is not theirs to see.
    """
    service = find_service(session, key)
    if not (is_shown(service) or sees_inside(caller)):
        raise no_such_case(ref_of_service(key))
    return service


def of_seen(service_id: InstrumentedAttribute[Any], caller: Caller) -> ColumnElement[bool]:
    """Return the condition that what a row is about is no service, or one that a caller sees."""
    if sees_inside(caller):
        return ANY
    return or_(service_id.is_(None), _its(Service.id, service_id, in_sight(caller).services))


def of_seen_agreement(
    agreement_id: InstrumentedAttribute[Any], caller: Caller
) -> ColumnElement[bool]:
    """Return the condition that what a row is about is no agreement, or one that a caller sees."""
    if sees_inside(caller):
        return ANY
    seen = of_seen(Agreement.service_id, caller)
    return or_(agreement_id.is_(None), _its(Agreement.id, agreement_id, seen))


def _its(
    id: InstrumentedAttribute[Any], named: InstrumentedAttribute[Any], so: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition that what a row names is so: looked at by itself, and no other is."""
    return exists().where(id == named, so).correlate(named.class_)


def seen_improvements(caller: Caller) -> ColumnElement[bool]:
    """Return the condition on improvements that a caller sees: all that they name is seen."""
    if sees_inside(caller):
        return ANY
    service, agreement = Improvement.service_id, Improvement.agreement_id
    # What a review is about, which is not theirs to see, it says alone where nothing else does.
    said = or_(Improvement.review_id.is_(None), service.is_not(None), agreement.is_not(None))
    return and_(said, of_seen(service, caller), of_seen_agreement(agreement, caller))


def seen_timers(caller: Caller) -> ColumnElement[bool]:
    """Return the condition on timers that a caller sees."""
    if sees_inside(caller):
        return ANY
    theirs = _its(ApiKey.id, Timer.api_key_id, ApiKey.roles == [Role.TICKETING.value])
    return or_(of_seen_agreement(Timer.agreement_id, caller), theirs)


def require_timer_seen(session: Session, timer_id: str, caller: Caller) -> None:
    """Refuse a timer that a caller does not see.

    Raises:
        UnknownRecord: there is no such timer, or it is not theirs to see.
    """
    find_timer(session, timer_id, seen=seen_timers(caller))


def require_decision_seen(session: Session, decision_id: str, caller: Caller) -> None:
    """Refuse a decision about a service to whoever does not see what stands behind services.

    Raises:
        UnknownRecord: there is no such decision, or it is not theirs to see.
    """
    if not sees_inside(caller) and not is_case(record_of(session, decision_id).case_ref):
        raise no_such_decision(decision_id)
