"""Who is presumed to ask: a key is looked up with what is asked, and nothing is told before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, update
from werkzeug.test import TestResponse

from api import presumed_callers
from api.authentication import access_to, declare
from api.noun import ok
from api.presumed_callers import PresumedCallers
from model.access import ApiKey, Caller, Presumed, Role, create_key
from model.administration import Actor, Via
from model.keys import revoke_key
from rules.errors import NotAuthenticated
from tests.api.calling import NOON, SECRET, Calls, body_of, key_of, problem_of

if TYPE_CHECKING:
    from tests.api.conftest import Serve

PREVIEW = "/api/v1/decisions/preview"
CASE = {"ref": "T-1"}
ASKED = {"decision": "routing", "case": CASE, "facts": {"origin": "agency"}}


def preview(calls: Calls, key: str, body: object = ASKED, **more: Any) -> TestResponse:
    """Ask for a preview with some key."""
    headers = {"Authorization": f"Bearer {key}"}
    return calls.as_(None).ask("POST", PREVIEW, body=body, headers=headers, **more)


@contextmanager
def statements(calls: Calls) -> Iterator[list[str]]:
    """Have what the database is asked heard."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    engine = calls.service.database._lookers
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


@pytest.fixture
def new_key(calls_on_each: Calls) -> tuple[Calls, str, str]:
    """A caller's key that has asked for a preview before: the calls, the key and its id."""
    with calls_on_each.service.database.transaction() as session:
        made = create_key(session, "once", [Role.TICKETING], SECRET, NOON)
    assert preview(calls_on_each, made.key).status_code == 200
    return calls_on_each, made.key, made.id


def test_who_asked_before_is_looked_up_with_the_case(new_key: tuple[Calls, str, str]) -> None:
    """A preview asks the database for the key and for all that it needs in one statement."""
    calls, key, _ = new_key
    with statements(calls) as heard:
        assert preview(calls, key).status_code == 200
    assert len(heard) == 1, heard
    assert "api_keys" in heard[0]


def revoked(calls: Calls, key_id: str) -> None:
    """Revoke a key, as an administrator does in another process."""
    with calls.service.database.transaction() as session:
        actor = Actor("somebody", Via.COMMAND_LINE)
        revoke_key(session, actor, key_id, calls.clock(), keep_one=False)


def test_a_revoked_key_is_refused_at_once(new_key: tuple[Calls, str, str]) -> None:
    """Though it was presumed to work: with the next request, and with every later one."""
    calls, key, key_id = new_key
    revoked(calls, key_id)
    for _ in range(2):
        problem = problem_of(preview(calls, key), 401, "not-authenticated")
        assert "revoked" in problem["detail"]
        assert "outcome" not in problem


def test_a_key_ends_at_its_instant(calls_on_each: Calls) -> None:
    """A key that works until noon is not presumed to work at noon."""
    ends = NOON + timedelta(hours=1)
    with calls_on_each.service.database.transaction() as session:
        key = create_key(session, "short", [Role.TICKETING], SECRET, NOON, expires_at=ends).key
    for _ in range(2):
        assert preview(calls_on_each, key).status_code == 200
    calls_on_each.clock.advance(hours=1)
    assert "expired" in problem_of(preview(calls_on_each, key), 401, "not-authenticated")["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": "routing"},
        {**ASKED, "decision": "rooting"},
        {**ASKED, "facts": {"origin": 7}},
        {**ASKED, "case": {**CASE, "if_version": 3}},
    ],
)
def test_what_is_wrong_with_a_request_is_not_told_to_a_key_that_ended(
    new_key: tuple[Calls, str, str], wrong: object
) -> None:
    """It is refused for the key, as if it had been looked up before anything was read."""
    calls, key, key_id = new_key
    assert preview(calls, key, wrong).status_code in (412, 422)
    revoked(calls, key_id)
    assert preview(calls, key, wrong).status_code == 401
    assert preview(calls, key, wrong).status_code == 401


def test_a_key_that_ended_is_not_told_that_it_lacks_a_role(calls_on_each: Calls) -> None:
    """A key without the role is forbidden, however often; once it is revoked it is no key."""
    calls = calls_on_each
    with calls.service.database.transaction() as session:
        made = create_key(session, "reader", [Role.AUDITOR], SECRET, NOON)
    assert [preview(calls, made.key).status_code for _ in range(3)] == [403] * 3
    revoked(calls, made.id)
    assert preview(calls, made.key).status_code == 401


def test_a_route_that_looks_up_nothing_is_answered_after_a_look_of_its_own(
    new_key: tuple[Calls, str, str],
) -> None:
    """Whatever a route does, no answer leaves before the key was found to work."""
    calls, key, key_id = new_key
    usual = calls.app.view_functions["decisions.preview_decision"]
    access = access_to(calls.app, "decisions.preview_decision")
    assert access is not None
    calls.app.view_functions["decisions.preview_decision"] = declare(lambda: ok("{}"), access)
    try:
        assert preview(calls, key).text == "{}"
        revoked(calls, key_id)
        assert preview(calls, key).status_code == 401
    finally:
        calls.app.view_functions["decisions.preview_decision"] = usual


