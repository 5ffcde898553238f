"""API keys over HTTP, for administrators: list, make, rotate, revoke."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request

from api import administration_examples as examples
from api.administration_schemas import (
    KeyMadeSchema,
    KeyPageSchema,
    KeySchema,
    NewKeySchema,
    PageQuerySchema,
    RotationSchema,
)
from api.asking import current_caller
from api.authentication import only
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.strict_schema import load
from model import json_text
from model.access import KeyView, NewKey, Role, key_row, key_view
from model.administration import Actor, Via
from model.database import Session
from model.keys import keys_after, make_key, revoke_key, rotate_key
from model.moment import rfc3339
from rules.errors import LastAdministrator, Refused, UnknownRecord

ADMINISTRATORS = only(Role.ADMIN)

keys = Noun("keys", "API keys, for administrators")


@keys.route(
    "GET",
    "/api/v1/keys",
    access=ADMINISTRATORS,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, KeyPageSchema, examples.KEY_PAGE),
)
def list_api_keys() -> Response:
    """List the API keys, oldest first; none is shown itself."""
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        page = keys_after(session, query.get("after"), query["limit"])
    shown = [_shown(key) for key in page.keys]
    return ok(json_text.dumps({"keys": shown, "next": page.next}))


@keys.route(
    "POST",
    "/api/v1/keys",
    access=ADMINISTRATORS,
    takes=Takes(NewKeySchema, examples.NEW_KEYS),
    answers=Answers(201, KeyMadeSchema, examples.KEY_MADE),
)
def make_api_key() -> Response:
    """Make an API key and show it, this once."""
    service = current_service()
    new = load(NewKeySchema, read_json(request))
    actor, now, secret = _actor(), service.clock(), service.settings.secret

    def make(session: Session) -> Response:
        until = new.get("expires_at")
        made = make_key(session, actor, new["name"], new["roles"], secret, now, until)
        return _shown_once(session, made)

    return service.database.write(make)


@keys.route(
    "POST",
    "/api/v1/keys/<id:key_id>/rotate",
    access=ADMINISTRATORS,
    takes=Takes(RotationSchema, examples.ROTATIONS),
    answers=Answers(201, KeyMadeSchema, examples.KEY_MADE),
    fails=(UnknownRecord, Refused),
)
def rotate_api_key(key_id: str) -> Response:
    """Replace an API key by a new one of the same name and roles, and show it, this once.

    The old key still works for the hours of grace. Requests under an Idempotency-Key may be
    tried again with either.
    """
    service = current_service()
    rotation = load(RotationSchema, read_json(request))
    grace = timedelta(hours=rotation["grace_hours"])
    actor, now, secret = _actor(), service.clock(), service.settings.secret

    def rotate(session: Session) -> Response:
        until = rotation.get("expires_at")
        return _shown_once(session, rotate_key(session, actor, key_id, secret, now, grace, until))

    return service.database.write(rotate)


@keys.route(
    "DELETE",
    "/api/v1/keys/<id:key_id>",
    access=ADMINISTRATORS,
    answers=Answers(200, KeySchema, examples.KEY_REVOKED),
    fails=(UnknownRecord, LastAdministrator),
)
def revoke_api_key(key_id: str) -> Response:
    """Refuse an API key from now on; it stays in the list."""
    service = current_service()
    actor, now = _actor(), service.clock()
    revoked = service.database.write(
        lambda session: revoke_key(session, actor, key_id, now, keep_one=True)
    )
    return ok(json_text.dumps(_shown(revoked)))


def _shown_once(session: Session, made: NewKey) -> Response:
    view = key_view(key_row(session, made.id))
    return ok(json_text.dumps({**_shown(view), "key": made.key}), 201)


def _actor() -> Actor:
    caller = current_caller()
    return Actor(caller.name, Via.HTTP, caller.key_id)


def _shown(key: KeyView) -> dict[str, object]:
    instants = {
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    }
    return {
        "id": key.id,
        "name": key.name,
        "roles": [role.value for role in key.roles],
        **{name: rfc3339(at) if at else None for name, at in instants.items()},
    }
