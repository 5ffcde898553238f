"""For operators: is it alive, can it decide, and how is it doing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Response

from api import examples
from api.authentication import ANY_KEY, EVERYBODY
from api.metrics import MEDIA_TYPE
from api.noun import Answers, Noun, ok
from api.operation_schemas import AliveSchema, ReadySchema
from api.service import current_service
from model import json_text, migrating
from model.database import Session
from model.deliveries import undelivered
from model.heartbeats import lateness
from model.migrating import Schema
from model.overdue_reviews import overdue
from model.record_walks import findings_so_far
from model.revisions import live_book, live_since
from model.verifications import last_verification
from rules.engine import rulesets_built
from rules.errors import DatabaseAway, NoLiveRevision, Unable

operations = Noun("operations", "For those who run the service")


@operations.route(
    "GET", "/healthz", access=EVERYBODY, answers=Answers(200, AliveSchema, {"status": "alive"})
)
def alive() -> Response:
    """Tell that the process answers; nothing else is asked."""
    return ok(json_text.dumps({"status": "alive"}))


@operations.route(
    "GET",
    "/readyz",
    access=EVERYBODY,
    answers=Answers(200, ReadySchema, examples.READY),
    fails=(DatabaseAway, NoLiveRevision, Unable),
)
def ready() -> Response:
    """Tell whether it can decide: the database is there, migrated, and rules are live.

    A tick of the scheduler that is late is told, and keeps nobody from deciding.
    """
    database = current_service().database
    schema = migrating.state(database)
    if schema not in (Schema.CURRENT, Schema.AHEAD):
        raise Unable(f"the database's tables are {schema}")
    database.require_writable()
    with database.reading() as session:
        revision = live_book(session).revision
        ticks = _ticks(session)
    rulesets = {"built": rulesets_built(), "at_most": current_service().settings.most_rulesets}
    tables = schema.name.lower()
    body = {"status": "ready", "policy_revision": revision, "tables": tables, "rulesets": rulesets}
    late = {name: _seconds(by) for name, by in ticks.items()}
    return ok(json_text.dumps({**body, "ticks_late_seconds": late}))


@operations.route(
    "GET",
    "/metrics",
    access=ANY_KEY,
    answers=Answers(200, {"type": "string"}, examples.METRICS, media_type="text/plain"),
)
def metrics() -> Response:
    """Read the metrics, as Prometheus does."""
    service = current_service()
    with service.database.reading() as session:
        since, verified = live_since(session), last_verification(session)
        findings = findings_so_far(session)
        ticks, waiting = _ticks(session), undelivered(session)
        reviews = overdue(session, service.moment().today)
    service.metrics.note_revision_age(service.clock() - since if since else None)
    if verified:
        findings, age = max(findings, verified.findings), service.clock() - verified.at
        service.metrics.note_verified(findings, age)
    else:
        service.metrics.note_verified(findings or None, None)
    service.metrics.note_lateness(ticks)
    service.metrics.note_undelivered(waiting)
    service.metrics.note_overdue(reviews)
    return Response(service.metrics.exposed(), content_type=MEDIA_TYPE)


def _ticks(session: Session) -> Mapping[str, timedelta | None]:
    """Return how late each tick of the scheduler is; none keeps the service from deciding."""
    service = current_service()
    return lateness(session, service.ticks, service.clock())


def _seconds(late: timedelta | None) -> int | None:
    return None if late is None else int(late.total_seconds())
