"""Portfolios over HTTP: who answers for which services, by which strategy, and what comes next."""

from __future__ import annotations

from flask import Response, request

from api import examples_of_portfolios as examples
from api.asking import current_caller
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.portfolio_schemas import (
    InPortfolioPageSchema,
    InPortfolioQuerySchema,
    InPortfoliosSchema,
    NewPortfolioSchema,
    PortfolioPageSchema,
    PortfolioSchema,
    PortfoliosOfServiceSchema,
)
from api.query import read_query
from api.service import current_service
from api.service_schemas import PageQuerySchema
from api.services import BOARD, WRITERS
from api.strict_schema import load
from model import json_text
from model.moment import rfc3339
from model.portfolio_services import InPortfolio, services_of_portfolio
from model.portfolios import (
    PortfolioChange,
    PortfolioView,
    portfolios_after,
    put_into_portfolios,
    put_portfolio,
    read_portfolio,
)
from rules.errors import UnknownRecord

portfolios = Noun("portfolios", "Services under one owner and one strategy")


@portfolios.route(
    "GET",
    "/api/v1/portfolios",
    access=BOARD,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, PortfolioPageSchema, examples.PORTFOLIO_PAGE),
)
def list_portfolios() -> Response:
    """List the portfolios, in the order in which they were made."""
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        page = portfolios_after(session, query.get("after"), query["limit"])
        body = {"portfolios": [_shown(each) for each in page.portfolios], "next": page.next}
    return ok(json_text.dumps(body))


@portfolios.route(
    "GET",
    "/api/v1/portfolios/<key:portfolio>",
    access=BOARD,
    answers=Answers(200, PortfolioSchema, examples.PORTFOLIO),
    fails=(UnknownRecord,),
)
def get_portfolio(portfolio: str) -> Response:
    """Read a portfolio, and how many of its services are where in their lives."""
    with current_service().database.reading() as session:
        return ok(json_text.dumps(_shown(read_portfolio(session, portfolio))))


@portfolios.route(
    "PUT",
    "/api/v1/portfolios/<key:portfolio>",
    access=WRITERS,
    takes=Takes(NewPortfolioSchema, examples.NEW_PORTFOLIOS),
    answers=Answers(200, PortfolioSchema, examples.PORTFOLIO),
    fails=(UnknownRecord,),
)
def write_portfolio(portfolio: str) -> Response:
    """Make a portfolio, or change it; each service says itself in which it is."""
    service, new = current_service(), load(NewPortfolioSchema, read_json(request))
    said = (new["name"], new["description"], new["owner"], new["strategy"])
    change = PortfolioChange(*said, service.settings.document_schemes)
    by, moment = new.get("by") or current_caller().name, service.moment()
    text = service.database.write(
        lambda session: json_text.dumps(
            _shown(put_portfolio(session, portfolio, change, by, moment.now))
        )
    )
    return ok(text)


@portfolios.route(
    "GET",
    "/api/v1/portfolios/<key:portfolio>/services",
    access=BOARD,
    takes=Takes(query=InPortfolioQuerySchema),
    answers=Answers(200, InPortfolioPageSchema, examples.IN_PORTFOLIO_PAGE),
    fails=(UnknownRecord,),
)
def list_portfolio_services(portfolio: str) -> Response:
    """List the services of a portfolio: where each is, its next toll-gate and its next review."""
    query = read_query(request, InPortfolioQuerySchema)
    which = (query.get("phase"), query.get("after"), query["limit"])
    with current_service().database.reading() as session:
        page = services_of_portfolio(session, portfolio, *which)
        body = {"services": [_in_short(each) for each in page.services], "next": page.next}
    return ok(json_text.dumps(body))


@portfolios.route(
    "PUT",
    "/api/v1/services/<key:key>/portfolios",
    access=WRITERS,
    takes=Takes(InPortfoliosSchema, examples.IN_PORTFOLIOS),
    answers=Answers(200, PortfoliosOfServiceSchema, examples.PORTFOLIOS_OF_SERVICE),
    fails=(UnknownRecord,),
)
def write_portfolios_of_service(key: str) -> Response:
    """Say in which portfolios a service is, in place of what was said before."""
    service, asked = current_service(), load(InPortfoliosSchema, read_json(request))
    by, moment = asked.get("by") or current_caller().name, service.moment()
    there = service.database.write(
        lambda session: put_into_portfolios(session, key, asked["portfolios"], by, moment.now)
    )
    return ok(json_text.dumps({"service": key, "portfolios": list(there)}))


def _shown(view: PortfolioView) -> dict[str, object]:
    portfolio, phases = view.portfolio, dict(view.phases)
    return {
        "key": portfolio.key,
        "name": portfolio.name,
        "description": portfolio.description,
        "owner": portfolio.owner,
        "strategy": portfolio.strategy,
        "rejected": phases.pop(None, 0),
        "phases": phases,
        "changed_by": portfolio.changed_by,
        "changed_at": rfc3339(portfolio.changed_at),
    }


def _in_short(each: InPortfolio) -> dict[str, object]:
    service = each.service
    return {
        "key": service.key,
        "name": service.name,
        "phase": service.phase,
        "rejected": service.rejected,
        "product_manager": service.product_manager,
        "line_manager": service.line_manager,
        "next_gate": each.next_gate,
        "review_on": each.review_on and each.review_on.isoformat(),
    }
