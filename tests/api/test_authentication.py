"""Every route says who may use it, and is held to it: a law over the map of all URLs."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.authentication import access_to, undeclared
from model.access import Role, create_key, list_keys, revoke
from tests.api.calling import NOON, SECRET, Calls, problem_of

if TYPE_CHECKING:
    from tests.api.conftest import Serve

ID = "00000000-0000-0000-0000-000000000000"
EVERYBODY, ANY_KEY = frozenset([None, *Role]), frozenset(Role)
READERS = ANY_KEY
DECIDERS = frozenset([Role.TICKETING, Role.ADMIN])
ADMINISTRATORS = frozenset([Role.ADMIN])
SERVICE_MANAGERS = frozenset([Role.SERVICE_MANAGER, Role.ADMIN])
TRIERS = DECIDERS | {Role.POLICY_OWNER, Role.SERVICE_MANAGER}

SEE_THE_COST = SERVICE_MANAGERS | {Role.AUDITOR}
PORTFOLIO_BOARD = SERVICE_MANAGERS | {Role.POLICY_OWNER, Role.AUDITOR}
KEEPERS_OF_TIME = {Role.TICKETING, Role.SERVICE_MANAGER, Role.AUDITOR} | ADMINISTRATORS

WHO_MAY = {
    ("POST", "/api/v1/decisions"): DECIDERS,
    ("GET", "/api/v1/decisions"): READERS,
    ("POST", "/api/v1/decisions/preview"): TRIERS,
    ("GET", "/api/v1/decisions/<id:decision_id>"): READERS,
    ("POST", "/api/v1/decisions/<id:decision_id>/replay"): READERS,
    ("GET", "/api/v1/cases/<ref:ref>"): READERS,
    ("POST", "/api/v1/decisions/batch"): DECIDERS,
    ("PATCH", "/api/v1/cases/<ref:ref>/facts"): DECIDERS,
    ("POST", "/api/v1/cases/<ref:ref>/reopen"): DECIDERS,
    ("POST", "/api/v1/cases/<ref:ref>/rename"): DECIDERS,
    ("POST", "/api/v1/cases/<ref:ref>/merge"): DECIDERS,
    ("GET", "/api/v1/cases/<ref:ref>/history"): READERS,
    ("POST", "/api/v1/services"): SERVICE_MANAGERS,
    ("GET", "/api/v1/services"): READERS,
    ("GET", "/api/v1/services/<key:key>"): READERS,
    ("PATCH", "/api/v1/services/<key:key>"): SERVICE_MANAGERS,
    ("PUT", "/api/v1/services/<key:key>/artifacts/<name:artifact>"): SERVICE_MANAGERS,
    ("GET", "/api/v1/services/<key:key>/artifacts/<name:artifact>"): PORTFOLIO_BOARD,
    ("POST", "/api/v1/services/<key:key>/tollgates/<gate:gate>"): SERVICE_MANAGERS,
    ("GET", "/api/v1/services/<key:key>/tollgates"): PORTFOLIO_BOARD,
    ("GET", "/api/v1/services/<key:key>/timeline"): PORTFOLIO_BOARD,
    ("GET", "/api/v1/services/<key:key>/timeline.svg"): PORTFOLIO_BOARD,
    ("GET", "/api/v1/services/<key:key>/customers"): READERS,
    ("PUT", "/api/v1/services/<key:key>/customers/<ref:customer>"): SERVICE_MANAGERS,
    ("DELETE", "/api/v1/services/<key:key>/customers/<ref:customer>"): SERVICE_MANAGERS,
    ("GET", "/api/v1/services/<key:key>/maintenance"): READERS,
    ("POST", "/api/v1/services/<key:key>/maintenance"): SERVICE_MANAGERS,
    ("DELETE", "/api/v1/services/<key:key>/maintenance/<number:number>"): SERVICE_MANAGERS,
    ("GET", "/api/v1/services/<key:key>/continuity"): PORTFOLIO_BOARD,
    ("POST", "/api/v1/services/<key:key>/continuity"): SERVICE_MANAGERS,
    ("GET", "/api/v1/services/<key:key>/other-systems"): PORTFOLIO_BOARD,
    ("POST", "/api/v1/services/<key:key>/other-systems"): SERVICE_MANAGERS,
    ("GET", "/api/v1/services/<key:key>/satisfaction"): READERS,
    ("GET", "/api/v1/cases/<ref:ref>/satisfaction"): READERS,
    ("POST", "/api/v1/cases/<ref:ref>/satisfaction"): DECIDERS,
    ("GET", "/api/v1/policies"): ANY_KEY,
    ("GET", "/api/v1/policies/<name:name>"): ANY_KEY,
    ("GET", "/api/v1/vocabulary"): ANY_KEY,
    ("GET", "/api/v1/catalogue"): READERS,
    ("GET", "/api/v1/catalogue/search"): READERS,
    ("GET", "/api/v1/catalogue/gaps"): PORTFOLIO_BOARD,
    ("GET", "/api/v1/services/<key:key>/entry"): READERS,
    ("PUT", "/api/v1/services/<key:key>/parts/<key:part>"): SERVICE_MANAGERS,
    ("PUT", "/api/v1/services/<key:key>/dependencies"): SERVICE_MANAGERS,
    ("GET", "/api/v1/packages"): READERS,
    ("GET", "/api/v1/packages/<key:package>"): READERS,
    ("PUT", "/api/v1/packages/<key:package>"): SERVICE_MANAGERS,
    ("DELETE", "/api/v1/packages/<key:package>"): SERVICE_MANAGERS,
    ("GET", "/api/v1/portfolios"): PORTFOLIO_BOARD,
    ("GET", "/api/v1/portfolios/<key:portfolio>"): PORTFOLIO_BOARD,
    ("PUT", "/api/v1/portfolios/<key:portfolio>"): SERVICE_MANAGERS,
    ("GET", "/api/v1/portfolios/<key:portfolio>/services"): PORTFOLIO_BOARD,
    ("GET", "/api/v1/portfolios/<key:portfolio>/costs"): SEE_THE_COST,
    ("GET", "/api/v1/packages/<key:package>/costs"): SEE_THE_COST,
    ("GET", "/api/v1/services/<key:key>/costs"): SEE_THE_COST,
    ("PUT", "/api/v1/services/<key:key>/portfolios"): SERVICE_MANAGERS,
    ("GET", "/api/v1/services/<key:key>/products"): PORTFOLIO_BOARD,
    ("PUT", "/api/v1/services/<key:key>/products/<key:product>"): SERVICE_MANAGERS,
    ("DELETE", "/api/v1/services/<key:key>/products/<key:product>"): SERVICE_MANAGERS,
    ("GET", "/api/v1/forums"): PORTFOLIO_BOARD,
    ("GET", "/api/v1/forums/<key:forum>"): PORTFOLIO_BOARD,
    ("GET", "/api/v1/forums/<key:forum>/sessions"): PORTFOLIO_BOARD,
    ("PUT", "/api/v1/forums/<key:forum>"): SERVICE_MANAGERS,
    ("DELETE", "/api/v1/forums/<key:forum>"): SERVICE_MANAGERS,
    ("GET", "/api/v1/timers"): KEEPERS_OF_TIME,
    ("POST", "/api/v1/timers"): DECIDERS,
    ("GET", "/api/v1/timers/<id:timer_id>"): KEEPERS_OF_TIME,
    ("POST", "/api/v1/timers/<id:timer_id>/events"): DECIDERS,
    ("GET", "/api/v1/calendars"): KEEPERS_OF_TIME,
    ("POST", "/api/v1/calendars"): SERVICE_MANAGERS,
    ("GET", "/api/v1/calendars/<name:calendar>"): KEEPERS_OF_TIME,
    ("PUT", "/api/v1/calendars/<name:calendar>"): SERVICE_MANAGERS,
    ("POST", "/api/v1/calendars/<name:calendar>/holidays"): SERVICE_MANAGERS,
    ("GET", "/api/v1/calendars/<name:calendar>/hours"): KEEPERS_OF_TIME,
    ("GET", "/api/v1/subscriptions"): ADMINISTRATORS,
    ("POST", "/api/v1/subscriptions"): ADMINISTRATORS,
    ("GET", "/api/v1/subscriptions/<id:subscription_id>"): ADMINISTRATORS,
    ("PATCH", "/api/v1/subscriptions/<id:subscription_id>"): ADMINISTRATORS,
    ("POST", "/api/v1/subscriptions/<id:subscription_id>/rotate"): ADMINISTRATORS,
    ("DELETE", "/api/v1/subscriptions/<id:subscription_id>"): ADMINISTRATORS,
    ("GET", "/api/v1/deliveries"): ADMINISTRATORS,
    ("POST", "/api/v1/deliveries/<number:delivery_id>/replay"): ADMINISTRATORS,
    ("GET", "/api/v1/agreements"): READERS,
    ("POST", "/api/v1/agreements"): SERVICE_MANAGERS,
    ("GET", "/api/v1/agreements/<id:agreement_id>"): READERS,
    ("PATCH", "/api/v1/agreements/<id:agreement_id>"): SERVICE_MANAGERS,
    ("POST", "/api/v1/agreements/<id:agreement_id>/measurements"): DECIDERS | SERVICE_MANAGERS,
    ("GET", "/api/v1/agreements/<id:agreement_id>/performance"): READERS,
    ("GET", "/api/v1/agreements/<id:agreement_id>/reports"): READERS,
    ("GET", "/api/v1/agreements/<id:agreement_id>/versions"): READERS,
    ("GET", "/api/v1/agreements/performance"): READERS,
    ("GET", "/api/v1/improvements"): READERS,
    ("POST", "/api/v1/improvements"): SERVICE_MANAGERS,
    ("GET", "/api/v1/improvements/<id:improvement_id>"): READERS,
    ("PATCH", "/api/v1/improvements/<id:improvement_id>"): SERVICE_MANAGERS,
    ("GET", "/api/v1/improvements/<id:improvement_id>/versions"): READERS,
    ("GET", "/api/v1/reviews"): PORTFOLIO_BOARD,
    ("POST", "/api/v1/reviews"): SERVICE_MANAGERS,
    ("GET", "/api/v1/reviews/<id:review_id>"): PORTFOLIO_BOARD,
    ("PATCH", "/api/v1/reviews/<id:review_id>"): SERVICE_MANAGERS,
    ("DELETE", "/api/v1/reviews/<id:review_id>"): SERVICE_MANAGERS,
    ("POST", "/api/v1/reviews/<id:review_id>/complete"): SERVICE_MANAGERS | {Role.POLICY_OWNER},
    ("GET", "/api/v1/reviews.ics"): PORTFOLIO_BOARD,
    ("GET", "/api/v1/reviews/feed"): PORTFOLIO_BOARD,
    ("POST", "/api/v1/reviews/<id:review_id>/prepare"): SERVICE_MANAGERS | {Role.POLICY_OWNER},
    ("GET", "/api/v1/roster"): ANY_KEY,
    ("PUT", "/api/v1/roster"): SERVICE_MANAGERS,
    ("GET", "/api/v1/roster/holders"): ANY_KEY,
    ("GET", "/api/v1/keys"): ADMINISTRATORS,
    ("POST", "/api/v1/keys"): ADMINISTRATORS,
    ("POST", "/api/v1/keys/<id:key_id>/rotate"): ADMINISTRATORS,
    ("DELETE", "/api/v1/keys/<id:key_id>"): ADMINISTRATORS,
    ("GET", "/api/v1/audit"): ADMINISTRATORS | {Role.AUDITOR},
    ("GET", "/api/v1/openapi.json"): ANY_KEY,
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/readyz"): EVERYBODY,
    ("GET", "/metrics"): ANY_KEY,
    ("GET", "/problems"): ANY_KEY,
    ("GET", "/problems/<name:code>"): ANY_KEY,
    ("GET", "/docs/"): ANY_KEY,
    ("GET", "/docs/<path:path>"): ANY_KEY,
}
FROM_BROWSERS = {"/docs/", "/docs/swagger-ui.css", "/api/v1/openapi.json", "/problems"}


def path_of(rule: str) -> str:
    """Return a path that the rule matches."""
    path = re.sub("<id:[a-z_]+>", ID, rule).replace("<ref:ref>", "CRM-1")
    path = path.replace("<ref:customer>", "Finance")
    path = re.sub("<number:[a-z_]+>", "1", path)
    path = path.replace("<name:name>", "intake").replace("<name:code>", "not-found")
    path = re.sub("<key:[a-z]+>", "mail", path).replace("<gate:gate>", "1")
    path = path.replace("<name:calendar>", "office").replace("<number:delivery_id>", "1")
    path = path.replace("<name:artifact>", "service_strategy")
    return path.replace("<path:path>", "swagger-ui.css")


every_route = pytest.mark.parametrize(
    ("method", "rule"), WHO_MAY, ids=[" ".join(route) for route in WHO_MAY]
)


def test_the_table_of_this_test_has_every_route(calls: Calls) -> None:
    """No route is added without saying here who may use it."""
    routes = {
        (method, rule.rule)
        for rule in calls.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == set(WHO_MAY)


def test_every_route_declares_who_may_use_it(calls: Calls) -> None:
    """Nothing is open, or closed, by oversight."""
    assert undeclared(calls.app) == ()
    open_ones = {
        name
        for name in calls.app.view_functions
        if (access := access_to(calls.app, name)) and access.everybody
    }
    assert open_ones == {"operations.alive", "operations.ready"}


def test_a_route_that_declares_nothing_is_open_to_nobody(serve: Serve, url: str) -> None:
    """Even an administrator's key is refused, should a route be added past the noun."""
    calls = serve(url, threads=1)
    calls.app.add_url_rule("/forgotten", view_func=lambda: "here you are")
    assert undeclared(calls.app)
    problem_of(calls.as_(Role.ADMIN).get("/forgotten"), 403, "not-allowed")


