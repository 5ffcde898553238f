"""Acts on what has a name of its own kind: kept by its id, and shown by the name that it has now.

A case's ref and a customer's name are whatever others call them: they may be about a person. Acts
are never changed, so that a name in one would stay for good; it is where it can be changed alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.administration import ActPage, ActView, acts_before
from model.cases import Case, case_id_of
from model.customers import Customer
from model.services import Service

CASE, CUSTOMER = "case", "customer"
"""Under these names the details of an act say which one it was, by its id."""


def place_of(what: str) -> str:
    """Return what stands where the name would, in what an act was done to."""
    return f"{{{what}}}"


def id_of_case(session: Session, ref: str) -> Mapping[str, object]:
    """Return what the details of an act say of the case that a ref leads to."""
    return {CASE: case_id_of(session, ref)}


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
    return replace(page, acts=tuple(_named(act, known) for act in page.acts))


def _ids(acts: Sequence[ActView], what: str) -> Iterator[int]:
    for act in acts:
        if isinstance(id := act.details.get(what), int) and place_of(what) in act.on:
            yield id


def _named(act: ActView, known: Mapping[str, Mapping[int, str]]) -> ActView:
    for what, names in known.items():
        for id in _ids([act], what):
            return replace(act, on=act.on.replace(place_of(what), names.get(id, place_of(what)), 1))
    return act
