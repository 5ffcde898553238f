"""Who may use which route: every route declares it, and every request is held to it."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass

from flask import Flask, current_app, request

from api.asking import Asking, asking
from api.presumed_callers import View, confirming
from api.service import current_service
from model.access import Caller, Role, hash_of, identify
from model.private_addresses import authenticate_token
from rules.errors import NotAllowed, NotAuthenticated

_DECLARED = "tollgate_access"
LONGEST_KEY = 1_000


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a route: everybody, or a key with one of `roles` (an administrator's has all).

    `from_browsers`: the key may also come as the password of HTTP Basic. `by_address`: a token
    in the address may stand for the key. `only_looks`: nothing is changed by it, so who asks may
    be presumed until it is answered.
    """

    roles: frozenset[Role] = frozenset()
    everybody: bool = False
    from_browsers: bool = False
    by_address: bool = False
    only_looks: bool = False


EVERYBODY = Access(everybody=True)
ANY_KEY = Access(frozenset(Role))
ANY_KEY_FROM_BROWSERS = Access(frozenset(Role), from_browsers=True)
TOKEN = "token"  # noqa: S105  # the name of a parameter, no secret


def only(*roles: Role) -> Access:
    """Return the access that needs one of `roles`."""
    return Access(frozenset(roles))


def declare(view: View, access: Access) -> View:
    """Return `view` as its routes are to call it, which says who may use them."""
    declared = confirming(view, confirm_caller) if access.only_looks else view
    setattr(declared, _DECLARED, access)
    return declared


def access_to(app: Flask, endpoint: str) -> Access | None:
    """Return who may use an endpoint; `None` if nothing declares it."""
    return getattr(app.view_functions[endpoint], _DECLARED, None)


def undeclared(app: Flask) -> tuple[str, ...]:
    """Return the endpoints that do not say who may use them; there must be none."""
    return tuple(name for name in app.view_functions if access_to(app, name) is None)


def identify_caller() -> None:
    """Find out who asks, before anything else is done for them.

    Raises:
        DatabaseAway: the keys could not be looked up.
    """
    at = asking()
    access = at.access = _asked_for()
    if access is None or access.everybody:
        return
    try:
        at.caller = _caller(access, at)
    except NotAuthenticated as refused:
        at.refused = refused


def _caller(access: Access, at: Asking) -> Caller:
    service = current_service()
    database, secret, now = service.database, service.settings.secret, service.clock()
    token = request.args.get(TOKEN) if access.by_address else None
    if token is not None:
        with database.looking() as connection:
            return authenticate_token(connection, request.path, token, secret, now)
    key = _key(access)
    # What Flask answers by itself does not come by where it is confirmed.
    if not access.only_looks or request.method == "OPTIONS":
        return identify(database, key, secret, now)
    presumed = service.callers.presume(key)
    if presumed is not None:
        at.presumed = presumed
        return presumed.caller
    caller = identify(database, key, secret, now)
    service.callers.remember(key, hash_of(key, secret), caller)
    return caller


def confirm_caller() -> None:
    """Make sure that who was presumed to ask does ask, before anything is answered.

    Raises:
        NotAuthenticated, NotAllowed: the key does not work any more, or not for this.
        DatabaseAway: the key could not be looked up.
    """
    at = asking()
    presumed, at.presumed = at.presumed, None
    if presumed is None:
        return
    at.caller, service = None, current_service()
    at.caller = service.callers.found(presumed, service.database, service.clock())
    _require_role(at)


def admit_caller() -> None:
    """Refuse who came without a valid key, or without a role that the route needs.

    Raises:
        NotAuthenticated, NotAllowed: the one or the other.
    """
    at = asking()
    if at.refused is not None:
        raise at.refused
    if not _may(at):
        confirm_caller()
        _require_role(at)


def _require_role(at: Asking) -> None:
    if at.access is None or _may(at):
        return
    needed = " or ".join(f"`{role}`" for role in sorted(at.access.roles))
    raise NotAllowed(f"this needs a key with the role {needed}, or an administrator's")


def _may(at: Asking) -> bool:
    if at.access is None or at.access.everybody:
        return True
    return at.caller is not None and at.caller.may(*at.access.roles)


def challenges() -> list[str]:
    """Return what WWW-Authenticate says: the ways in which a key may come to this route."""
    access = _declared()
    basic = ['Basic realm="Tollgate", charset="UTF-8"']
    return (basic if access and access.from_browsers else []) + ['Bearer realm="Tollgate"']


def _declared() -> Access | None:
    return access_to(current_app, request.endpoint) if request.endpoint else None


def _asked_for() -> Access | None:
    access = _declared()
    if access is None and request.endpoint is not None:
        raise NotAllowed("nothing says who may use this")
    return access


def _key(access: Access) -> str:
    header = request.headers.get("Authorization", "").encode("latin-1", "replace")
    scheme, _, credentials = header.decode("utf-8", "replace").strip().partition(" ")
    key = ""
    if scheme.lower() == "bearer":
        key = credentials.strip()
    elif scheme.lower() == "basic" and access.from_browsers:
        key = _password(credentials)
    if not key or len(key) > LONGEST_KEY:
        raise NotAuthenticated("send your API key as `Authorization: Bearer KEY`")
    return key


def _password(credentials: str) -> str:
    try:
        return b64decode(credentials, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""
