"""Acts on what has a name of its own kind: kept by its id, and shown by the name that it has now.

A case's ref and a customer's name are whatever others call them: they may be about a person. Acts
are never changed, so that a name in one would stay for good; it is where it can be changed alone.
The act of renaming a case is shown by the ref that the case had until then, as its history says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.administration import ActPage, ActView, acts_before
from model.case_events import CaseEvent, What
from model.cases import Case, case_id_of
from model.customers import Customer
from model.services import Service

CASE, CUSTOMER = "case", "customer"
"""Under these names the details of an act say which one it was, by its id."""
VERSION = "case_version"
"""Under this one, at which version the act left the case."""


def place_of(what: str) -> str:
    """Return what stands where the name would, in what an act was done to."""
    return f"{{{what}}}"


def id_of_case(session: Session, ref: str) -> Mapping[str, object]:
    """Return what the details of an act say of the case that a ref leads to."""
    id = case_id_of(session, ref)
    return {CASE: id, VERSION: session.scalar(select(Case.version).where(Case.id == id))}


def id_of_customer(session: Session, service: str, name: str) -> Mapping[str, object]:
    """Return what they say of who uses a service, by its key, under a name; or did last."""
    ours = select(Customer.id).join(Service, Service.id == Customer.service_id)
    latest = ours.where(Service.key == service, Customer.name == name).order_by(Customer.id.desc())
    return {CUSTOMER: session.scalar(latest.limit(1))}


def acts_shown(session: Session, after: str | None, limit: int) -> ActPage:
    """Return the same acts as `acts_before`, with the names of what they were done to.

    Raises:
        BadFields: `after` is not a cursor.
    """
    page = acts_before(session, after, limit)
    refs = select(Case.id, Case.ref).where(Case.id.in_(_ids(page.acts, CASE)))
    names = select(Customer.id, Customer.name).where(Customer.id.in_(_ids(page.acts, CUSTOMER)))
    known = {
        CASE: dict(session.execute(refs).all()),
        CUSTOMER: dict(session.execute(names).all()),
    }
    before = _refs_before(session, [act for act in page.acts if _is_renaming(act)])
    return replace(page, acts=tuple(_named(act, known, before) for act in page.acts))


def _is_renaming(act: ActView) -> bool:
    return act.on.endswith(f"{place_of(CASE)}/rename")


def _refs_before(session: Session, acts: Sequence[ActView]) -> Mapping[tuple[object, object], str]:
    """Return the refs that renamed cases had, by their ids and the versions that this left."""
    table = CaseEvent
    query = select(table.case_id, table.case_version, table.details).where(
        table.case_id.in_(_ids(acts, CASE)), table.what == What.RENAMED
    )
    rows = session.execute(query) if acts else ()
    return {(id, version): cast("dict[str, str]", said)["from"] for id, version, said in rows}


def _ids(acts: Sequence[ActView], what: str) -> Iterator[int]:
    for act in acts:
        if isinstance(id := act.details.get(what), int) and place_of(what) in act.on:
            yield id


def _named(
    act: ActView,
    known: Mapping[str, Mapping[int, str]],
    before: Mapping[tuple[object, object], str],
) -> ActView:
    for what, names in known.items():
        for id in _ids([act], what):
            name = names.get(id, place_of(what))
            if _is_renaming(act):
                name = before.get((id, act.details.get(VERSION)), name)
            return replace(act, on=act.on.replace(place_of(what), name, 1))
    return act
