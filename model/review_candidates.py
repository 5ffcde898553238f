"""What a review of the catalogue or of the portfolio has to look at, for its reminder to say.

Of the catalogue, the entries that are not complete; of a portfolio, its services that nobody asked
for in a year, which are candidates for retirement. What is in no portfolio is looked at with the
standing review that the rules name; a review that somebody set up by hand looks at everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from model.completeness import incomplete_services
from model.demand import MOST_SERVICES
from model.moment import Moment
from model.naming_services import asked_for
from model.portfolios import Portfolio, PortfolioService
from model.review_subjects import is_ruled, portfolio_in
from model.reviews import Review
from model.services import ANY, Service
from model.unasked import unasked_services
from rules.review_rules import ReviewKind

MOST_NAMED = 10
_YEAR = timedelta(days=365)


def candidates_for(session: Session, review: Review, moment: Moment) -> str:
    """Return what a review has to look at now, as a paragraph; of other reviews nothing."""
    if review.kind == ReviewKind.CATALOGUE:
        said = _incomplete(session, moment)
    elif review.kind == ReviewKind.PORTFOLIO:
        said = _unasked(session, moment, _under_review(review))
    else:
        return ""
    period = f"from={moment.today - _YEAR}&to={moment.today}"
    return f"{said}\nAll of it: GET /api/v1/catalogue/gaps?{period}"


def _incomplete(session: Session, moment: Moment) -> str:
    found = incomplete_services(session, MOST_SERVICES + 1, moment.today)
    lines = [f"{each.service}, {each.name}: no {', no '.join(each.missing)}" for each in found]
    many = _many(len(found), "entry is not complete", "entries are not complete")
    return _listed(lines, many, "Every entry of the catalogue is complete.")


def _under_review(review: Review) -> ColumnElement[bool]:
    """Return the condition on the services that a review of a portfolio is of."""
    if not is_ruled(review.subject):
        return ANY
    key = portfolio_in(review.subject)
    if key is None:
        return Service.id.not_in(select(PortfolioService.service_id))
    within = select(PortfolioService.service_id).join(
        Portfolio, Portfolio.id == PortfolioService.portfolio_id
    )
    return Service.id.in_(within.where(Portfolio.key == key))


def _unasked(session: Session, moment: Moment, reviewed: ColumnElement[bool]) -> str:
    since = moment.now - _YEAR
    asked = asked_for(since, moment.now)
    found = unasked_services(session, since, asked, MOST_SERVICES + 1, reviewed)
    lines = [
        f"{each.service}, {each.name}"
        + (f" (what rests on it: {', '.join(each.carries)})" if each.carries else "")
        for each in found
    ]
    what = ("live service, a candidate", "live services, candidates")
    many = f"No case since {since.date()} asked for {_many(len(found), *what)} for retirement"
    return _listed(lines, many, "Every live service of a year ago was asked for since.")


def _many(count: int, one: str, several: str) -> str:
    if count > MOST_SERVICES:
        return f"more than {MOST_SERVICES} {several}"
    return f"{count} {one if count == 1 else several}"


def _listed(lines: Sequence[str], many: str, none: str) -> str:
    if not lines:
        return none
    more = ["- …"] if len(lines) > MOST_NAMED else []
    return "\n".join(
        [f"{many[0].upper()}{many[1:]}:", *(f"- {line}" for line in lines[:MOST_NAMED]), *more]
    )
