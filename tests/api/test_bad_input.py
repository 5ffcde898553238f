"""Whatever a caller sends: a problem document, never a 5xx, and the case as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.calling import PROBLEM, Calls, body_of, problem_of, refused

HELD = {"in_catalog": False, "needed_by": "2027-02-20"}
CASE = '{"case": {"ref": "CRM-1"}, "facts": '


def with_facts(facts: str) -> bytes:
    """Return the body of a decision with facts as they are written here."""
    return f"{CASE}{facts}}}".encode()


NOT_JSON = {
    "nothing": b"",
    "words": b"hello",
    "a form": b"case=CRM-1",
    "a comment": b'{"case": {"ref": "CRM-1"}} // please',
    "100,000 open brackets": b"[" * 100_000,
    "100,000 open braces": b'{"a":' * 100_000,
    "100,000 brackets as a fact": with_facts('{"viable": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    "NaN": with_facts('{"days_until_needed": NaN}'),
    "Infinity": with_facts('{"days_until_needed": -Infinity}'),
    "not UTF-8": b'{"case": {"ref": "CRM-\xff"}}',
    "UTF-16": '{"case": {"ref": "CRM-1"}}'.encode("utf-16"),
    "a bare NUL": b'{"case": {"ref": "CRM-1\x00"}}',
}
BAD_MEMBERS: dict[str, tuple[bytes, str]] = {
    "an array": (b"[]", ""),
    "a text": (b'"CRM-1"', ""),
    "null": (b"null", ""),
    "no case": (b"{}", "/case"),
    "an unknown member": (b'{"case": {"ref": "CRM-1"}, "fact": {}}', "/fact"),
    "an unknown member of case": (b'{"case": {"ref": "CRM-1", "id": 7}}', "/case/id"),
    "a member twice": (b'{"case": {"ref": "CRM-1"}, "facts": {}, "facts": {}}', "/facts"),
    "a fact twice": (with_facts('{"viable": true, "viable": false}'), "/facts/viable"),
    "facts as an array": (with_facts("[]"), "/facts"),
    "an unknown decision": (
        b'{"case": {"ref": "CRM-1"}, "decision": "rooting"}',
        "/decision",
    ),
    "an empty ref": (b'{"case": {"ref": ""}}', "/case/ref"),
    "a long ref": (b'{"case": {"ref": "' + b"x" * 201 + b'"}}', "/case/ref"),
    "NUL in a ref": (b'{"case": {"ref": "CRM-1\\u0000"}}', "/case/ref"),
    "NUL in a title": (b'{"case": {"ref": "CRM-1", "title": "\\u0000"}}', "/case/title"),
    "NUL in by": (b'{"case": {"ref": "CRM-1", "by": "a\\u0000"}}', "/case/by"),
    "NUL in decision": (b'{"case": {"ref": "CRM-1"}, "decision": "\\u0000"}', "/decision"),
    "a surrogate in a ref": (b'{"case": {"ref": "\\ud800"}}', "/case/ref"),
    "a surrogate as a fact": (with_facts('{"need_or_want": "\\ud800"}'), "/facts/need_or_want"),
    "a surrogate in a name": (with_facts('{"\\udc00": 1}'), "/facts/\ufffd"),
    "NUL in a name": (with_facts('{"viable\\u0000": true}'), "/facts/viable\0"),
    "a fact one letter off": (with_facts('{"viabel": true}'), "/facts/viabel"),
    "a text for a boolean": (with_facts('{"viable": "yes"}'), "/facts/viable"),
    "1 for a boolean": (with_facts('{"viable": 1}'), "/facts/viable"),
    "true for an integer": (with_facts('{"days_until_needed": true}'), "/facts/days_until_needed"),
    "text for an integer": (with_facts('{"days_until_needed": "12"}'), "/facts/days_until_needed"),
    "1.9 for an integer": (with_facts('{"days_until_needed": 1.9}'), "/facts/days_until_needed"),
    "1.0 for an integer": (with_facts('{"days_until_needed": 1.0}'), "/facts/days_until_needed"),
    "1e400": (with_facts('{"days_until_needed": 1e400}'), "/facts/days_until_needed"),
    "10^30": (with_facts('{"days_until_needed": 1' + "0" * 30 + "}"), "/facts/days_until_needed"),
    "10,000 digits": (
        with_facts('{"days_until_needed": ' + "9" * 10_000 + "}"),
        "/facts/days_until_needed",
    ),
    "beyond the range": (with_facts('{"days_until_needed": 36501}'), "/facts/days_until_needed"),
    "a list as a fact": (with_facts('{"viable": [true]}'), "/facts/viable"),
    "an object as a fact": (with_facts('{"viable": {}}'), "/facts/viable"),
    "another choice": (with_facts('{"need_or_want": "wish"}'), "/facts/need_or_want"),
    "no such day": (with_facts('{"needed_by": "2027-02-29"}'), "/facts/needed_by"),
    "a moment for a day": (with_facts('{"needed_by": "2027-02-20T00:00Z"}'), "/facts/needed_by"),
    "a day out of range": (with_facts('{"needed_by": "9999-12-31"}'), "/facts/needed_by"),
    "days and date at odds": (
        b'{"case": {"ref": "CRM-1"}, "as_of": "2026-11-22",'
        b' "facts": {"needed_by": "2027-02-20", "days_until_needed": 91}}',
        "/facts/days_until_needed",
    ),
    "as_of without hyphens": (b'{"case": {"ref": "CRM-1"}, "as_of": "20261122"}', "/as_of"),
    "if_version as text": (b'{"case": {"ref": "CRM-1", "if_version": "1"}}', "/case/if_version"),
    "if_version too large": (
        b'{"case": {"ref": "CRM-1", "if_version": 9223372036854775808}}',
        "/case/if_version",
    ),
}
ROUTES = ("/api/v1/decisions", "/api/v1/decisions/preview")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FACTS = st.sampled_from(["viable", "days_until_needed", "needed_by", "need_or_want", "origin"])
LOOSELY = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Held:
    """A case that must stay as it is."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        calls.decided(facts=HELD)
        self.before = self.now()

    def now(self) -> bytes:
        """Return everything that is shown of the case."""
        return self.calls.get("/api/v1/cases/CRM-1").get_data()

    def send(self, path: str, data: bytes, **more: Any) -> Any:
        """Send a body, after which the case must be as it was."""
        answer = self.calls.ask("POST", path, data=data, **more)
        assert self.now() == self.before
        return answer


