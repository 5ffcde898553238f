"""Late facts over HTTP: told with their instant, and what they did not overwrite is told back."""

from __future__ import annotations

import pytest

from tests.api.calling import Calls, body_of, refused

AT = "/api/v1/cases/CRM-1"
LATE = {"as_they_were": "2026-11-20T10:00:00Z"}


def test_a_newer_fact_is_kept_and_told(calls_on_each: Calls) -> None:
    """In the answer of a decision, of a preview and of a change, and only if there is one."""
    calls = calls_on_each
    assert "kept_newer" not in calls.decided(facts={"viable": True})["case"]
    facts = {"viable": False, "in_catalog": False}
    told = {"ref": "CRM-1", "version": 2, "kept_newer": ["viable"]}
    body = {"case": {"ref": "CRM-1", **LATE}, "facts": facts}
    preview = calls.ask("POST", "/api/v1/decisions/preview", body=body)
    assert body_of(preview)["case"] == {**told, "version": 1}
    answer = calls.decided(facts=facts, case=LATE)
    assert answer["case"] == told
    replayed = calls.ask("POST", f"/api/v1/decisions/{answer['id']}/replay")
    assert body_of(replayed)["same"]
    headers = {"If-Match": "*"}
    path = f"{AT}/facts"
    changed = body_of(calls.ask("PATCH", path, body={"facts": facts, **LATE}, headers=headers))
    assert changed["kept_newer"] == ["viable"]
    assert changed["facts"]["viable"]["value"] is True
    assert changed["facts"]["in_catalog"] == {
        "value": False,
        "supplied_by": "ticketing",
        "supplied_at": "2026-11-22T12:00:00.000Z",
        "true_at": "2026-11-20T10:00:00.000Z",
    }
    assert "kept_newer" not in body_of(calls.get(AT))
    kept = body_of(calls.get(f"{AT}/history"))["history"][1]["facts"]
    assert [(fact["name"], fact["taken"]) for fact in kept] == [
        ("viable", False), ("in_catalog", True),
    ]  # fmt: skip


def test_a_newer_fact_is_overwritten_when_that_is_said(calls: Calls) -> None:
    """`overwrite_newer` has the late facts count, by a decision as by a change."""
    calls.decided(facts={"viable": True})
    answer = calls.decided(facts={"viable": False}, case={**LATE, "overwrite_newer": True})
    assert answer["case"] == {"ref": "CRM-1", "version": 2}
    body = {"facts": {"viable": True}, **LATE, "overwrite_newer": True}
    changed = calls.ask("PATCH", f"{AT}/facts", body=body, headers={"If-Match": "*"})
    assert body_of(changed)["facts"]["viable"]["value"] is True


@pytest.mark.parametrize(
    "instant",
    [
        "2026-11-20", "2026-11-20T10:00:00", "2026-11-20 10:00:00Z", "20261120T100000Z", "now",
        "", 1_763_632_800, None, True, "2026-11-31T10:00:00Z", "2026-11-20T10:00:00+25:00",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-20T24:00:00Z",
        "２026-11-20T10:00:00Z", "2026-11-20T10:00:00Z ",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_refused(calls: Calls, instant: object) -> None:
    """It has a date, a time and an offset, as RFC 3339 writes them."""
    refused(calls.decide(case={"as_they_were": instant}), "/case/as_they_were")


@pytest.mark.parametrize(
    "instant",
    [
        "2026-11-20T10:00:00Z", "2026-11-20t10:00:00z", "2026-11-20T10:00:00.123456789-06:00",
        "2026-11-22T12:01:00Z", "2026-11-22T13:01:00+01:00", "0001-01-01T00:00:00Z",
    ],
)  # fmt: skip
def test_an_instant_is_taken_with_any_offset(calls_on_each: Calls, instant: str) -> None:
    """Up to a minute ahead of the service's clock."""
    calls_on_each.decided(facts={"viable": True}, case={"as_they_were": instant})
    assert calls_on_each.get(AT).status_code == 200
    assert calls_on_each.get(f"{AT}/history").status_code == 200


def test_an_instant_to_come_is_refused(calls: Calls) -> None:
    """By a decision as by a change of facts."""
    case = {"as_they_were": "2026-11-22T12:01:01Z"}
    assert "future" in refused(calls.decide(case=case), "/case/as_they_were")["detail"]
    calls.decided()
    body = {"facts": {}, **case}
    answer = calls.ask("PATCH", f"{AT}/facts", body=body, headers={"If-Match": "*"})
    refused(answer, "/as_they_were")


@pytest.mark.parametrize("flag", [0, 1, "true", None, []])
def test_to_overwrite_is_said_outright(calls: Calls, flag: object) -> None:
    """True or false, and nothing that might stand for them."""
    answer = calls.decide(case={**LATE, "overwrite_newer": flag})
    refused(answer, "/case/overwrite_newer")
