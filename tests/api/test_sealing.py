"""The service seals the record by itself, once an answer is on its way."""

from __future__ import annotations

from model.checkpoints import latest, waiting_count
from model.record_walks import RecordWalk
from model.verifications import Verification
from tests.api.calling import Calls
from tests.model.recorded import found


def test_the_record_is_sealed_while_requests_come(calls_on_each: Calls) -> None:
    """A minute after the first request, the next one has what was decided sealed."""
    calls = calls_on_each
    database = calls.service.database
    calls.decided("CRM-1", {"origin": "agency"})
    with database.reading() as session:
        assert latest(session) is None
    calls.clock.advance(minutes=1)
    calls.decided("CRM-1", {"in_catalog": False}, buffered=True)
    with database.reading() as session:
        sealed = latest(session)
        assert sealed is not None
        assert sealed.count + waiting_count(session, 9) == 2
    calls.clock.advance(hours=1)
    assert calls.get("/healthz", buffered=True).status_code == 200
    with database.reading() as session:
        assert waiting_count(session, 9) == 0
    assert found(database, calls.service.settings.secret) == []


def test_a_broken_record_is_in_the_metrics(calls: Calls) -> None:
    """What the last verification found, and what the one under way has found so far."""

    def metric(name: str) -> str:
        lines = calls.get("/metrics").text.splitlines()
        (line,) = (each for each in lines if each.startswith(f"tollgate_record_{name} "))
        return line.split()[1]

    def note(row: object) -> None:
        with calls.service.database.transaction() as session:
            session.add(row)

    assert (metric("broken"), metric("verified_age_seconds")) == ("NaN", "NaN")
    for findings in (3, 0):
        note(Verification(at=calls.clock.now, decisions=9, findings=findings))
        assert float(metric("broken")) == findings
    note(RecordWalk(id=1, findings=2, due_at=calls.clock.now))
    calls.clock.advance(hours=1)
    assert float(metric("broken")) == 2
    assert float(metric("verified_age_seconds")) == 3600