@pytest.fixture
def held(calls: Calls) -> Held:
    """A case with facts."""
    return Held(calls)


@pytest.mark.parametrize("data", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_400(held: Held, data: bytes) -> None:
    """The problem says so, and where."""
    for path in ROUTES:
        problem_of(held.send(path, data), 400, "malformed-body")


@pytest.mark.parametrize(("data", "pointer"), BAD_MEMBERS.values(), ids=BAD_MEMBERS)
def test_json_that_is_not_what_is_asked_for_is_422(held: Held, data: bytes, pointer: str) -> None:
    """The problem names the member by its pointer."""
    for path in ROUTES:
        assert refused(held.send(path, data), pointer)["detail"]


def test_postgresql_is_spared_all_of_it_too(calls_on_postgresql: Calls) -> None:
    """What one database would store and another not is refused before either sees it."""
    held = Held(calls_on_postgresql)
    for data in NOT_JSON.values():
        problem_of(held.send(ROUTES[0], data), 400, "malformed-body")
    for data, pointer in BAD_MEMBERS.values():
        refused(held.send(ROUTES[0], data), pointer)


@pytest.mark.parametrize(
    ("facts", "help"),
    [
        ('{"viabel": true}', "did you mean viable?"),
        ('{"need_or_want": "ned"}', "did you mean need?"),
        ('{"viable": "yes"}', "this is a text"),
        ('{"days_until_needed": true}', "this is true, a boolean"),
    ],
)
def test_the_help_says_what_was_meant(held: Held, facts: str, help: str) -> None:
    """A caller sees at once how to mend it."""
    answer = held.send(ROUTES[0], with_facts(facts))
    assert problem_of(answer, 422, "invalid-fields")["errors"][0]["help"] == help


def test_every_bad_fact_is_named_at_once(held: Held) -> None:
    """Nobody has to mend them one by one."""
    answer = held.send(ROUTES[0], with_facts('{"viabel": 1, "viable": 1, "needed_by": 1}'))
    errors = problem_of(answer, 422, "invalid-fields")["errors"]
    pointers = {error["pointer"] for error in errors}
    assert pointers == {"/facts/viabel", "/facts/viable", "/facts/needed_by"}


def test_a_body_over_one_mebibyte_is_413(held: Held) -> None:
    """Three megabytes are refused, whatever they hold."""
    for data in (b"x" * 3_000_000, with_facts('{"a": "' + "x" * 2**20 + '"}')):
        problem_of(held.send(ROUTES[0], data), 413, "body-too-large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_415(held: Held, kind: str) -> None:
    """Only what is said to be JSON is read as JSON."""
    answer = held.send(ROUTES[0], with_facts("{}"), headers={"Content-Type": kind})
    problem_of(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "key", ["", " ", "a b", "x" * 256, "\u00fc", "tab\there"], ids=["empty", "blank", "space",
    "long", "umlaut", "tab"]
)  # fmt: skip
def test_an_idempotency_key_that_is_none_is_422(held: Held, key: str) -> None:
    """It must be 1 to 255 visible characters."""
    headers = {"Idempotency-Key": key}
    refused(held.send(ROUTES[0], with_facts("{}"), headers=headers), "/Idempotency-Key")


def test_a_key_of_255_characters_is_taken(calls: Calls) -> None:
    """The limit itself is allowed."""
    assert calls.decide(headers={"Idempotency-Key": "~" * 255}).status_code == 201


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "PROPFIND"])
def test_another_method_is_405_and_says_which_are_possible(held: Held, method: str) -> None:
    """Allow names them."""
    answer = held.calls.ask(method, ROUTES[0])
    problem_of(answer, 405, "method-not-allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/api/v1/decisions/", "/api/v1", "/docs/../secret", "/%00", "/\u2028"]
)
def test_another_path_is_404(calls: Calls, path: str) -> None:
    """Nothing is guessed, and nothing is shown."""
    problem_of(calls.get(path), 404, "not-found")


@LOOSELY
@given(name=FACTS | st.text(), value=JSON)
def test_any_fact_is_taken_or_refused(calls: Calls, name: str, value: object) -> None:
    """For every name and value, the case is decided, or stays as it was with a problem told."""
    before = calls.get("/api/v1/cases/CRM-1").get_data()
    body = {"case": {"ref": "CRM-1"}, "facts": {name: value}}
    answer = calls.ask("POST", ROUTES[0], data=json.dumps(body).encode())
    if answer.status_code == 201:
        assert body_of(answer)["outcome"]["assign_to"]
        return
    assert answer.status_code == 422
    assert answer.content_type == PROBLEM
    assert all(error["pointer"] for error in body_of(answer)["errors"])
    assert calls.get("/api/v1/cases/CRM-1").get_data() == before


@LOOSELY
@given(data=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: repr(text).encode()))
def test_any_body_is_answered_with_a_problem(calls: Calls, data: bytes) -> None:
    """No bytes whatever lead to a 5xx."""
    answer = calls.ask("POST", ROUTES[1], data=data)
    assert answer.status_code in (400, 422)
    assert answer.content_type == PROBLEM
