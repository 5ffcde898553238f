"""The life of a service over HTTP: as JSON, and as a picture in a browser."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused
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
    assert (life["key"], life["phase"], life["rejected"], life["next"]) == (
        of.key, "design", False, None,
    )  # fmt: skip
    assert life["phases"] == [
        {"phase": "strategy", "since": "2026-11-22T12:00:00.000Z",
         "until": "2026-11-25T12:00:00.000Z"},
        {"phase": "design", "since": "2026-11-25T12:00:00.000Z", "until": None},
    ]  # fmt: skip
    made, supplied, held = life["events"]
    assert (made["what"], supplied["artifact"], held["gate"]) == ("made", "service_strategy", 1)
    assert held["version"] == of.shown()["version"]


def test_days_that_end_before_they_begin_are_refused(of: Owner) -> None:
    """As where the catalogue's gaps are asked for; one day alone is a period."""
    ask = f"{of.path}/timeline?since=2026-11-25&until"
    assert refused(of.calls.get(f"{ask}=2026-11-24"), "/until")["detail"] == "lies before `since`"
    assert len(body_of(of.calls.get(f"{ask}=2026-11-25"))["events"]) == 1


def test_a_browser_shows_it(of: Owner) -> None:
    """With the key as the password, as the page of the API's documentation."""
    password = b64encode(b"me:the-tests-key-of-auditor").decode()
    headers = {"Authorization": f"Basic {password}"}
    shown = of.calls.as_(None).get(f"{of.path}/timeline.svg", headers=headers)
    assert (shown.status_code, shown.mimetype) == (200, "image/svg+xml")
    assert shown.text.startswith("<svg ")
    asked = of.calls.as_(None).get(f"{of.path}/timeline.svg")
    problem_of(asked, 401, "not-authenticated")


@pytest.mark.parametrize("role", [Role.POLICY_OWNER, Role.AUDITOR])
@pytest.mark.parametrize("form", ["timeline", "timeline.svg"])
def test_whoever_sees_behind_services_looks_at_their_lives(
    of: Owner, role: Role, form: str
) -> None:
    """A ticketing system does not; and of a service that is not there, nobody does."""
    assert of.calls.as_(role).get(f"{of.path}/{form}").status_code == 200
    problem_of(of.calls.as_(Role.TICKETING).get(f"{of.path}/{form}"), 403, "not-allowed")
    problem_of(of.calls.as_(role).get(f"/api/v1/services/other/{form}"), 404, "not-found")


def changed(of: Owner, role: Role = Role.SERVICE_MANAGER, **query: str) -> list[dict[str, Any]]:
    """Return what a role reads of the changes of the service."""
    answer = of.calls.as_(role).get(f"{of.path}/timeline", query_string=query)
    events: list[dict[str, Any]] = body_of(answer)["events"]
    return [event for event in events if event["what"] in ("service_changed", "cost_changed")]


def test_a_change_of_a_service_is_told_and_its_cost_to_few(of: Owner) -> None:
    """From what to what, by whom, at which version; who may not see the cost is told nothing."""
    cost = {"amount": 9, "currency": "EUR", "per": "user"}
    body = {"name": "Signing", "product_manager": "Sam", "review_every": "P1Y", "cost": cost}
    assert of.patch({**body, "by": "Pat"}).status_code == 200
    version = of.shown()["version"]
    words, price = changed(of, Role.AUDITOR)
    assert (words["version"], words["by"]) == (version, "Pat")
    assert sorted(words["changes"], key=lambda each: str(each["member"])) == [
        {"member": "name", "from": "E-signature", "to": "Signing"},
        {"member": "product_manager", "from": None, "to": "Sam"},
        {"member": "review_every", "from": None, "to": "P1Y"},
    ]
    assert price["changes"] == [{"member": "cost", "from": None, "to": cost}]
    assert changed(of, Role.POLICY_OWNER) == [words]
    assert changed(of, Role.POLICY_OWNER, what="cost_changed") == []
    assert changed(of, what="cost_changed") == [price]


def test_a_change_of_nothing_is_not_told(of: Owner) -> None:
    """Neither the same words again, nor nothing at all."""
    before = body_of(of.calls.get(f"{of.path}/timeline"))["events"]
    assert of.patch({"name": "E-signature", "category": None}).status_code == 200
    assert of.patch({}).status_code == 200
    assert body_of(of.calls.get(f"{of.path}/timeline"))["events"] == before


def test_a_life_is_read_page_by_page_and_by_day(of: Owner) -> None:
    """As every list: `next` is sent as `after`; days count whole."""
    first = body_of(of.calls.get(f"{of.path}/timeline", query_string={"limit": 2}))
    query = {"limit": 2, "after": first["next"]}
    second = body_of(of.calls.get(f"{of.path}/timeline", query_string=query))
    assert [event["what"] for event in first["events"] + second["events"]] == [
        "made", "artifact_supplied", "tollgate_held",
    ]  # fmt: skip
    assert second["next"] is None
    for days, count in (({"until": "2026-11-22"}, 2), ({"since": "2026-11-25"}, 1)):
        page = body_of(of.calls.get(f"{of.path}/timeline", query_string=days))
        assert len(page["events"]) == count


@pytest.mark.parametrize(
    ("name", "value"),
    [("what", "died"), ("since", "yesterday"), ("after", "7"), ("limit", "0"), ("who", "me")],
)
def test_what_cannot_be_asked_of_a_life_is_refused(of: Owner, name: str, value: str) -> None:
    """With the parameter that is wrong."""
    answer = of.calls.get(f"{of.path}/timeline", query_string={name: value})
    refused(answer, f"/{name}")
