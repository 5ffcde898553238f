"""Planning improvements, changing and closing them; every version is kept, with who wrote it.

While one is open it is to be reviewed, once, on the day on which it is due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.agreements import FIRST_DAY, LAST_DAY, Agreement
from model.improvements import (
    LONGEST_OBJECTIVE,
    Improvement,
    ImprovementState,
    ImprovementVersion,
    find_improvement,
)
from model.review_subjects import OF_IMPROVEMENTS
from model.reviews import NewReview, Review, end_review, rename, set_up_as_taken
from model.services import Service
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.review_rules import ReviewKind
from rules.values import LONGEST_TEXT

_NO_PERIOD = "P1Y"
"""A review has one, also where it is held once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned. `service`: its key; `review`, `agreement`: ids of what led to it."""

    objective: str
    role: str
    due_on: date
    service: str | None = None
    review: str | None = None
    agreement: str | None = None
    reason: str | None = None
    agency: str | None = None
    state: ImprovementState = ImprovementState.OPEN
    outcome: str | None = None

    def require_sound(self) -> None:
        """Refuse what cannot be kept, whatever else there is.

        Raises:
            BadFields: with one problem for each.
        """
        names = ("role", "service", "review", "agreement", "agency")
        texts = {f"/{name}": (getattr(self, name), LONGEST_NAME) for name in names}
        texts["/objective"] = (self.objective, LONGEST_OBJECTIVE)
        texts |= {"/reason": (self.reason, LONGEST_TEXT), "/outcome": (self.outcome, LONGEST_TEXT)}
        require_texts(texts)
        if problems := [*self._problems()]:
            raise BadFields(problems)

    def _problems(self) -> Iterator[FieldProblem]:
        if not FIRST_DAY <= self.due_on <= LAST_DAY:
            yield FieldProblem("/due_on", f"must be between {FIRST_DAY} and {LAST_DAY}")
        is_open = self.state is ImprovementState.OPEN
        if is_open and self.outcome is not None:
            yield FieldProblem("/outcome", "comes when it is done or dropped")
        if not is_open and self.outcome is None:
            yield FieldProblem("/outcome", f"must say what came of it: it is {self.state}")


def plan_improvement(
    session: Session, new_id: str, plan: Plan, by: str, now: datetime
) -> Improvement:
    """Plan an improvement, at version 1. Needs a `transaction()`.

    Raises:
        BadFields: with one problem for each member that cannot be so.
    """
    improvement = Improvement(id=new_id, version=0, created_at=now)
    return _written(session, improvement, plan, by, now)


def change_improvement(
    session: Session,
    improvement_id: str,
    changes: Mapping[str, object],
    require: Callable[[int], None],
    by: str,
    now: datetime,
) -> Improvement:
    """Change some of what is planned; `require` refuses, by raising, the version there is.

    Opened again, it has no outcome. What is planned already is no change: it stays at its version.
    Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such improvement.
        BadFields: with one problem for each member that cannot be so.
        and what `require` raises.
    """
    improvement = find_improvement(session, improvement_id, lock=True)
    require(improvement.version)
    if changes.get("state") is ImprovementState.OPEN:
        changes = {"outcome": None, **changes}
    there = plan_of(improvement)
    plan = replace(there, **changes)  # type: ignore[arg-type]
    if plan == there:
        return improvement
    return _written(session, improvement, plan, by, now)


def plan_of(improvement: Improvement) -> Plan:
    """Return what is planned."""
    return Plan(
        improvement.objective,
        improvement.role,
        improvement.due_on,
        improvement.service.key if improvement.service else None,
        improvement.review_id,
        improvement.agreement_id,
        improvement.reason,
        improvement.agency,
        ImprovementState(improvement.state),
        improvement.outcome,
    )


def told_plan(plan: Plan) -> dict[str, object]:
    """Return what is planned as JSON."""
    return {
        "service": plan.service,
        "objective": plan.objective,
        "review": plan.review,
        "agreement": plan.agreement,
        "reason": plan.reason,
        "role": plan.role,
        "agency": plan.agency,
        "due_on": plan.due_on.isoformat(),
        "state": plan.state.value,
        "outcome": plan.outcome,
    }


def _written(
    session: Session, improvement: Improvement, plan: Plan, by: str, now: datetime
) -> Improvement:
    plan.require_sound()
    service = _known(session, plan)
    anew = (improvement.due_on, improvement.state) != (plan.due_on, plan.state.value)
    improvement.service, improvement.objective = service, plan.objective
    improvement.review_id, improvement.agreement_id = plan.review, plan.agreement
    improvement.reason, improvement.role, improvement.agency = plan.reason, plan.role, plan.agency
    improvement.due_on, improvement.state = plan.due_on, plan.state.value
    improvement.outcome = plan.outcome
    improvement.version += 1
    improvement.changed_at, improvement.changed_by = now, by
    session.add(improvement)
    session.flush()
    kept = {"improvement_id": improvement.id, "version": improvement.version}
    session.add(ImprovementVersion(**kept, plan=told_plan(plan), by=by, at=now))
    _keep_review(session, improvement, now, anew=anew)
    session.flush()
    return improvement


def _known(session: Session, plan: Plan) -> Service | None:
    """Return the service; it and what led to the improvement must be there."""
    service = session.scalar(select(Service).where(Service.key == plan.service))
    there = {
        "service": plan.service is None or service is not None,
        "review": plan.review is None or session.get(Review, plan.review) is not None,
        "agreement": plan.agreement is None or session.get(Agreement, plan.agreement) is not None,
    }
    problems = [
        FieldProblem(f"/{name}", f"there is no {name} `{getattr(plan, name)}`")
        for name, known in there.items()
        if not known
    ]
    if problems:
        raise BadFields(problems)
    return service


def _keep_review(session: Session, improvement: Improvement, now: datetime, *, anew: bool) -> None:
    """See to it that an open improvement has its review, and one that is closed has none.

    One that was held comes again for another day only.
    """
    review = session.get(Review, improvement.id, with_for_update=True)
    new = NewReview(
        ReviewKind.IMPROVEMENT,
        f"{OF_IMPROVEMENTS}{improvement.id}",
        f"The improvement “{improvement.objective}”",
        improvement.role,
        improvement.due_on,
        _NO_PERIOD,
        improvement.agency,
        once=True,
    )
    if review is not None:
        rename(review, now, title=new.title, role=new.role, agency=new.agency)
        if anew and review.ended_at is None:
            end_review(session, review, now)
    if anew and improvement.state == ImprovementState.OPEN:
        set_up_as_taken(session, new, improvement.id, now)
