"""The limit of requests: none unless one is set, then 429 with Retry-After, caller by caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.access import Role
from tests.api.calling import problem_of

if TYPE_CHECKING:
    from tests.api.conftest import Serve


def test_there_is_no_limit_unless_one_is_set(serve: Serve, url: str) -> None:
    """A ticketing system may ask as often as it likes."""
    calls = serve(url)
    assert {calls.get("/problems").status_code for _ in range(60)} == {200}


def test_a_caller_beyond_the_limit_is_told_to_wait(serve: Serve, url: str) -> None:
    """429 says when to come back, and nothing is done meanwhile."""
    calls = serve(url, rate_limit="3 per minute")
    assert [calls.decide().status_code for _ in range(3)] == [201] * 3
    answer = calls.decide()
    assert "3 per 1 minute" in problem_of(answer, 429, "too-many-requests")["detail"]
    assert 0 < int(answer.headers["Retry-After"]) <= 61


def test_nobody_is_told_to_come_back_at_once(serve: Serve, url: str) -> None:
    """What is left of a second is a second."""
    calls = serve(url, rate_limit="1 per second")
    answers = [calls.get("/problems") for _ in range(20)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}


def test_each_caller_has_a_limit_of_their_own(serve: Serve, url: str) -> None:
    """One that asks too often takes nothing from another."""
    calls = serve(url, rate_limit="2 per minute")
    assert [calls.get("/problems").status_code for _ in range(3)] == [200, 200, 429]
    assert calls.as_(Role.AUDITOR).get("/problems").status_code == 200


def test_who_tries_keys_is_limited_by_address(serve: Serve, url: str) -> None:
    """Another key for each try does not help."""
    calls = serve(url, rate_limit="2 per minute").as_(None)
    tries = [
        calls.get("/problems", headers={"Authorization": f"Bearer guess-{n}"}) for n in range(3)
    ]
    assert [answer.status_code for answer in tries] == [401, 401, 429]


def test_watchers_are_not_limited(serve: Serve, url: str) -> None:
    """A health check may come every second."""
    calls = serve(url, rate_limit="1 per hour").as_(None)
    assert {calls.get("/healthz").status_code for _ in range(5)} == {200}
