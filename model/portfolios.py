"""Portfolios: services under one owner and one strategy, wherever they are in their lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.columns import Instant, RowNumber
from model.cursors import numbered
from model.database import Base
from model.locations import location_problem
from model.locking import hold
from model.service_events import Noted, note
from model.services import KEY, LONGEST_KEY, Service, lock_service
from model.texts import LONGEST_NAME, require_texts
from rules.errors import BadFields, UnknownRecord
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean
from rules.values import LONGEST_TEXT

_MOST_KNOWN = 1_000


class Portfolio(Base):
    """Some services under one owner. `strategy`: where the document is that says why these."""

    __tablename__ = "portfolios"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), unique=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(LONGEST_NAME))
    strategy: Mapped[str | None] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class PortfolioService(Base):
    """A service that is in a portfolio."""

    __tablename__ = "portfolio_services"

    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), primary_key=True, index=True)


@dataclass(frozen=True, slots=True)
class PortfolioChange:
    """What a portfolio is to be. `schemes`: those that the location of its strategy may have."""

    name: str
    description: str | None
    owner: str
    strategy: str | None
    schemes: tuple[str, ...] = ()

    def require_sound(self, key: str, by: str) -> None:
        """Refuse what cannot be kept.

        Raises:
            BadFields: an unsound key or text, a location that nobody may be sent to.
        """
        if not KEY.fullmatch(key):
            raise BadFields([FieldProblem("/portfolio", "must be letters, digits, `.`, `_`, `-`")])
        names = {"/name": self.name, "/owner": self.owner, "/by": by}
        require_texts(
            {
                **{pointer: (text, LONGEST_NAME) for pointer, text in names.items()},
                "/description": (self.description, LONGEST_TEXT),
            }
        )
        where = self.strategy
        if where is not None and (detail := location_problem(where, self.schemes)):
            raise BadFields([FieldProblem("/strategy", detail)])


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """A portfolio; `phases`: how many of its services are in each, `None`: rejected."""

    portfolio: Portfolio
    phases: Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class PortfolioPage:
    """Some portfolios, in the order in which they were made."""

    portfolios: tuple[PortfolioView, ...]
    next: str | None


def put_portfolio(
    session: Session, key: str, change: PortfolioChange, by: str, now: datetime
) -> PortfolioView:
    """Make a portfolio, or change it; its services stay in it. Needs a `transaction()`.

    Raises:
        BadFields: an unsound key or text, a location that nobody may be sent to.
    """
    change.require_sound(key, by)
    _hold_portfolios(session)
    portfolio = session.scalar(select(Portfolio).where(Portfolio.key == key)) or Portfolio(key=key)
    portfolio.name, portfolio.description = change.name, change.description
    portfolio.owner, portfolio.strategy = change.owner, change.strategy
    portfolio.changed_by, portfolio.changed_at = by, now
    session.add(portfolio)
    session.flush()
    return _views(session, [portfolio])[0]


def put_into_portfolios(
    session: Session, service_key: str, keys: Sequence[str], by: str, now: datetime
) -> tuple[str, ...]:
    """Say in which portfolios a service is, in place of what was said before.

    Needs a `transaction()`.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: there is no portfolio of some key.
    """
    require_texts({"/by": (by, LONGEST_NAME)})
    service = lock_service(session, service_key)
    ids = _portfolios_named(session, keys)
    before = portfolios_of(session, service.id)
    session.execute(delete(PortfolioService).where(PortfolioService.service_id == service.id))
    if ids:
        rows = [{"portfolio_id": id, "service_id": service.id} for id in ids.values()]
        session.execute(insert(PortfolioService), rows)
    after = portfolios_of(session, service.id)
    was, is_ = ({"portfolios": list(keys)} for keys in (before, after))
    note(session, service, Noted.PORTFOLIOS_CHANGED, None, was, is_, by, now)
    return after


def read_portfolio(session: Session, key: str) -> PortfolioView:
    """Return a portfolio as it stands.

    Raises:
        UnknownRecord: there is no such portfolio.
    """
    return _views(session, [find_portfolio(session, key)])[0]


def find_portfolio(session: Session, key: str) -> Portfolio:
    """Return a portfolio.

    Raises:
        UnknownRecord: there is none of that key.
    """
    portfolio = session.scalar(select(Portfolio).where(Portfolio.key == key))
    if portfolio is None:
        raise UnknownRecord(f"there is no portfolio `{key}`")
    return portfolio


def portfolios_after(session: Session, after: str | None, limit: int) -> PortfolioPage:
    """Return up to `limit` (at most 200) portfolios, in the order in which they were made.

    Raises:
        BadFields: `after` is not a cursor.
    """
    page, following = numbered(session, select(Portfolio), Portfolio.id, after, limit)
    return PortfolioPage(_views(session, page), following)


def portfolios_of(session: Session, service_id: int) -> tuple[str, ...]:
    """Return the keys of the portfolios that a service is in."""
    query = (
        select(Portfolio.key)
        .join(PortfolioService, PortfolioService.portfolio_id == Portfolio.id)
        .where(PortfolioService.service_id == service_id)
    )
    return tuple(session.scalars(query.order_by(Portfolio.key)))


def _hold_portfolios(session: Session) -> None:
    """Of two who make the same portfolio at once, the second one changes it."""
    hold(session, "portfolios")


def _portfolios_named(session: Session, keys: Sequence[str]) -> Mapping[str, int]:
    query = select(Portfolio.key, Portfolio.id).where(Portfolio.key.in_(keys))
    ids: dict[str, int] = dict(iter(session.execute(query).all()))
    unknown = [(place, key) for place, key in enumerate(keys) if key not in ids]
    if unknown:
        known = session.scalars(select(Portfolio.key).limit(_MOST_KNOWN)).all()
        detail = "there is no such portfolio"
        raise BadFields(
            [
                FieldProblem(f"/portfolios/{place}", detail, did_you_mean(key, known))
                for place, key in unknown
            ]
        )
    return ids


def _views(session: Session, portfolios: Sequence[Portfolio]) -> tuple[PortfolioView, ...]:
    counted: dict[int, dict[str | None, int]] = {each.id: {} for each in portfolios}
    query = (
        select(PortfolioService.portfolio_id, Service.phase, Service.rejected, func.count())
        .join(Service, Service.id == PortfolioService.service_id)
        .where(PortfolioService.portfolio_id.in_(counted))
        .group_by(PortfolioService.portfolio_id, Service.phase, Service.rejected)
    )
    for portfolio_id, phase, rejected, many in session.execute(query):
        phases, of = counted[portfolio_id], None if rejected else phase
        phases[of] = phases.get(of, 0) + many
    return tuple(PortfolioView(each, counted[each.id]) for each in portfolios)
