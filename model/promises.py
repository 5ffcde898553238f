"""What an agreement promises a timer: how much time there is, and by which calendar it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from model.access import Caller
from model.agreement_targets import TIMES
from model.agreements import Agreement, find_agreement
from model.calendars import Calendar
from model.sight import of_seen
from rules.errors import BadFields, UnknownRecord
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean

_UNITS = f"{', '.join([*TIMES][:-1])} or {[*TIMES][-1]}"


@dataclass(frozen=True, slots=True)
class Promise:
    """Which target of which agreement a timer is held to; `agreement`: its id."""

    agreement: str
    metric: str


@dataclass(frozen=True, slots=True)
class Promised:
    """How much time there is and by which calendar (`None`: all time counts), and who says so."""

    target: timedelta
    calendar: Calendar | None
    agreement_id: str | None = None
    metric: str | None = None


def promised(session: Session, promise: Promise, caller: Caller, begin: datetime) -> Promised:
    """Return what is promised of what begins at an instant, as far as a caller sees it.

    Raises:
        BadFields: there is no such agreement, or it is not theirs to see; it is not in force then,
            or what it says of the metric is no time.
    """
    seen = of_seen(Agreement.service_id, caller)
    try:
        agreement = find_agreement(session, promise.agreement, seen=seen)
    except UnknownRecord as unknown:
        raise BadFields([FieldProblem("/agreement", unknown.detail)]) from None
    # Which day it is then depends on where one is: each that it may be is good enough.
    near = (begin.date() + timedelta(days=days) for days in (-1, 0, 1))
    if not any(agreement.is_in_force(day) for day in near):
        detail = f"is not in force on {begin.date()}, when the timer begins"
        raise BadFields([FieldProblem("/agreement", detail)])
    targets = {each.metric: each for each in agreement.agreed_targets}
    target = targets.get(promise.metric)
    if target is None:
        meant = did_you_mean(promise.metric, targets)
        raise BadFields([FieldProblem("/metric", "nothing is agreed on it", meant)])
    if target.time is None:
        detail = f"is no time that a timer counts, `<=` so many {_UNITS}: it is {target.in_words}"
        raise BadFields([FieldProblem("/metric", detail)])
    return Promised(target.time, agreement.calendar, agreement.id, target.metric)