@every_route
@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_each_route_is_for_its_roles_only(
    calls: Calls, method: str, rule: str, role: Role | None
) -> None:
    """Who may is let in, without a key it is 401, without the role 403."""
    answer = calls.as_(role).ask(method, path_of(rule))
    if role in WHO_MAY[method, rule]:
        assert answer.status_code not in (401, 403)
    elif role is None:
        problem_of(answer, 401, "not-authenticated")
        assert 'Bearer realm="Tollgate"' in answer.headers.getlist("WWW-Authenticate")
    else:
        needed = problem_of(answer, 403, "not-allowed")["detail"]
        assert any(f"`{one}`" in needed for one in WHO_MAY[method, rule])


@every_route
def test_a_key_that_is_not_valid_opens_nothing(calls: Calls, method: str, rule: str) -> None:
    """A key nobody was given is as good as none."""
    unknown = {"Authorization": "Bearer not-a-key-that-anybody-was-given"}
    answer = calls.ask(method, path_of(rule), headers=unknown)
    assert (answer.status_code == 401) == (None not in WHO_MAY[method, rule])


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "the-tests-key-of-admin",
        "Token the-tests-key-of-admin",
        "Basic dGhlLXRlc3Rz",
        "Bearer \u00fc\u00ff",
        "Bearer " + "x" * 5_000,
        "Bearer a=b, c=d",
    ],
)
def test_what_is_no_key_is_401(calls: Calls, header: str) -> None:
    """Whatever stands in Authorization, the answer says how to send a key."""
    answer = calls.get("/api/v1/policies", headers={"Authorization": header})
    problem_of(answer, 401, "not-authenticated")
    assert answer.headers.getlist("WWW-Authenticate") == ['Bearer realm="Tollgate"']


