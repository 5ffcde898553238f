"""Customers of a service: who uses it, since when, and how they are reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.catalogue_standing import require_not_ended
from model.columns import Instant, RowNumber
from model.cursors import numbered
from model.database import Base
from model.roster import Roster
from model.rosters import current_roster
from model.service_events import Noted, note, note_members
from model.services import find_service, lock_service
from model.texts import LONGEST_NAME, require_texts
from rules.errors import UnknownRecord

LONGEST_ADDRESS = 254
_CONTACT = ("role", "email", "agency")
_STILL_THERE = text("until IS NULL")


class Customer(Base):
    """Somebody who uses a service, from `since` until `until`; who comes back is a row anew.

    Reached are the holders of `role` (for `agency`) by the roster or, where there are none, the
    address `email`.
    """

    __tablename__ = "service_customers"
    __table_args__ = (
        Index(
            None,
            "service_id",
            "name",
            unique=True,
            sqlite_where=_STILL_THERE,
            postgresql_where=_STILL_THERE,
        ),
        Index(None, "service_id"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    role: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    email: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    agency: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    since: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    until: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(String(LONGEST_NAME))

    def reached(self, roster: Roster, day: date) -> tuple[str, ...]:
        """Return the addresses that a letter to the customer goes to on a day."""
        holders = roster.holders(self.role, self.agency, day) if self.role else ()
        if holders:
            return tuple(holder.person.email for holder in holders)
        return (self.email,) if self.email else ()


@dataclass(frozen=True, slots=True)
class Contact:
    """How a customer is reached."""

    role: str | None = None
    email: str | None = None
    agency: str | None = None

    def require_sound(self) -> None:
        """Refuse texts that cannot be kept.

        Raises:
            BadFields: with one problem for each.
        """
        names = {"/role": (self.role, LONGEST_NAME), "/agency": (self.agency, LONGEST_NAME)}
        require_texts({**names, "/email": (self.email, LONGEST_ADDRESS)})


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer; `reached`: how many people a letter would go to today."""

    customer: Customer
    reached: int


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Some customers, in the order in which they came; `there`: how many have not left at all."""

    there: int
    customers: tuple[CustomerView, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Hearers:
    """Whom a letter to some customers goes to, and the customers that it does not reach."""

    people: tuple[str, ...]
    customers: int
    unheard: tuple[str, ...]


def put_customer(
    session: Session, key: str, name: str, contact: Contact, by: str, now: datetime
) -> Customer:
    """Say that somebody uses a service, or how they are reached from now on.

    Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: unsound texts.
        Refused: they are new to it, and it has ended or was rejected.
    """
    contact.require_sound()
    require_texts({"/name": (name, LONGEST_NAME), "/by": (by, LONGEST_NAME)})
    service = lock_service(session, key)
    customer = _there(session, service.id, name)
    if customer is None:
        require_not_ended(service, "it takes no new customer")
        customer = Customer(service_id=service.id, name=name, since=now, changed_by=by)
        session.add(customer)
        note(session, service, Noted.CUSTOMER_CAME, name, {}, {}, by, now)
    elif other := [each for each in _CONTACT if getattr(customer, each) != getattr(contact, each)]:
        customer.changed_by = by
        old, new = ({each: _kept(of, each) for each in other} for of in (customer, contact))
        note_members(session, service, Noted.CUSTOMER_CHANGED, name, old, new, by, now)
    for each in _CONTACT:
        setattr(customer, each, getattr(contact, each))
    session.flush()
    return customer


def end_customer(session: Session, key: str, name: str, by: str, now: datetime) -> Customer:
    """Note that a customer was transitioned out; the row stays. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service, or nobody of that name uses it.
    """
    service = lock_service(session, key)
    customer = _there(session, service.id, name)
    if customer is None:
        raise UnknownRecord(f"the service `{key}` has no customer `{name}`")
    customer.until, customer.ended_by = now, by
    note(session, service, Noted.CUSTOMER_LEFT, name, {}, {}, by, now)
    session.flush()
    return customer


def customers_after(
    session: Session, key: str, after: str | None, limit: int, day: date
) -> CustomerPage:
    """Return up to `limit` (at most 200) customers of a service, those who left too.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: `after` is not a cursor.
    """
    service = find_service(session, key)
    ours = Customer.service_id == service.id
    page, following = numbered(session, select(Customer).where(ours), Customer.id, after, limit)
    there = select(func.count()).select_from(Customer).where(ours, Customer.until.is_(None))
    roster = current_roster(session).roster
    views = tuple(CustomerView(c, len(c.reached(roster, day))) for c in page)
    return CustomerPage(session.scalar(there) or 0, views, following)


def view_of(session: Session, customer: Customer, day: date) -> CustomerView:
    """Return a customer as it stands on a day."""
    roster = current_roster(session).roster
    return CustomerView(customer, len(customer.reached(roster, day)))


def hearers_of(session: Session, services: Sequence[int], day: date) -> Hearers:
    """Return whom a letter to the customers of some services (ids) goes to on a day."""
    ours = (Customer.service_id.in_(services), Customer.until.is_(None))
    customers = session.scalars(select(Customer).where(*ours).order_by(Customer.id)).all()
    roster = current_roster(session).roster
    reached = [(each.name, each.reached(roster, day)) for each in customers]
    return Hearers(
        tuple(dict.fromkeys(person for _, people in reached for person in people)),
        len(customers),
        tuple(sorted({name for name, people in reached if not people})),
    )


def _kept(of: Customer | Contact, name: str) -> str | None:
    """Return what a row that stays for ever says of a contact: of an address, nothing."""
    said: str | None = None if name == "email" else getattr(of, name)
    return said


def _there(session: Session, service_id: int, name: str) -> Customer | None:
    ours = (Customer.service_id == service_id, Customer.name == name, Customer.until.is_(None))
    return session.scalar(select(Customer).where(*ours))
