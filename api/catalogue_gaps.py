"""What the catalogue lacks, over HTTP."""

from __future__ import annotations

from datetime import date

from flask import Response, request

from api import catalogue_examples as examples
from api.authentication import only
from api.gap_schemas import GapsQuerySchema, GapsSchema
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from model import json_text
from model.access import Role
from model.demand import Demand, MonthOfDemand
from model.gap_analysis import LONGEST_PERIOD, Gaps, UnmetNeed, gaps
from model.moment import rfc3339
from model.unasked import Unasked
from rules.errors import BadFields
from rules.field_problem import FieldProblem

catalogue_gaps = Noun("gaps", "Needs that nothing met, demand, and what nobody asks for")


@catalogue_gaps.route(
    "GET",
    "/api/v1/catalogue/gaps",
    access=only(Role.SERVICE_MANAGER, Role.POLICY_OWNER, Role.AUDITOR),
    takes=Takes(query=GapsQuerySchema),
    answers=Answers(200, GapsSchema, examples.GAPS),
)
def find_gaps() -> Response:
    """Find what the catalogue lacks: needs nothing met, services that are short, unasked, unsaid.

    And viable cases that are over, of which neither a service nor a part was born.

    Which service met a need says the case's fact `fitting_service`. The forecast of a service's
    demand is the straight line of least squares through the whole months of the period that are
    over, from the one in which the service was made, drawn on for a year; it knows no season.
    """
    query = read_query(request, GapsQuerySchema)
    first, last = query["from_"], query["to"]
    if last < first:
        raise BadFields([FieldProblem("/to", "lies before `from`")])
    if last - first >= LONGEST_PERIOD:
        detail = f"is more than {LONGEST_PERIOD.days} days after `from`"
        raise BadFields([FieldProblem("/to", detail)])
    service = current_service()
    with service.database.reading() as session:
        found = gaps(session, first, last, service.settings.timezone, service.moment().today)
    return ok(json_text.dumps(_shown(found)))


def _shown(found: Gaps) -> dict[str, object]:
    return {
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "unmet": {
            "cases": found.cases,
            "whole": found.grouped,
            "groups": [_need(each) for each in found.unmet],
        },
        "demand": [_demand(each) for each in found.demand],
        "unnamed": found.unnamed,
        "misnamed": [
            {
                "fitting_service": each.named,
                "cases": each.cases,
                "refs": list(each.refs),
                "help": each.meant and f"did you mean `{each.meant}`?",
            }
            for each in found.misnamed
        ],
        "contradictory": [
            {"ref": each.ref, "fitting_service": each.named} for each in found.contradictions
        ],
        "unasked": [_unasked(each) for each in found.unasked],
        "incomplete": [
            {"service": each.service, "name": each.name, "missing": list(each.missing)}
            for each in found.incomplete
        ],
        "viable_without_service": [
            {"case": each.ref, "title": each.title, "closed_at": rfc3339(each.closed_at)}
            for each in found.viable_without_service
        ],
    }


def _need(need: UnmetNeed) -> dict[str, object]:
    return {
        "asked_for": need.asked_for,
        "cases": need.cases,
        "because": list(need.because),
        "refs": list(need.refs),
    }


def _demand(demand: Demand) -> dict[str, object]:
    capacity = demand.capacity
    return {
        "service": demand.service,
        "name": demand.name,
        "cases": demand.cases,
        "capacity": capacity and {name: getattr(capacity, name) for name in capacity.__slots__},
        "could_take": demand.could_take,
        "short": demand.short,
        "months": [_month(month) for month in demand.months],
        "rises_by": demand.rises_by,
        "forecast": [_month(month) for month in demand.forecast],
        "short_from": demand.short_from and _named(demand.short_from),
    }


def _month(month: MonthOfDemand) -> dict[str, object]:
    return {
        "month": _named(month.first),
        "cases": month.cases,
        "could_take": month.could_take,
    }


def _named(month: date) -> str:
    return month.isoformat()[: len("2026-11")]


def _unasked(unasked: Unasked) -> dict[str, object]:
    return {
        "service": unasked.service,
        "name": unasked.name,
        "category": unasked.category,
        "carries": list(unasked.carries),
    }
