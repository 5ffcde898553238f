"""What operators ask: alive, ready, and the metrics."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api import service as parts
from api.authentication import EVERYBODY, declare
from model import migrating, publishing
from model.access import Role, create_key
from model.heartbeats import beat
from model.settings import HOME
from rules import rule_book
from rules.engine import rulesets_built
from rules.errors import InferenceNotConfirmed
from tests.api.calling import NOON, SECRET, Calls, body_of, key_of, problem_of

if TYPE_CHECKING:
    from tests.api.conftest import Serve


def test_alive_and_ready_are_open(calls_on_each: Calls) -> None:
    """A watcher needs no key; ready tells the live revision."""
    nobody = calls_on_each.as_(None)
    assert body_of(nobody.get("/healthz")) == {"status": "alive"}
    ready = body_of(nobody.get("/readyz"))
    assert ready["status"] == "ready"
    assert ready["policy_revision"].startswith("sha256:")
    assert ready["tables"] == "current"
    # How many there are by now is of all the tests that this process has run.
    assert ready["rulesets"] == {"built": rulesets_built(), "at_most": 400}


def test_a_late_tick_is_told_and_keeps_nobody_from_deciding(calls_on_each: Calls) -> None:
    """Ready, and in the metrics: how late each is, and which was never done."""
    service = calls_on_each.service
    ticks = {"deliver": timedelta(seconds=2), "seal": timedelta(minutes=1)}
    parts.install(calls_on_each.app, replace(service, ticks=ticks))
    with service.database.transaction() as session:
        beat(session, "deliver", NOON)
    calls_on_each.clock.advance(seconds=77)
    ready = calls_on_each.get("/readyz")
    assert ready.status_code == 200
    assert body_of(ready)["ticks_late_seconds"] == {"deliver": 60, "seal": None}
    text = calls_on_each.get("/metrics").text
    assert 'tollgate_tick_late_seconds{tick="deliver"} 60.0' in text
    assert 'tollgate_tick_late_seconds{tick="seal"} NaN' in text


def test_a_database_that_is_not_migrated_is_not_ready(serve: Serve, tmp_path: Path) -> None:
    """Neither an empty one, nor one whose tables are of another version."""
    calls = serve(f"sqlite:///{tmp_path / 'old.db'}").as_(None)
    assert "db upgrade" in problem_of(calls.get("/readyz"), 503, "unable")["detail"]
    migrating.upgrade(calls.service.database)
    problem_of(calls.get("/readyz"), 503, "no-live-revision")
    migrating.downgrade(calls.service.database, "base")
    problem_of(calls.get("/readyz"), 503, "unable")


@pytest.mark.parametrize("role", Role)
def test_metrics_are_for_every_key(calls: Calls, role: Role) -> None:
    """In Prometheus' format."""
    answer = calls.as_(role).get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")


def test_metrics_count_what_was_asked_and_how_it_went(calls: Calls) -> None:
    """By route and status, never by path; decisions with the time they took."""
    calls.decided()
    calls.decide(facts={"viabel": True})
    calls.get("/api/v1/cases/CRM-1")
    calls.get("/api/v1/cases/CRM-2")
    calls.get("/no/such/path")
    calls.ask("BREW", "/coffee")
    text = calls.get("/metrics").text
    for line in (
        'tollgate_requests_total{method="POST",route="/api/v1/decisions",status="201"} 1.0',
        'tollgate_requests_total{method="POST",route="/api/v1/decisions",status="422"} 1.0',
        'tollgate_requests_total{method="GET",route="/api/v1/cases/<ref:ref>",status="404"} 1.0',
        'tollgate_requests_total{method="GET",route="none",status="404"} 1.0',
        'tollgate_requests_total{method="other",route="none",status="404"} 1.0',
        'tollgate_decision_seconds_count{kind="decision"} 1.0',
    ):
        assert line in text
    assert "CRM-1" not in text
    assert "tollgate_rulesets_built" in text


def test_the_age_of_the_live_rules_is_told(calls_on_each: Calls) -> None:
    """The alarm for rules that nobody reviews rests on it; publishing others starts it anew."""

    def age() -> float:
        told = calls_on_each.get("/metrics").text
        (line,) = re.findall("^tollgate_live_revision_age_seconds .*", told, re.MULTILINE)
        return float(line.split()[1])

    assert age() == 0
    calls_on_each.clock.advance(days=400)
    assert age() == 400 * 86_400
    files = dict(rule_book.read_files(HOME / "rules"))
    files["policies/intake.yaml"] += "# looked at again\n"
    with calls_on_each.service.database.transaction() as session:
        publishing.publish(session, files, "Pat", calls_on_each.clock.now)
    calls_on_each.clock.advance(seconds=30)
    assert age() == 30


@pytest.fixture
def without_rules(serve: Serve, tmp_path: Path) -> Calls:
    """A service on a database with a key and no rules."""
    calls = serve(f"sqlite:///{tmp_path / 'no-rules.db'}")
    migrating.upgrade(calls.service.database)
    with calls.service.database.transaction() as session:
        create_key(session, "x", [Role.TICKETING], SECRET, NOON, key=key_of(Role.TICKETING))
    return calls


def test_rules_that_are_not_there_have_no_age(without_rules: Calls) -> None:
    """No alarm takes a database without rules for one with fresh rules."""
    assert "tollgate_live_revision_age_seconds NaN" in without_rules.get("/metrics").text


def test_a_503_is_counted_by_its_problem(without_rules: Calls) -> None:
    """The alarms for a database that is away, or for rules in need, rest on it."""
    assert without_rules.decide().status_code == 503
    text = without_rules.get("/metrics").text
    assert 'tollgate_unable_total{problem="no-live-revision"} 1.0' in text


def test_a_fault_of_the_product_is_counted_as_a_500(serve: Serve, url: str) -> None:
    """The operator's alarm for faults rests on the status in `tollgate_requests_total`."""

    def fail() -> str:
        raise KeyError("a fault")

    calls = serve(url, threads=1)
    calls.app.view_functions["operations.alive"] = declare(fail, EVERYBODY)
    assert calls.get("/healthz").status_code == 500
    line = 'tollgate_requests_total{method="GET",route="/healthz",status="500"} 1.0'
    assert line in calls.get("/metrics").text


def test_half_a_second_is_a_limit_of_the_histogram(calls: Calls) -> None:
    """The alarm for slow decisions can be computed from the buckets as they are."""
    calls.decided()
    bucket = 'tollgate_decision_seconds_bucket{kind="decision",le="0.5"}'
    assert bucket in calls.get("/metrics").text


def test_an_inference_that_is_not_confirmed_is_counted(calls: Calls) -> None:
    """The operator's alarm rests on this number."""
    assert "tollgate_unconfirmed_inferences_total 0.0" in calls.get("/metrics").text
    calls.service.metrics.count_unable(InferenceNotConfirmed.code)
    text = calls.get("/metrics").text
    assert "tollgate_unconfirmed_inferences_total 1.0" in text
    assert 'tollgate_unable_total{problem="inference-not-confirmed"} 1.0' in text
