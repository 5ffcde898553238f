"""Making, changing and reading agreements; every version is kept, with who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from model.access import Caller
from model.agreement_targets import told_target
from model.agreement_terms import PERIODS, Terms, told_terms
from model.agreements import (
    Agreement,
    AgreementKind,
    AgreementSupport,
    AgreementVersion,
    agreements_after,
    beneath,
    find_agreement,
)
from model.calendars import calendar_named
from model.catalogue_standing import why_ended
from model.locking import hold
from model.services import ANY, Service
from model.sight import find_seen, of_seen
from rules.errors import BadFields, NameTaken, UnknownRecord
from rules.field_problem import FieldProblem


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

    What is agreed already is no change: it stays at its version.

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
    there = view_of_agreement(session, agreement)
    terms = replace(there.terms, **changes)  # type: ignore[arg-type]
    terms.require_sound()
    if terms.are_as(there.terms):
        return there
    return _written(session, agreement, terms, by, now)


def read_agreement(
    session: Session, agreement_id: str, seen: ColumnElement[bool] = ANY
) -> AgreementView:
    """Return an agreement as it is agreed now; it, and what is beneath it, as far as it is `seen`.

    Raises:
        UnknownRecord: there is no such agreement.
    """
    return view_of_agreement(session, find_agreement(session, agreement_id, seen=seen), seen)


def list_agreements(
    session: Session,
    after: str | None,
    limit: int,
    service: str | None,
    seen: ColumnElement[bool] = ANY,
) -> tuple[tuple[AgreementView, ...], str | None]:
    """Return a page of agreements that are `seen`, oldest first, and the cursor of the next one.

    What is beneath them is named as far as it is seen, too.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: `after` is not a cursor.
    """
    found, following = agreements_after(session, after, limit, service, seen)
    under = beneath(session, [each.id for each in found], seen)
    return tuple(AgreementView(each, _terms(each, under[each.id])) for each in found), following


def seen_agreements(
    session: Session, caller: Caller, service: str | None = None
) -> ColumnElement[bool]:
    """Return the condition on agreements that a caller sees: those on services that they see.

    Raises:
        UnknownRecord: `service`, a key, is none that they see.
    """
    if service is not None:
        find_seen(session, service, caller)
    return of_seen(Agreement.service_id, caller)


def require_agreement_seen(session: Session, agreement_id: str, caller: Caller) -> None:
    """Refuse an agreement that a caller does not see.

    Raises:
        UnknownRecord: there is no such agreement, or it is not theirs to see.
    """
    find_agreement(session, agreement_id, seen=seen_agreements(session, caller))


def view_of_agreement(
    session: Session, agreement: Agreement, seen: ColumnElement[bool] = ANY
) -> AgreementView:
    """Return what is agreed; of what is beneath it, what is `seen`."""
    under = beneath(session, [agreement.id], seen)[agreement.id]
    return AgreementView(agreement, _terms(agreement, under))


def _written(
    session: Session, agreement: Agreement, terms: Terms, by: str, now: datetime
) -> AgreementView:
    same_name = select(Agreement.id).where(Agreement.name == terms.name)
    if (there := session.scalar(same_name.where(Agreement.id != agreement.id))) is not None:
        raise NameTaken(f"there is an agreement “{terms.name}” already: it is `{there}`")
    agreement.service_id = _service(session, agreement, terms.service)
    agreement.calendar_id = _calendar(session, terms.calendar)
    under = _known_beneath(session, AgreementKind(agreement.kind), terms.beneath)
    for name in ("name", "provider", "customer", "starts_on", "ends_on", *PERIODS, "role",
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


def _service(session: Session, agreement: Agreement, key: str | None) -> int | None:
    if key is None:
        return None
    found = session.scalar(select(Service).where(Service.key == key))
    if found is None:
        raise BadFields([FieldProblem("/service", f"there is no service `{key}`")])
    if found.id != agreement.service_id and (why := why_ended(found)) is not None:
        # What was agreed while it was in use stays to be read, changed and ended.
        raise BadFields([FieldProblem("/service", f"the service `{key}` {why}")])
    return found.id


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
