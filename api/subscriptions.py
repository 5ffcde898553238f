"""Subscriptions over HTTP, for administrators: list, make, change, rotate, remove."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request

from api import subscription_examples as examples
from api.administration_schemas import PageQuerySchema
from api.asking import current_caller
from api.authentication import only
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.strict_schema import load
from api.subscription_schemas import (
    NewSubscriptionSchema,
    SecretRotationSchema,
    SubscriptionChangeSchema,
    SubscriptionMadeSchema,
    SubscriptionPageSchema,
    SubscriptionSchema,
)
from model import json_text
from model.access import Role
from model.administration import Actor, Via
from model.moment import rfc3339
from model.subscribing import Made, Wish, change, rotate, subscribe, unsubscribe
from model.subscriptions import SubscriptionView, subscriptions_after, view_of
from rules.errors import Refused, UnknownRecord

ADMINISTRATORS = only(Role.ADMIN)

subscriptions = Noun("subscriptions", "Who is told of what happens, for administrators")


@subscriptions.route(
    "GET",
    "/api/v1/subscriptions",
    access=ADMINISTRATORS,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, SubscriptionPageSchema, examples.SUBSCRIPTION_PAGE),
)
def list_subscriptions() -> Response:
    """List the subscriptions, oldest first; no secret is shown."""
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        page = subscriptions_after(session, query.get("after"), query["limit"])
    shown = [_shown(each) for each in page.subscriptions]
    return ok(json_text.dumps({"subscriptions": shown, "next": page.next}))


@subscriptions.route(
    "POST",
    "/api/v1/subscriptions",
    access=ADMINISTRATORS,
    takes=Takes(NewSubscriptionSchema, examples.NEW_SUBSCRIPTIONS),
    answers=Answers(201, SubscriptionMadeSchema, examples.SUBSCRIPTION_MADE),
    fails=(Refused,),
)
def make_subscription() -> Response:
    """Have an address told of events, and show the secret they are signed with, this once.

    Messages are signed as Standard Webhooks has it; each may come more than once, always under
    the same `webhook-id`.
    """
    service = current_service()
    new = load(NewSubscriptionSchema, read_json(request))
    with service.database.transaction() as session:
        made = subscribe(
            session,
            _actor(),
            new["name"],
            new["url"],
            new["types"],
            new_id=service.new_id(),
            secret=service.settings.secret,
            private_hosts=service.settings.private_hosts,
            now=service.clock(),
        )
    return ok(_with_secret(made), 201)


@subscriptions.route(
    "GET",
    "/api/v1/subscriptions/<id:subscription_id>",
    access=ADMINISTRATORS,
    answers=Answers(200, SubscriptionSchema, examples.SUBSCRIPTION),
    fails=(UnknownRecord,),
)
def show_subscription(subscription_id: str) -> Response:
    """Show a subscription, and whether deliveries to it fail."""
    with current_service().database.reading() as session:
        view = view_of(session, subscription_id)
    return ok(json_text.dumps(_shown(view)))


@subscriptions.route(
    "PATCH",
    "/api/v1/subscriptions/<id:subscription_id>",
    access=ADMINISTRATORS,
    takes=Takes(SubscriptionChangeSchema, examples.CHANGES),
    answers=Answers(200, SubscriptionSchema, examples.SUBSCRIPTION),
    fails=(UnknownRecord,),
)
def change_subscription(subscription_id: str) -> Response:
    """Change a subscription, disable it, or enable it again.

    Disabled, what waits for it is held, and of what happens meanwhile it is not told. Enabled,
    what was held goes on.
    """
    service = current_service()
    wish = Wish(**load(SubscriptionChangeSchema, read_json(request)))
    with service.database.transaction() as session:
        hosts, now = service.settings.private_hosts, service.clock()
        view = change(session, _actor(), subscription_id, wish, private_hosts=hosts, now=now)
    return ok(json_text.dumps(_shown(view)))


@subscriptions.route(
    "POST",
    "/api/v1/subscriptions/<id:subscription_id>/rotate",
    access=ADMINISTRATORS,
    takes=Takes(SecretRotationSchema, examples.ROTATIONS),
    answers=Answers(201, SubscriptionMadeSchema, examples.SUBSCRIPTION_MADE),
    fails=(UnknownRecord,),
)
def rotate_secret(subscription_id: str) -> Response:
    """Replace a subscription's secret, and show the new one, this once.

    Within the hours of grace each message carries two signatures, one with each secret.
    """
    service = current_service()
    rotation = load(SecretRotationSchema, read_json(request))
    with service.database.transaction() as session:
        made = rotate(
            session,
            _actor(),
            subscription_id,
            secret=service.settings.secret,
            grace=timedelta(hours=rotation["grace_hours"]),
            now=service.clock(),
        )
    return ok(_with_secret(made), 201)


@subscriptions.route(
    "DELETE",
    "/api/v1/subscriptions/<id:subscription_id>",
    access=ADMINISTRATORS,
    answers=Answers(200, SubscriptionSchema, examples.SUBSCRIPTION),
    fails=(UnknownRecord,),
)
def remove_subscription(subscription_id: str) -> Response:
    """Tell an address nothing more; what has not been delivered is cancelled."""
    service = current_service()
    with service.database.transaction() as session:
        view = unsubscribe(session, _actor(), subscription_id, service.clock())
    return ok(json_text.dumps(_shown(view)))


def _actor() -> Actor:
    caller = current_caller()
    return Actor(caller.name, Via.HTTP, caller.key_id)


def _with_secret(made: Made) -> str:
    return json_text.dumps({**_shown(made.subscription), "secret": made.secret})


def _shown(view: SubscriptionView) -> dict[str, object]:
    instants = {
        "disabled_at": view.disabled_at,
        "failing_since": view.failing_since,
        "rotated_until": view.rotated_until,
    }
    return {
        "id": view.id,
        "name": view.name,
        "url": view.url,
        "types": list(view.types),
        "created_at": rfc3339(view.created_at),
        "enabled": view.enabled,
        "disabled_because": view.disabled_because,
        **{name: rfc3339(at) if at else None for name, at in instants.items()},
    }
