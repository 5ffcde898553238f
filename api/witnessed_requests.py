"""Whatever an administrator's key changes over HTTP leaves an act, by whichever route."""

from __future__ import annotations

from flask import Flask, g, request

from api.authentication import known_caller
from api.service import current_service
from model.access import Role
from model.administration import Actor, Via
from model.witnessing import Witness, attend

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
IN_THE_RECORD = frozenset({"decisions.decide", "batches.decide_batch"})
"""The routes whose every change is a decision: the record has it, with the key that asked."""


def register(app: Flask) -> None:
    """Watch the requests to `app`; to be called after what finds out who asks."""
    app.before_request(_attend)
    app.teardown_request(_go)


def _attend() -> None:
    attend(_witness())


def _go(_error: BaseException | None) -> None:
    # The thread goes on to the next request, which may be anybody's.
    attend(None)


def _witness() -> Witness | None:
    if request.method not in CHANGING or request.endpoint in IN_THE_RECORD:
        return None
    caller, rule = known_caller(), request.url_rule
    if caller is None or rule is None or Role.ADMIN not in caller.roles:
        return None
    actor = Actor(caller.name, Via.HTTP, caller.key_id)
    details = {"route": f"{request.method} {rule.rule}", "request": g.request_id}
    return Witness(actor, request.path, current_service().clock, details)
