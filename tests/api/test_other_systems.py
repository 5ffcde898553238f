"""Other systems over HTTP: after toll-gate 4 somebody says which were asked, or that none is."""

from __future__ import annotations

import pytest

from api.examples_of_other_systems import NEW_REQUESTS
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import Owner, owner

ASKED = NEW_REQUESTS["another system was asked"]
NOT_NEEDED = NEW_REQUESTS["none is needed"]
GAPS = "/api/v1/catalogue/gaps?from=2026-11-01&to=2026-11-30"


@pytest.fixture
def of(calls_on_each: Calls) -> Owner:
    """A service manager with a service that has passed toll-gate 4, on each database."""
    made = owner(calls_on_each)
    made.bring_to(5)
    return made


@pytest.mark.parametrize("body", [ASKED, NOT_NEEDED])
def test_the_catalogue_asks_until_one_of_the_two_is_said(
    of: Owner, body: dict[str, object]
) -> None:
    """Once under a key, however often it is sent; the timeline shows it."""
    (entry,) = body_of(of.calls.get(GAPS))["incomplete"]
    assert "other_systems" in entry["missing"]
    at, once = f"{of.path}/other-systems", {"Idempotency-Key": "said-once"}
    made = of.calls.ask("POST", at, body={**body, "by": "Kim"}, headers=once)
    again = of.calls.ask("POST", at, body={**body, "by": "Kim"}, headers=once)
    assert (made.status_code, again.text) == (201, made.text)
    said = body_of(made)
    assert said == {
        "number": said["number"], "system": None, "sent_on": None, "reference": None,
        "reason": None, **body, "by": "Kim", "at": "2026-11-22T12:00:00.000Z",
    }  # fmt: skip
    assert body_of(of.calls.get(at)) == {"requests": [said], "next": None}
    (entry,) = body_of(of.calls.get(GAPS))["incomplete"]
    assert "other_systems" not in entry["missing"]
    what = "system_asked" if body is ASKED else "systems_not_needed"
    (event,) = body_of(of.calls.get(f"{of.path}/timeline?what={what}"))["events"]
    assert (event.get("system"), event["by"]) == (body.get("system"), "Kim")
    assert "other systems" in of.calls.get(f"{of.path}/timeline.svg").text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/needed"),
        ({**ASKED, "needed": "yes"}, "/needed"),
        ({**ASKED, "sent_on": "2026-11-23"}, "/sent_on"),
        ({**ASKED, "reason": "Both"}, "/reason"),
        ({"needed": True, "system": "Billing"}, "/sent_on"),
        ({"needed": False}, "/reason"),
        ({**NOT_NEEDED, "why": "x"}, "/why"),
    ],
)
def test_what_says_neither_is_refused(of: Owner, body: object, pointer: str) -> None:
    """The problem names the member, and nothing is noted."""
    refused(of.calls.ask("POST", f"{of.path}/other-systems", body=body), pointer)
    assert body_of(of.calls.get(f"{of.path}/other-systems"))["requests"] == []


def test_nothing_is_said_of_what_is_not_there(of: Owner) -> None:
    """Or is no more."""
    of.supply("retirement_proposal")
    assert of.outcome(6, verdict="approve")["result"] == "pass"
    problem_of(of.calls.ask("POST", f"{of.path}/other-systems", body=ASKED), 422, "refused")
    absent = "/api/v1/services/none/other-systems"
    problem_of(of.calls.ask("POST", absent, body=ASKED), 404, "not-found")
    problem_of(of.calls.get(absent), 404, "not-found")
