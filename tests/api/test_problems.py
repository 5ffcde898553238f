"""Errors become problem documents: each kind once, with a status, a remedy and nothing inner."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException, default_exceptions

from api import problems, service
from api.asking import begin
from api.problems import ALL, OF_ERRORS, kind_of
from model.database import Database
from model.settings import HOME, Settings
from rules import errors
from rules.errors import TollgateError, Unable
from rules.field_problem import FieldProblem
from tests.api.calling import SECRET, Calls, body_of, problem_of

SPECIAL: dict[type[TollgateError], Callable[[], TollgateError]] = {
    errors.BadFields: lambda: errors.BadFields([FieldProblem("/a", "is bad", "be good")]),
    errors.RuleFilesRefused: lambda: errors.RuleFilesRefused([]),
}


def tree(root: type[TollgateError]) -> Iterator[type[TollgateError]]:
    """Yield every error of the tree."""
    for child in root.__subclasses__():
        yield child
        yield from tree(child)


ERRORS = [error for error in tree(TollgateError) if error.__module__ == errors.__name__]


def raised(error: Exception) -> tuple[int, str, dict[str, str], str]:
    """Return status, type, headers and text of the answer to a request that raises `error`."""
    app = Flask("problems")
    url = "sqlite:////nowhere/at/all.db"
    service.install(app, service.Service(Database(url), Settings(url, SECRET, HOME / "rules")))
    problems.register(app)

    def view() -> str:
        begin("the-request", 0.0)
        raise error

    app.add_url_rule("/", view_func=view)
    answer = app.test_client().get("/")
    return answer.status_code, answer.content_type, dict(answer.headers), answer.text


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_of_the_tree_has_a_kind_of_its_own(error: type[TollgateError]) -> None:
    """No error is answered as if it were another."""
    assert OF_ERRORS[error].code == error.code


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_becomes_a_problem_document(error: type[TollgateError]) -> None:
    """With the kind's status, and Retry-After whenever trying again can help."""
    make = SPECIAL.get(error, lambda: error("what was wrong"))
    status, content_type, headers, text = raised(make())
    kind = kind_of(error)
    assert (status, content_type) == (kind.status, "application/problem+json")
    assert kind.uri in text
    assert ("Retry-After" in headers) == (kind.retry_after is not None)
    if issubclass(error, Unable):
        assert status == 503
        assert "Retry-After" in headers


def test_a_bad_field_is_told_with_pointer_detail_and_help() -> None:
    """The three that the contract shows."""
    text = raised(SPECIAL[errors.BadFields]())[3]
    assert '"errors": [{"pointer": "/a", "detail": "is bad", "help": "be good"}]' in text


def test_an_error_that_nobody_foresaw_shows_nothing_inner() -> None:
    """The answer names the request's id, under which the log says more."""
    status, content_type, _, text = raised(KeyError("a secret of the inside"))
    assert (status, content_type) == (500, "application/problem+json")
    assert "secret" not in text
    assert "KeyError" not in text
    assert "`the-request`" in text


@pytest.mark.parametrize("status", sorted(default_exceptions))
def test_every_http_error_becomes_a_problem_document(status: int) -> None:
    """Also those that the server's own libraries raise."""
    error: HTTPException = default_exceptions[status]()
    answered, content_type, _, text = raised(error)
    assert (answered, content_type) == (status, "application/problem+json")
    assert f'"status": {status}' in text


def test_codes_are_written_alike_and_used_once() -> None:
    """A code is a stable address: small letters and hyphens."""
    assert len({kind.uri for kind in ALL.values()}) == len(ALL)
    for code, kind in ALL.items():
        assert code.replace("-", "").isalpha()
        assert code == code.lower()
        assert kind.title == kind.title.rstrip(".")
        assert kind.remedy


def test_every_type_is_explained_at_its_address(calls: Calls) -> None:
    """Whoever follows `type` reads what to do about it."""
    listed = body_of(calls.get("/problems"))["problems"]
    assert [each["type"] for each in listed] == [kind.uri for kind in ALL.values()]
    for each in listed:
        assert body_of(calls.get(each["type"])) == each
    unknown = problem_of(calls.get("/problems/not-fund"), 404, "not-found")
    assert "did you mean `not-found`?" in unknown["detail"]
