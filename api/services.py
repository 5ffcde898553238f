"""Services: making and changing them, and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Response, request

from api import examples_of_services as examples
from api.asking import current_caller
from api.authentication import only
from api.cases import summary
from api.decisions import READERS
from api.idempotency import HEADER as IDEMPOTENCY_KEY
from api.idempotency import PATTERN as KEY_PATTERN
from api.idempotency import once_under
from api.json_body import read_json
from api.noun import Answers, Header, Noun, Takes, ok
from api.offer_schemas import OfferSchema
from api.preconditions import HEADER as IF_MATCH
from api.preconditions import PATTERN, etag, read_match
from api.query import read_query
from api.service import current_service
from api.service_schemas import (
    NewServiceSchema,
    ServiceChangeSchema,
    ServicePageSchema,
    ServiceSchema,
    ServicesQuerySchema,
)
from api.strict_schema import load
from model import json_text
from model.access import Role
from model.case_facts import HeldFact
from model.catalogue import Entry
from model.database import Session
from model.keeping import do_once
from model.moment import rfc3339
from model.reported_artifacts import Reported
from model.service_life import (
    Artifact,
    ServiceChange,
    ServiceView,
    change_service,
    list_services,
    make_service,
    read_service,
)
from model.services import ArtifactVersion, Service
from model.sight import COSTS, INSIDE, sees_costs, sees_inside
from rules.errors import (
    BornAlready,
    KeyUsedForAnother,
    NoLiveRevision,
    PreconditionRequired,
    RequestStillRunning,
    ServiceExists,
    ServiceMovedOn,
    UnknownRecord,
)

WRITERS = only(Role.SERVICE_MANAGER)
BOARD = only(*INSIDE)
SEE_THE_COST = only(*COSTS)
ONCE = Header(
    IDEMPOTENCY_KEY,
    "1 to 255 visible characters; the same request under the same key is done once and answered"
    " with the same text, for 30 days",
    KEY_PATTERN,
)
KEY_FAILS = (KeyUsedForAnother, RequestStillRunning)
REPLAYED = {"Idempotency-Replayed": "`true` when this was answered before under the same key"}

_NO_WORDS = ("key", "facts", "by", "case", "one_of_several")
_OFFER = tuple(OfferSchema().fields)
ETAG = {"ETag": "the service's version, for If-Match"}
SEEN = "the ETag of the service that the change is for, or `*`"

services = Noun("services", "Services, from the idea to the phase-out, and their artifacts")


@services.route(
    "POST",
    "/api/v1/services",
    access=WRITERS,
    takes=Takes(NewServiceSchema, examples.NEW_SERVICES, headers=[ONCE]),
    answers=Answers(
        201,
        ServiceSchema,
        examples.SERVICE,
        headers={"Location": "where the service is", **ETAG, **REPLAYED},
    ),
    fails=(ServiceExists, BornAlready, NoLiveRevision, *KEY_FAILS),
)
def create_service() -> Response:
    """Make a service. It is a matter of strategy until toll-gate 1 has passed."""
    service, raw = current_service(), read_json(request)
    asked = load(NewServiceSchema, raw)
    once = once_under(request, "POST /api/v1/services", raw)
    caller, moment = current_caller(), service.moment()

    def work(session: Session) -> str:
        made = make_service(session, asked["key"], _change(asked), caller, moment)
        return json_text.dumps(_body(made))

    given = do_once(service.database, caller, moment, once, work)
    headers = {"Location": f"/api/v1/services/{asked['key']}", "ETag": etag(1)}
    if given.replayed:
        headers["Idempotency-Replayed"] = "true"
    return ok(given.text, given.status, headers)


@services.route(
    "GET",
    "/api/v1/services",
    access=READERS,
    takes=Takes(query=ServicesQuerySchema),
    answers=Answers(200, ServicePageSchema, examples.SERVICE_PAGE),
    fails=(UnknownRecord,),
)
def list_all_services() -> Response:
    """List the services, in the order in which they were made.

    A ticketing system's key sees those that the catalogue has: here, and whatever is beneath one.
    """
    query = read_query(request, ServicesQuerySchema)
    with current_service().database.reading() as session:
        which = (query.get("after"), query["limit"], current_caller(), query.get("case"))
        page = list_services(session, *which)
        body = {"services": [_in_short(each) for each in page.services], "next": page.next}
    return ok(json_text.dumps(body))


@services.route(
    "GET",
    "/api/v1/services/<key:key>",
    access=READERS,
    answers=Answers(200, ServiceSchema, examples.SERVICE, headers=ETAG),
    fails=(UnknownRecord,),
)
def get_service(key: str) -> Response:
    """Read a service: its facts, its artifacts, and its latest decisions.

    A ticketing system's key sees what it offers, without what stands behind it.
    """
    with current_service().database.reading() as session:
        return shown(read_service(session, key, current_caller()))


@services.route(
    "PATCH",
    "/api/v1/services/<key:key>",
    access=WRITERS,
    takes=Takes(
        ServiceChangeSchema,
        examples.SERVICE_CHANGES,
        headers=[Header(IF_MATCH, SEEN, PATTERN, True)],
    ),
    answers=Answers(200, ServiceSchema, examples.SERVICE, headers=ETAG),
    fails=(UnknownRecord, ServiceMovedOn, PreconditionRequired, NoLiveRevision),
)
def patch_service(key: str) -> Response:
    """Change words and facts of a service; `null` takes one away.

    Its phase is nothing to change: the toll-gates alone say it.
    """
    service, match = current_service(), read_match(request)
    change = _change(load(ServiceChangeSchema, read_json(request)))
    caller, moment = current_caller(), service.moment()

    def work(session: Session) -> Response:
        require = partial(match.require, what="service", moved_on=ServiceMovedOn)
        return shown(change_service(session, key, change, require, caller, moment))

    return service.database.write(work)


def _change(asked: Mapping[str, Any]) -> ServiceChange:
    offer = {name: each for name, each in asked.items() if name in _OFFER}
    words = {name: each for name, each in asked.items() if name not in (*_NO_WORDS, *_OFFER)}
    several = asked.get("one_of_several", False)
    return ServiceChange(words, asked["facts"], asked.get("by"), asked.get("case"), offer, several)


def shown(view: ServiceView, status: int = 200) -> Response:
    """Return a service as it stands, with its ETag."""
    return ok(told(view), status, {"ETag": etag(view.service.subject.version)})


def told(view: ServiceView) -> str:
    """Return a service as it stands, as the text of its JSON."""
    return json_text.dumps(_body(view))


def _body(view: ServiceView) -> dict[str, object]:
    return {
        **_in_short(view.service),
        "case": view.service.born_of.ref if view.service.born_of else None,
        "reviewed_every": view.reviewed_every,
        **offer_shown(view.service),
        **(_behind(view) if sees_inside(current_caller()) else {}),
    }


def _behind(view: ServiceView) -> dict[str, object]:
    """Return what stands behind a service, which is not for everybody."""
    return {
        "portfolios": list(view.portfolios),
        "capacity": view.service.capacity,
        "facts": {fact.name: _fact(fact) for fact in view.facts},
        "artifacts": {
            each.name: {**version_shown(each), "stands": each.stands} for each in view.artifacts
        },
        "reported": [_reported(each) for each in view.reported],
        "decisions": [summary(decision) for decision in view.decisions],
    }


def _reported(each: Reported) -> dict[str, object]:
    return {
        "artifact": each.artifact,
        "case": each.case,
        "reported_by": each.reported_by,
        "reported_at": rfc3339(each.reported_at),
        "asked_of": each.asked_of,
    }


def _in_short(service: Service) -> dict[str, object]:
    return {
        "key": service.key,
        "name": service.name,
        "description": service.description,
        "category": service.category,
        "portfolio_manager": service.portfolio_manager,
        "product_manager": service.product_manager,
        "line_manager": service.line_manager,
        "review_every": service.review_every,
        "phase": service.phase,
        "rejected": service.rejected,
        "version": service.subject.version,
        "created_at": rfc3339(service.created_at),
        "updated_at": rfc3339(service.subject.updated_at),
    }


def _fact(fact: HeldFact) -> dict[str, object]:
    return {
        "value": fact.value,
        "supplied_by": fact.supplied_by,
        "supplied_at": rfc3339(fact.supplied_at),
    }


def offer_shown(offered: Service | Entry) -> dict[str, object]:
    """Return what a service offers, as JSON: its cost to those alone who may see it."""
    shown: dict[str, object] = {
        "options": offered.options or [],
        "charging": offered.charging,
        "quality": offered.quality or {},
        "value": offered.value,
        "technologies": offered.technologies or [],
        "audiences": offered.audiences or [],
        "planned_live_on": offered.planned_live_on and offered.planned_live_on.isoformat(),
        "planned_end_on": offered.planned_end_on and offered.planned_end_on.isoformat(),
    }
    if sees_costs(current_caller()):
        shown["cost"] = offered.cost
    return shown


def version_shown(artifact: Artifact | ArtifactVersion) -> dict[str, object]:
    """Return a version of an artifact, as JSON."""
    return {
        "version": artifact.version,
        "location": artifact.location,
        "supplied_by": artifact.supplied_by,
        "supplied_at": rfc3339(artifact.supplied_at),
    }
