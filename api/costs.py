"""What services, packages and portfolios cost in all, over HTTP: for those who provide them."""

from __future__ import annotations

from flask import Response

from api import catalogue_examples as examples
from api.cost_schemas import CostsSchema
from api.noun import Answers, Noun, ok
from api.service import current_service
from api.services import SEE_THE_COST
from model import json_text
from model.costs import Cost, Costs, costs_of_package, costs_of_portfolio, costs_of_service
from rules.errors import UnknownRecord

costs = Noun("costs", "What services, packages and portfolios cost in all")


@costs.route(
    "GET",
    "/api/v1/services/<key:key>/costs",
    access=SEE_THE_COST,
    answers=Answers(200, CostsSchema, examples.COSTS),
    fails=(UnknownRecord,),
)
def read_service_costs(key: str) -> Response:
    """Read what a service costs in all: itself, its parts, and what it rests on in the end.

    What others rest on, too, counts in full.
    """
    with current_service().database.reading() as session:
        return _shown(costs_of_service(session, key))


@costs.route(
    "GET",
    "/api/v1/packages/<key:package>/costs",
    access=SEE_THE_COST,
    answers=Answers(200, CostsSchema, examples.COSTS),
    fails=(UnknownRecord,),
)
def read_package_costs(package: str) -> Response:
    """Read what the services of a package cost in all, each counted once."""
    with current_service().database.reading() as session:
        return _shown(costs_of_package(session, package))


@costs.route(
    "GET",
    "/api/v1/portfolios/<key:portfolio>/costs",
    access=SEE_THE_COST,
    answers=Answers(200, CostsSchema, examples.COSTS),
    fails=(UnknownRecord,),
)
def read_portfolio_costs(portfolio: str) -> Response:
    """Read what the services of a portfolio cost in all, each counted once, but the rejected."""
    with current_service().database.reading() as session:
        return _shown(costs_of_portfolio(session, portfolio))


def _shown(found: Costs) -> Response:
    body = {
        "total": [_cost(each) for each in found.total],
        "unsaid": list(found.unsaid),
        "recovered": found.recovered,
        "items": [
            {
                "service": item.service,
                "part": item.part,
                "underneath": item.underneath,
                "cost": item.cost and _cost(item.cost),
            }
            for item in found.items
        ],
    }
    return ok(json_text.dumps(body))


def _cost(cost: Cost) -> dict[str, object]:
    return {"amount": cost.amount, "currency": cost.currency, "per": cost.per}
