"""Vendor products that are part of services: what each is to meet, and which contract is beneath.

How well a vendor performs is measured at that contract, which is reviewed like any agreement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from model.agreements import Agreement, AgreementKind
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.service_events import Members, Noted, note
from model.services import KEY, LONGEST_KEY, find_service, latest_versions, lock_service
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields, UnknownRecord
from rules.field_problem import FieldProblem
from rules.values import LONGEST_TEXT

STRATEGY = "service_strategy"
MOST_PRODUCTS = 200


class VendorProduct(Base):
    """A vendor's product in a service.

    `meets`: the requirements of the service's strategy that it was chosen for, as JSON, and
    `strategy_version`: in which version of that. `agreement`: the contract with the vendor.
    """

    __tablename__ = "vendor_products"
    __table_args__ = (UniqueConstraint("service_id", "key"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    vendor: Mapped[str] = mapped_column(String(LONGEST_NAME))
    meets: Mapped[object] = mapped_column(JsonText)
    strategy_version: Mapped[int | None] = mapped_column(RowNumber)
    agreement_id: Mapped[str | None] = mapped_column(ForeignKey("agreements.id"), index=True)
    changed_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    changed_at: Mapped[datetime] = mapped_column(Instant)

    agreement: Mapped[Agreement | None] = relationship(lazy="joined")

    @property
    def requirements(self) -> Sequence[str]:
        """What it was chosen for."""
        return cast("Sequence[str]", self.meets)


@dataclass(frozen=True, slots=True)
class ProductChange:
    """What a vendor product is to be; `agreement`: the id of an underpinning contract."""

    name: str
    vendor: str
    meets: tuple[str, ...]
    agreement: str | None = None

    def require_sound(self, key: str, by: str) -> None:
        """Refuse what cannot be kept.

        Raises:
            BadFields: an unsound key or text, or a product that meets no requirement.
        """
        if not KEY.fullmatch(key):
            raise BadFields([FieldProblem("/product", "must be letters, digits, `.`, `_`, `-`")])
        if not self.meets:
            detail = "says which requirements of the strategy it meets: one or more"
            raise BadFields([FieldProblem("/meets", detail)])
        texts = {f"/meets/{at}": (each, LONGEST_TEXT) for at, each in enumerate(self.meets)}
        names = {"/name": self.name, "/vendor": self.vendor, "/by": by}
        require_texts({**texts, **{at: (name, LONGEST_NAME) for at, name in names.items()}})


def put_product(
    session: Session, service_key: str, key: str, change: ProductChange, by: str, now: datetime
) -> VendorProduct:
    """Make a vendor's product part of a service, or change what is said of it.

    Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: an unsound key or text; no such agreement, or one that is no contract.
    """
    change.require_sound(key, by)
    service = lock_service(session, service_key)
    agreement = _contract(session, change.agreement)
    product = _find(session, service.id, key)
    before = _said_of(product)
    product = product or VendorProduct(service_id=service.id, key=key)
    product.name, product.vendor, product.meets = change.name, change.vendor, list(change.meets)
    product.agreement, product.changed_by, product.changed_at = agreement, by, now
    product.strategy_version = latest_versions(session, service).get(STRATEGY)
    session.add(product)
    session.flush()
    what = Noted.PRODUCT_CHANGED if before else Noted.PRODUCT_CHOSEN
    note(session, service, what, key, before, _said_of(product), by, now)
    return product


def end_product(
    session: Session, service_key: str, key: str, by: str, now: datetime
) -> VendorProduct:
    """Say that a vendor's product is no part of a service any more. Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service, or it has no such product.
    """
    service = lock_service(session, service_key)
    product = _find(session, service.id, key)
    if product is None:
        raise UnknownRecord(f"the service `{service_key}` has no vendor product `{key}`")
    note(session, service, Noted.PRODUCT_LEFT, key, _said_of(product), {}, by, now)
    session.delete(product)
    session.flush()
    return product


def products_of(session: Session, service_key: str) -> Sequence[VendorProduct]:
    """Return up to 200 vendor products of a service, by their keys.

    Raises:
        UnknownRecord: there is no such service.
    """
    ours = VendorProduct.service_id == find_service(session, service_key).id
    query = select(VendorProduct).where(ours).order_by(VendorProduct.key)
    return session.scalars(query.limit(MOST_PRODUCTS)).all()


def _find(session: Session, service_id: int, key: str) -> VendorProduct | None:
    ours = (VendorProduct.service_id == service_id, VendorProduct.key == key)
    return session.scalar(select(VendorProduct).where(*ours))


def _contract(session: Session, id: str | None) -> Agreement | None:
    if id is None:
        return None
    agreement = session.get(Agreement, id)
    if agreement is None:
        raise BadFields([FieldProblem("/agreement", "there is no such agreement")])
    if agreement.kind != AgreementKind.CONTRACT:
        detail = f"must be an {AgreementKind.CONTRACT.value}, and is an {agreement.kind}"
        raise BadFields([FieldProblem("/agreement", detail)])
    return agreement


def _said_of(product: VendorProduct | None) -> Members:
    if product is None:
        return {}
    said: Mapping[str, object] = {
        name: getattr(product, name) for name in ("name", "vendor", "meets", "strategy_version")
    }
    return {**said, "agreement": product.agreement.id if product.agreement else None}