def test_the_use_of_a_key_is_noted_each_minute(new_key: tuple[Calls, str, str]) -> None:
    """As on every other route, and not more often."""
    calls, key, key_id = new_key

    def last_used() -> str:
        keys = body_of(calls.as_(Role.ADMIN).get("/api/v1/keys"))["keys"]
        return next(str(each["last_used_at"]) for each in keys if each["id"] == key_id)

    assert last_used() == "2026-11-22T12:00:00.000Z"
    for seconds, noted in ((59, "12:00:00"), (1, "12:01:00"), (1, "12:01:00")):
        calls.clock.advance(seconds=seconds)
        assert preview(calls, key).status_code == 200
        assert last_used() == f"2026-11-22T{noted}.000Z"


def test_what_a_key_did_not_ask_before_is_looked_up_first(calls_on_each: Calls) -> None:
    """An unknown key is nobody's, time and again, and is not kept in mind."""
    for _ in range(3):
        assert preview(calls_on_each, "made-up").status_code == 401
    assert calls_on_each.service.callers.presume("made-up") is None


def test_the_log_names_who_was_found_to_ask(new_key: tuple[Calls, str, str]) -> None:
    """By the name that the key has."""
    calls, key, _ = new_key
    preview(calls, key)
    assert calls.log.getvalue().splitlines()[-1].count('"key": "once"') == 1


def test_the_log_names_nobody_whose_key_has_ended(new_key: tuple[Calls, str, str]) -> None:
    """Who was presumed to ask, and was refused, did not ask."""
    calls, key, key_id = new_key
    revoked(calls, key_id)
    for _ in range(2):
        preview(calls, key)
        assert calls.log.getvalue().splitlines()[-1].count('"key": "-"') == 1


def test_what_is_answered_without_the_route_is_not_told_to_a_key_that_ended(
    new_key: tuple[Calls, str, str],
) -> None:
    """Which methods there are is told to a key that works."""
    calls, key, key_id = new_key
    headers = {"Authorization": f"Bearer {key}"}
    asking = calls.as_(None)
    assert asking.ask("OPTIONS", PREVIEW, headers=headers).status_code == 200
    revoked(calls, key_id)
    assert asking.ask("OPTIONS", PREVIEW, headers=headers).status_code == 401


def test_a_key_that_ended_is_not_told_of_its_limit(serve: Serve, url: str) -> None:
    """It is refused for what it is, also where it would be for asking too often."""
    calls = serve(url, rate_limit="3/minute")
    with calls.service.database.transaction() as session:
        made = create_key(session, "busy", [Role.TICKETING], SECRET, NOON)
    assert [preview(calls, made.key).status_code for _ in range(4)] == [200, 200, 200, 429]
    revoked(calls, made.id)
    assert [preview(calls, made.key).status_code for _ in range(3)] == [401, 401, 401]


def test_an_administrator_who_tries_a_decision_leaves_no_act(calls_on_each: Calls) -> None:
    """A preview stores nothing; that the key was used is noted, and is no deed of its owner."""
    calls, admin = calls_on_each, key_of(Role.ADMIN)

    def acts() -> int:
        return len(body_of(calls.as_(Role.ADMIN).get("/api/v1/audit"))["acts"])

    before = acts()
    for body in (ASKED, ASKED, {**ASKED, "facts": {"origin": 7}}):
        preview(calls, admin, body)
        calls.clock.advance(minutes=2)
    assert acts() == before


def test_no_more_callers_are_kept_in_mind_than_a_bound() -> None:
    """One that is new takes the place of the oldest, which is found again by a look."""
    callers = PresumedCallers()
    for number in (*range(presumed_callers.MOST + 1), 7, 7):
        callers.remember(str(number), "hash", Caller(str(number), "name", frozenset()))
    kept = [n for n in range(presumed_callers.MOST + 1) if callers.presume(str(n))]
    assert kept == list(range(1, presumed_callers.MOST + 1))


def test_a_caller_whose_roles_were_changed_is_held_to_the_new_ones(
    new_key: tuple[Calls, str, str],
) -> None:
    """Roles that a database has now count, not those that were kept in mind."""
    calls, key, key_id = new_key
    with calls.service.database.transaction() as session:
        its = update(ApiKey).where(ApiKey.id == key_id)
        session.execute(its.values(roles=[Role.AUDITOR.value]))
    assert [preview(calls, key).status_code for _ in range(2)] == [403, 403]
    found = calls.service.callers.presume(key)
    assert found is not None
    assert found.caller.roles == {Role.AUDITOR}


def test_a_key_that_is_gone_is_not_known() -> None:
    """As after a backup from before it was made is restored."""
    with pytest.raises(NotAuthenticated):
        Presumed("hash", Caller("id", "name", frozenset())).confirm((), NOON)
