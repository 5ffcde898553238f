"""What was measured of agreements over HTTP: judged, held against them, and reported."""

from __future__ import annotations

from decimal import Decimal

import pytest

from model.access import Role
from model.agreement_reports import report_agreements
from tests.api.agreement_calls import AT, MEASURED, SLA, make, measure
from tests.api.calling import Calls, body_of, problem_of, refused


def test_what_is_measured_is_judged_at_once(calls_on_each: Calls) -> None:
    """With how far it is from what is agreed; sent again it is the same, once."""
    id = make(calls_on_each)["id"]
    sent = calls_on_each.ask("POST", f"{AT}/{id}/measurements", body=MEASURED)
    found = body_of(sent)["measurements"]
    assert [(each["attained"], each["deviation"]) for each in found] == [
        (True, Decimal("0.41")), (False, Decimal("-0.2")),
    ]  # fmt: skip
    assert {each["by"] for each in found} == {"Monitoring"}
    again = calls_on_each.ask("POST", f"{AT}/{id}/measurements", body=MEASURED)
    assert body_of(again)["measurements"] == found


@pytest.mark.parametrize(
    ("measured", "pointer"),
    [
        (("availabilty", "2026-10-31", 99), "/measurements/0/metric"),
        (("availability", "2026-11-23", 99), "/measurements/0/day"),
        (("availability", "2025-12-31", 99), "/measurements/0/day"),
        (("availability", "2026-10-31", "99"), "/measurements/0/value"),
        (("availability", "2026-10-31", Decimal("0.1234567")), "/measurements/0/value"),
        (("availability", "2026-10-31", Decimal("100.001")), "/measurements/0/value"),
        (("availability", "2026-10-31", Decimal("-0.001")), "/measurements/0/value"),
    ],
)
def test_what_was_not_measured_so_is_refused(
    calls: Calls, measured: tuple[str, str, object], pointer: str
) -> None:
    """Of a metric that nobody agreed on, of a day to come or before the agreement, no number."""
    said = refused(measure(calls, make(calls)["id"], measured), pointer)
    if pointer.endswith("metric"):
        assert said["help"] == "did you mean availability?"


def test_what_may_be_more_than_the_whole_has_a_unit_of_its_own(calls: Calls) -> None:
    """Of a budget 120 percent may be spent, and then it is missed; a refusal says the way out."""
    spent = {**SLA["targets"][0], "metric": "spent", "comparison": "<=", "value": 110}
    said = refused(
        calls.as_(Role.SERVICE_MANAGER).ask("POST", AT, body={**SLA, "targets": [spent]}),
        "/targets/0/value",
    )
    assert "percent of budget" in said["help"]
    id = make(calls, targets=[{**spent, "unit": "percent of budget"}])["id"]
    answer = measure(calls, id, ("spent", "2026-10-31", 120))
    assert [each["attained"] for each in body_of(answer)["measurements"]] == [False]


def test_performance_holds_what_was_measured_against_what_is_agreed(calls_on_each: Calls) -> None:
    """The share that was attained, the latest deviation, the trend, and where the line leads."""
    calls = calls_on_each
    id = make(calls)["id"]
    months = [("2026-07-31", "99.9"), ("2026-08-31", "99.8"), ("2026-09-30", "99.7")]
    sent = [("availability", day, Decimal(value)) for day, value in months]
    assert measure(calls, id, *sent).status_code == 200
    path = f"{AT}/{id}/performance?from=2026-07-01&to="
    found = body_of(calls.get(f"{path}2026-09-30"))
    available, fulfilled = found["targets"]
    assert (available["attainment"], available["deviation"]) == (100, Decimal("0.2"))
    assert (available["standing"], available["trend"]) == ("met", "worsening")
    assert available["forecast"] == {
        "day": "2026-10-30", "value": Decimal("99.602204"), "attained": True,
    }  # fmt: skip
    assert (fulfilled["standing"], fulfilled["attainment"]) == ("not_measured", None)
    assert found["standing"] == "met"
    assert measure(calls, id, ("availability", "2026-10-31", Decimal("99.5"))).status_code == 200
    assert body_of(calls.get(f"{path}2026-10-31"))["standing"] == "at_risk"
    assert measure(calls, id, ("availability", "2026-10-31", Decimal("99.49"))).status_code == 200
    (available, _) = body_of(calls.get(f"{path}2026-10-31"))["targets"]
    assert (available["standing"], available["attainment"]) == ("breached", 75)


