"""What operators ask: alive, ready, and the metrics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from model import migrating
from model.access import Role
from rules.errors import InferenceNotConfirmed
from tests.api.calling import Calls, body_of, problem_of

if TYPE_CHECKING:
    from tests.api.conftest import Serve


def test_alive_and_ready_are_open(calls_on_each: Calls) -> None:
    """A watcher needs no key; ready tells the live revision."""
    nobody = calls_on_each.as_(None)
    assert body_of(nobody.get("/healthz")) == {"status": "alive"}
    ready = body_of(nobody.get("/readyz"))
    assert ready["status"] == "ready"
    assert ready["policy_revision"].startswith("sha256:")


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


def test_an_inference_that_is_not_confirmed_is_counted(calls: Calls) -> None:
    """The operator's alarm rests on this number."""
    assert "tollgate_unconfirmed_inferences_total 0.0" in calls.get("/metrics").text
    calls.service.metrics.count_unable(InferenceNotConfirmed.code)
    text = calls.get("/metrics").text
    assert "tollgate_unconfirmed_inferences_total 1.0" in text
    assert 'tollgate_unable_total{problem="inference-not-confirmed"} 1.0' in text