def test_the_scheme_may_be_written_in_any_case(calls: Calls) -> None:
    """HTTP says that it does not matter."""
    headers = {"Authorization": "bEARER the-tests-key-of-auditor"}
    assert calls.get("/api/v1/policies", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "key", ["twenty characters, and spaces", "key=with=signs&more====", "schlüssel-für-alle-türen"]
)
def test_a_key_may_be_any_text(calls: Calls, key: str) -> None:
    """An operator may choose a bootstrap key with other signs than letters."""
    with calls.service.database.transaction() as session:
        create_key(session, "odd", [Role.AUDITOR], SECRET, NOON, key=key)
    sent = f"Bearer {key}".encode().decode("latin-1")
    assert calls.get("/api/v1/policies", headers={"Authorization": sent}).status_code == 200


def test_a_key_ends_when_it_expires_or_is_revoked(calls: Calls) -> None:
    """From that moment it opens nothing."""
    with calls.service.database.transaction() as session:
        end = NOON + timedelta(hours=1)
        create_key(session, "brief", [Role.AUDITOR], SECRET, NOON, expires_at=end, key="a" * 20)
        [auditor] = [key for key in list_keys(session) if key.name == "auditor"]
    brief = {"Authorization": "Bearer " + "a" * 20}
    assert calls.get("/api/v1/policies", headers=brief).status_code == 200
    calls.clock.advance(hours=1)
    gone = problem_of(calls.get("/api/v1/policies", headers=brief), 401, "not-authenticated")
    assert "expired" in gone["detail"]
    with calls.service.database.transaction() as session:
        revoke(session, auditor.id, calls.clock.now)
    revoked = calls.as_(Role.AUDITOR).get("/api/v1/policies")
    assert "revoked" in problem_of(revoked, 401, "not-authenticated")["detail"]


@pytest.mark.parametrize("path", sorted(FROM_BROWSERS))
def test_what_is_read_in_a_browser_takes_the_key_as_a_password(calls: Calls, path: str) -> None:
    """A browser asks for it, whatever the user's name."""
    asked = calls.as_(None).get(path)
    problem_of(asked, 401, "not-authenticated")
    assert asked.headers.getlist("WWW-Authenticate")[0].startswith("Basic ")
    password = b64encode(b"me:the-tests-key-of-auditor").decode()
    headers = {"Authorization": f"Basic {password}"}
    assert calls.as_(None).get(path, headers=headers).status_code == 200


def test_nothing_else_takes_a_password(calls: Calls) -> None:
    """A browser that kept the password cannot be led to change a case."""
    password = b64encode(b"me:the-tests-key-of-admin").decode()
    headers = {"Authorization": f"Basic {password}"}
    problem_of(calls.as_(None).decide(headers=headers), 401, "not-authenticated")