@pytest.mark.parametrize(
    ("days", "pointer"),
    [
        ("from=2026-02-01&to=2026-01-31", "/to"),
        ("from=2020-02-01&to=2026-01-31", "/to"),
        ("from=2026-02-01", "/to"),
        ("from=soon&to=2026-01-31", "/from"),
        ("from=9999-12-31&to=9999-12-31", "/from"),
    ],
)
def test_performance_is_asked_for_between_two_days(calls: Calls, days: str, pointer: str) -> None:
    """In their order, and no more than three years apart."""
    answer = calls.get(f"{AT}/{make(calls)['id']}/performance?{days}")
    errors = problem_of(answer, 422, "invalid-fields")["errors"]
    assert pointer in [each["pointer"] for each in errors]


def test_what_is_not_there_is_not_found(calls: Calls) -> None:
    """An agreement that nobody made has no measurements and no performance."""
    nowhere = f"{AT}/00000000-0000-4000-8000-000000000000"
    problem_of(calls.get(nowhere), 404, "not-found")
    problem_of(measure(calls, nowhere.rpartition("/")[2]), 404, "not-found")
    problem_of(calls.get(f"{nowhere}/performance?from=2026-01-01&to=2026-01-02"), 404, "not-found")


def test_what_was_attained_is_reported_at_the_end_of_each_period(calls_on_each: Calls) -> None:
    """As its performance is read; what is measured afterwards changes no report."""
    calls = calls_on_each
    id = make(calls)["id"]
    measure(calls, id, ("availability", "2026-11-20", Decimal("99.6")))
    calls.clock.advance(days=12)
    service = calls.service
    zone = service.settings.timezone
    assert service.database.write(lambda s: report_agreements(s, service.moment(), zone)) == 1
    read = body_of(calls.get(f"{AT}/{id}/performance?from=2026-11-01&to=2026-11-30"))
    measure(calls, id, ("availability", "2026-11-20", 99))
    page = body_of(calls.get(f"{AT}/{id}/reports?limit=1"))
    assert page["next"] is None
    assert page["reports"] == [
        {
            **read, "version": 1, "first_on": "2026-11-01", "last_on": "2026-11-30",
            "made_at": "2026-12-04T12:00:00.000Z",
        },
    ]  # fmt: skip
    refused(calls.get(f"{AT}/{id}/reports?after=soon"), "/after")


def test_all_agreements_are_seen_at_a_glance(calls_on_each: Calls) -> None:
    """A page at a time, each with the standing that its own performance has."""
    calls = calls_on_each
    kept_to, missed = (make(calls, name=name)["id"] for name in ("Mail", "Print"))
    measure(calls, kept_to, ("availability", "2026-10-31", Decimal("99.9")))
    measure(calls, missed, ("availability", "2026-10-31", Decimal("99.3")))
    path = f"{AT}/performance?from=2026-10-01&to=2026-10-31"
    page = body_of(calls.get(f"{path}&limit=1"))
    (other,) = body_of(calls.get(f"{path}&after={page['next']}"))["agreements"]
    both = {each["agreement"]: each for each in (*page["agreements"], other)}
    assert {id: each["standing"] for id, each in both.items()} == {
        kept_to: "met",
        missed: "breached",
    }
    assert (both[missed]["name"], both[missed]["customer"]) == ("Print", "Finance")
    available, fulfilled = both[missed]["targets"]
    assert (available["attainment"], available["deviation"]) == (0, Decimal("-0.2"))
    assert (fulfilled["standing"], fulfilled["trend"]) == ("not_measured", None)
    refused(calls.get(f"{AT}/performance?from=2026-10-31&to=2026-10-01"), "/to")
    refused(calls.get(f"{path}&after=soon"), "/after")
    problem_of(calls.get(f"{path}&service=nowhere"), 404, "not-found")
