"""Whatever an administrator's key changes over HTTP leaves an act, by whichever route."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Flask, request

from api.asking import asking
from api.service import current_service
from model.access import Role
from model.acts_by_id import CASE, CUSTOMER, id_of_case, id_of_customer, place_of
from model.administration import Actor, Via
from model.database import Session
from model.witnessing import Witness, attend

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
IN_THE_RECORD = frozenset({"decisions.decide", "batches.decide_batch"})
"""The routes whose every change is a decision: the record has it, with the key that asked."""

_BY_ID = {"ref": CASE, "customer": CUSTOMER}
"""The parts of addresses that may be about a person."""
_PART = re.compile(r"<\w+:(\w+)>")


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
    at = asking()
    if at.access is not None and at.access.only_looks:
        return None  # that a key was used is noted then, and is nothing that its owner does
    caller, rule = at.caller, request.url_rule
    if caller is None or rule is None or Role.ADMIN not in caller.roles:
        return None
    actor = Actor(caller.name, Via.HTTP, caller.key_id)
    details = {"route": f"{request.method} {rule.rule}", "request": at.id}
    parts = request.view_args or {}
    return Witness(actor, _on(rule.rule, parts), current_service().clock, details, _which(parts))


def _on(rule: str, parts: Mapping[str, Any]) -> str:
    """Return the address that is asked for, with a place where a part of it goes by an id."""

    def said(part: re.Match[str]) -> str:
        name = part[1]
        return place_of(_BY_ID[name]) if name in _BY_ID else str(parts[name])

    return _PART.sub(said, rule)


def _which(parts: Mapping[str, Any]) -> Callable[[Session], Mapping[str, object]] | None:
    """Return what finds the id of what the address names, if a part of it goes by one."""
    if "customer" in parts:
        return partial(id_of_customer, service=parts["key"], name=parts["customer"])
    return partial(id_of_case, ref=parts["ref"]) if "ref" in parts else None
