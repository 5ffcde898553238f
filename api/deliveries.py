"""Deliveries over HTTP, for administrators: what is on its way, what failed, and once more."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from flask import Response, request

from api import subscription_examples as examples
from api.asking import current_caller
from api.authentication import only
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.subscription_schemas import DeliveryPageSchema, DeliveryQuerySchema, DeliverySchema
from model import json_text
from model.access import Role
from model.administration import Actor, Via
from model.deliveries import DeliveryView, State, deliveries_before, replay
from model.moment import rfc3339
from rules.errors import Refused, UnknownRecord

ADMINISTRATORS = only(Role.ADMIN)

deliveries = Noun("deliveries", "Messages on their way to subscribers and people")


@deliveries.route(
    "GET",
    "/api/v1/deliveries",
    access=ADMINISTRATORS,
    takes=Takes(query=DeliveryQuerySchema),
    answers=Answers(200, DeliveryPageSchema, examples.DELIVERY_PAGE),
)
def list_deliveries() -> Response:
    """List deliveries, newest first: of one state, to one subscription, or all."""
    query = read_query(request, DeliveryQuerySchema)
    state = State(query["state"]) if "state" in query else None
    after, limit = query.get("after"), query["limit"]
    with current_service().database.reading() as session:
        page = deliveries_before(session, after, limit, state, query.get("subscription"))
    shown = [_shown(each) for each in page.deliveries]
    return ok(json_text.dumps({"deliveries": shown, "next": page.next}))


@deliveries.route(
    "POST",
    "/api/v1/deliveries/<number:delivery_id>/replay",
    access=ADMINISTRATORS,
    answers=Answers(202, DeliverySchema, examples.DELIVERY),
    fails=(UnknownRecord, Refused),
)
def replay_delivery(delivery_id: int) -> Response:
    """Have a delivery sent once more, under the same message id, and tried as often as at first."""
    service, caller = current_service(), current_caller()
    actor = Actor(caller.name, Via.HTTP, caller.key_id)
    with service.database.transaction() as session:
        view = replay(session, actor, delivery_id, service.clock())
    return ok(json_text.dumps(_shown(view)), 202)


def _shown(view: DeliveryView) -> dict[str, object]:
    return {
        name: rfc3339(value) if isinstance(value, datetime) else value
        for name, value in asdict(view).items()
    }
