"""Making, changing and reading agreements; every version is kept, with who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from model.agreement_targets import AgreedTarget, problem_of_period, problems_of, told_target
from model.agreements import (
    FIRST_DAY,
    LAST_DAY,
    REVIEWER,
    Agreement,
    AgreementKind,
    AgreementSupport,
    AgreementVersion,
    agreements_after,
    beneath,
    find_agreement,
)
from model.calendars import calendar_named
from model.locking import hold
from model.services import Service
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields, FieldProblem, NameTaken, UnknownRecord

MOST_BENEATH = 50
_PERIODS = ("renewal_term", "notice", "review_every")
_TEXTS = ("name", "service", "provider", "customer", "role", "agency", "calendar")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed. `service`: its key; `calendar`: its name; `beneath`: ids of agreements."""

    name: str
    provider: str
    customer: str
    starts_on: date
    review_every: str
    service: str | None = None
    ends_on: date | None = None
    renewal_term: str | None = None
    notice: str | None = None
    role: str = REVIEWER
    agency: str | None = None
    calendar: str | None = None
    targets: tuple[AgreedTarget, ...] = ()
    beneath: tuple[str, ...] = ()

    def require_sound(self) -> None:
        """Refuse what cannot be kept, whatever else there is.

        Raises:
            BadFields: with one problem for each.
        """
        require_texts({f"/{name}": (getattr(self, name), LONGEST_NAME) for name in _TEXTS})
        problems = [*self._of_days(), *problems_of(self.targets)]
        for name in _PERIODS:
            problems += problem_of_period(f"/{name}", getattr(self, name))
        if len(self.beneath) > MOST_BENEATH:
            problems.append(FieldProblem("/beneath", f"must have at most {MOST_BENEATH} items"))
        if problems:
            raise BadFields(problems)

    def _of_days(self) -> Iterator[FieldProblem]:
        for name in ("starts_on", "ends_on"):
            day: date | None = getattr(self, name)
            if day is not None and not FIRST_DAY <= day <= LAST_DAY:
                yield FieldProblem(f"/{name}", f"must be between {FIRST_DAY} and {LAST_DAY}")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            yield FieldProblem("/ends_on", "must not be before `starts_on`")
        for name in ("renewal_term", "notice"):
            if self.ends_on is None and getattr(self, name) is not None:
                yield FieldProblem(f"/{name}", "needs an `ends_on` that it counts from")


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An agreement with what is agreed, in words of its callers."""

    agreement: Agreement
    terms: Terms


def make_agreement(
    session: Session, new_id: str, kind: AgreementKind, terms: Terms, by: str, now: datetime
) -> AgreementView:
    """Make an agreement, at version 1. Needs a `transaction()`.

    Raises:
        BadFields: with one problem for each member that cannot be so.
        NameTaken: another one has the name.
    """
    terms.require_sound()
    hold(session, "agreements")
    agreement = Agreement(id=new_id, kind=kind.value, version=0, created_at=now)
    return _written(session, agreement, terms, by, now)


def change_agreement(
    session: Session,
    agreement_id: str,
    changes: Mapping[str, object],
    require: Callable[[int], None],
    by: str,
    now: datetime,
) -> AgreementView:
    """Change some of what is agreed; `require` refuses, by raising, the version there is.

    What was measured stays as it was judged, and timers keep the target that they were opened
    with. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such agreement.
        BadFields: with one problem for each member that cannot be so.
        NameTaken: another one has the name.
        and what `require` raises.
    """
    hold(session, "agreements")
    agreement = find_agreement(session, agreement_id, lock=True)
    require(agreement.version)
    terms = replace(view_of_agreement(session, agreement).terms, **changes)  # type: ignore[arg-type]
    terms.require_sound()
    return _written(session, agreement, terms, by, now)


def read_agreement(session: Session, agreement_id: str) -> AgreementView:
    """Return an agreement as it is agreed now.

    Raises:
        UnknownRecord: there is no such agreement.
    """
    return view_of_agreement(session, find_agreement(session, agreement_id))


def list_agreements(
    session: Session, after: str | None, limit: int, service: str | None
) -> tuple[tuple[AgreementView, ...], str | None]:
    """Return a page of agreements, oldest first, and the cursor of the next one.

    Raises:
        BadFields: `after` is not a cursor.
    """
    found, following = agreements_after(session, after, limit, service)
    under = beneath(session, [each.id for each in found])
    return tuple(AgreementView(each, _terms(each, under[each.id])) for each in found), following


def view_of_agreement(session: Session, agreement: Agreement) -> AgreementView:
    """Return what is agreed."""
    under = beneath(session, [agreement.id])[agreement.id]
    return AgreementView(agreement, _terms(agreement, under))


def told_terms(terms: Terms) -> dict[str, object]:
    """Return what is agreed as JSON."""
    return {
        "name": terms.name,
        "service": terms.service,
        "provider": terms.provider,
        "customer": terms.customer,
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat() if terms.ends_on else None,
        "renewal_term": terms.renewal_term,
        "notice": terms.notice,
        "review_every": terms.review_every,
        "role": terms.role,
        "agency": terms.agency,
        "calendar": terms.calendar,
        "targets": [told_target(each) for each in terms.targets],
        "beneath": list(terms.beneath),
    }


def _written(
    session: Session, agreement: Agreement, terms: Terms, by: str, now: datetime
) -> AgreementView:
    same_name = select(Agreement.id).where(Agreement.name == terms.name)
    if (there := session.scalar(same_name.where(Agreement.id != agreement.id))) is not None:
        raise NameTaken(f"there is an agreement “{terms.name}” already: it is `{there}`")
    agreement.service_id = _service(session, terms.service)
    agreement.calendar_id = _calendar(session, terms.calendar)
    under = _known_beneath(session, AgreementKind(agreement.kind), terms.beneath)
    for name in ("name", "provider", "customer", "starts_on", "ends_on", *_PERIODS, "role",
                 "agency"):  # fmt: skip
        setattr(agreement, name, getattr(terms, name))
    agreement.targets = [told_target(each) for each in terms.targets]
    agreement.version += 1
    agreement.changed_at, agreement.changed_by = now, by
    session.add(agreement)
    session.flush()
    mine = AgreementSupport.agreement_id == agreement.id
    session.execute(delete(AgreementSupport).where(mine))
    session.add_all(AgreementSupport(agreement_id=agreement.id, beneath_id=id) for id in under)
    view = AgreementView(agreement, replace(terms, beneath=tuple(under)))
    session.add(
        AgreementVersion(
            agreement_id=agreement.id,
            version=agreement.version,
            terms=told_terms(view.terms),
            by=by,
            at=now,
        )
    )
    session.flush()
    return view


def _terms(agreement: Agreement, under: Sequence[Agreement]) -> Terms:
    return Terms(
        agreement.name,
        agreement.provider,
        agreement.customer,
        agreement.starts_on,
        agreement.review_every,
        agreement.service.key if agreement.service else None,
        agreement.ends_on,
        agreement.renewal_term,
        agreement.notice,
        agreement.role,
        agreement.agency,
        agreement.calendar.name if agreement.calendar else None,
        agreement.agreed_targets,
        tuple(each.id for each in under),
    )


def _service(session: Session, key: str | None) -> int | None:
    if key is None:
        return None
    found = session.scalar(select(Service.id).where(Service.key == key))
    if found is None:
        raise BadFields([FieldProblem("/service", f"there is no service `{key}`")])
    return found


def _calendar(session: Session, name: str | None) -> int | None:
    try:
        return None if name is None else calendar_named(session, name).id
    except UnknownRecord as unknown:
        raise BadFields([FieldProblem("/calendar", unknown.detail)]) from None


def _known_beneath(session: Session, kind: AgreementKind, ids: Sequence[str]) -> list[str]:
    """Return what is to be beneath, in the order of names: there it is, and of a fitting kind."""
    query = select(Agreement.id, Agreement.kind).where(Agreement.id.in_(ids))
    kinds: dict[str, str] = dict(iter(session.execute(query.order_by(Agreement.name)).all()))
    problems = []
    for place, each in enumerate(ids):
        if each not in kinds:
            problems.append(FieldProblem(f"/beneath/{place}", "there is no such agreement"))
        elif AgreementKind(kinds[each]) not in kind.beneath:
            detail = f"a `{kinds[each]}` cannot be beneath a `{kind.value}`"
            problems.append(FieldProblem(f"/beneath/{place}", detail))
    if problems:
        raise BadFields(problems)
    return list(kinds)
