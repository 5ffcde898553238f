"""The life of a service over HTTP: as JSON, and as a picture in a browser."""

from __future__ import annotations

from base64 import b64encode

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of
from tests.api.service_calls import Owner, owner


@pytest.fixture
def of(calls: Calls) -> Owner:
    """A service manager whose service has passed toll-gate 1."""
    of = owner(calls)
    of.make()
    of.supply("service_strategy")
    calls.clock.advance(days=3)
    of.held(1, verdict="approve")
    return of


def test_a_life_is_read(of: Owner) -> None:
    """Its phases and its events, oldest first."""
    life = body_of(of.calls.get(f"{of.path}/timeline"))
    assert (life["key"], life["phase"], life["rejected"], life["whole"]) == (
        of.key, "design", False, True,
    )  # fmt: skip
    assert life["phases"] == [
        {"phase": "strategy", "since": "2026-11-22T12:00:00.000Z",
         "until": "2026-11-25T12:00:00.000Z"},
        {"phase": "design", "since": "2026-11-25T12:00:00.000Z", "until": None},
    ]  # fmt: skip
    made, supplied, held = life["events"]
    assert (made["what"], supplied["artifact"], held["gate"]) == ("made", "service_strategy", 1)
    assert held["version"] == of.shown()["version"]


def test_a_browser_shows_it(of: Owner) -> None:
    """With the key as the password, as the page of the API's documentation."""
    password = b64encode(b"me:the-tests-key-of-auditor").decode()
    headers = {"Authorization": f"Basic {password}"}
    shown = of.calls.as_(None).get(f"{of.path}/timeline.svg", headers=headers)
    assert (shown.status_code, shown.mimetype) == (200, "image/svg+xml")
    assert shown.text.startswith("<svg ")
    asked = of.calls.as_(None).get(f"{of.path}/timeline.svg")
    problem_of(asked, 401, "not-authenticated")


@pytest.mark.parametrize("role", [Role.TICKETING, Role.POLICY_OWNER, Role.AUDITOR])
@pytest.mark.parametrize("form", ["timeline", "timeline.svg"])
def test_everybody_who_reads_services_looks_at_their_lives(
    of: Owner, role: Role, form: str
) -> None:
    """And of a service that is not there, nobody does."""
    assert of.calls.as_(role).get(f"{of.path}/{form}").status_code == 200
    problem_of(of.calls.as_(role).get(f"/api/v1/services/other/{form}"), 404, "not-found")
