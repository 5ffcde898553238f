"""Satisfaction over HTTP: said of a case by a ticketing system, read of a service by all."""

from __future__ import annotations

import pytest

from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused
from tests.api.service_calls import owner

AT = "/api/v1/cases/CRM-1/satisfaction"
SAID = {"score": 4, "resolved": True, "by": "Ann", "words": "Quick"}


def test_satisfaction_is_said_of_a_case_and_read_of_its_service(calls: Calls) -> None:
    """Once, however often it is sent; corrected by the same person, both are shown."""
    service = owner(calls)
    service.make()
    calls.decided("CRM-1", {"fitting_service": service.key})
    first = body_of(calls.ask("POST", AT, body=SAID))
    assert first == {**SAID, "at": "2026-11-22T12:00:00.000Z", "counts": True}
    assert body_of(calls.ask("POST", AT, body=SAID)) == first
    second = body_of(calls.ask("POST", AT, body={"score": 1, "resolved": False, "by": "Ann"}))
    shown = body_of(calls.as_(Role.AUDITOR).get(AT))
    assert shown == {"case": "CRM-1", "answers": [second, {**first, "counts": False}], "next": None}
    days = "from=2026-11-22&to=2026-11-22"
    assert body_of(service.calls.get(f"{service.path}/satisfaction?{days}")) == {
        "service": service.key, "from": "2026-11-22", "to": "2026-11-22",
        "count": 1, "mean": 1, "resolved": 0,
    }  # fmt: skip
    problem_of(calls.ask("POST", AT.replace("1/", "2/"), body=SAID), 404, "not-found")


def test_a_score_with_a_point_is_told_how_to_be_written(calls: Calls) -> None:
    """5.0 may be meant as 5, and is not taken for it unseen."""
    calls.decided("CRM-1")
    for written, help in ((b"5.0", "write it as 5, without a point"), (b"4.5", None)):
        body = b'{"score": ' + written + b', "resolved": true, "by": "Ann"}'
        said = refused(calls.ask("POST", "/api/v1/cases/CRM-1/satisfaction", data=body), "/score")
        assert said.get("help") == help


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"score": 6}, "/score"),
        ({"score": 4.5}, "/score"),
        ({"resolved": "yes"}, "/resolved"),
        ({"by": ""}, "/by"),
        ({"comment": "x"}, "/comment"),
    ],
)
def test_what_is_no_answer_is_refused(
    calls: Calls, change: dict[str, object], pointer: str
) -> None:
    """The problem names the member."""
    calls.decided("CRM-1")
    refused(calls.ask("POST", AT, body={**SAID, **change}), pointer)


def test_a_period_that_ends_before_it_begins_is_refused(calls: Calls) -> None:
    """It names the day that is wrong, or the one that is missing."""
    service = owner(calls)
    service.make()
    at = f"{service.path}/satisfaction"
    refused(service.calls.get(f"{at}?from=2026-11-22&to=2026-11-21"), "/to")
    refused(service.calls.get(f"{at}?from=2026-11-22"), "/to")


def test_a_case_whose_ref_ends_like_the_address_is_read_as_a_case(calls: Calls) -> None:
    """With its slash percent-encoded it is a ref, and no question about satisfaction."""
    calls.decided("CRM-1/satisfaction")
    path = "/api/v1/cases/CRM-1%2Fsatisfaction"
    shown = body_of(calls.get(path, environ_overrides={"RAW_URI": path}))
    assert shown["ref"] == "CRM-1/satisfaction"
