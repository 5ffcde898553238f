"""What was measured of agreements over HTTP, and how well they are kept to."""

from __future__ import annotations

from flask import Response, request

from api import agreement_examples as examples
from api.asking import current_caller
from api.authentication import only
from api.decisions import READERS
from api.json_body import read_json
from api.measurement_schemas import (
    MeasurementsSchema,
    NewMeasurementsSchema,
    PerformancePageSchema,
    PerformanceQuerySchema,
    PerformanceSchema,
    PerformancesQuerySchema,
    ReportPageSchema,
)
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.service_schemas import PageQuerySchema
from api.strict_schema import load
from model import json_text
from model.access import Role
from model.agreeing import require_agreement_seen, seen_agreements
from model.agreement_reports import AgreementReport, reports_before
from model.database import Session
from model.measuring import NewMeasurement, record_measurements
from model.moment import rfc3339
from model.performance import Page, performance, performances
from model.telling_performance import told_at_a_glance, told_measurement, told_performance
from rules.errors import UnknownRecord

measurements = Noun("measurements", "What was measured of agreements, and how they are kept to")


@measurements.route(
    "POST",
    "/api/v1/agreements/<id:agreement_id>/measurements",
    access=only(Role.TICKETING, Role.SERVICE_MANAGER),
    takes=Takes(NewMeasurementsSchema, examples.NEW_MEASUREMENTS),
    answers=Answers(200, MeasurementsSchema, examples.MEASUREMENTS),
    fails=(UnknownRecord,),
)
def send_measurements(agreement_id: str) -> Response:
    """Record what was measured: each is judged at once, by what is agreed now.

    Send it again as often as you like: of one metric and day it counts once. Another value
    corrects the one before; both are kept. What was missed, or is about to be as the line through
    its last six periods goes, is to be reviewed within a week, once for each metric and period.
    """
    service, asked = current_service(), load(NewMeasurementsSchema, read_json(request))
    new = [NewMeasurement(**each) for each in asked["measurements"]]
    caller, moment = current_caller(), service.moment()
    by = asked.get("by") or caller.name

    def work(session: Session) -> dict[str, object]:
        require_agreement_seen(session, agreement_id, caller)
        found = record_measurements(session, agreement_id, new, by, moment)
        return {"measurements": [told_measurement(each) for each in found]}

    return ok(json_text.dumps(service.database.write(work)))


@measurements.route(
    "GET",
    "/api/v1/agreements/<id:agreement_id>/performance",
    access=READERS,
    takes=Takes(query=PerformanceQuerySchema),
    answers=Answers(200, PerformanceSchema, examples.PERFORMANCE),
    fails=(UnknownRecord,),
)
def read_performance(agreement_id: str) -> Response:
    """Read how well an agreement was kept to between two days, target by target.

    Trend and forecast are those of the straight line of least squares through the measurements
    of at least three days, drawn on for one period of the target: it knows of no seasons.
    """
    service, query = current_service(), read_query(request, PerformanceQuerySchema)
    days, zone = (query["from"], query["to"]), service.settings.timezone
    with service.database.reading() as session:
        require_agreement_seen(session, agreement_id, current_caller())
        found = performance(session, agreement_id, *days, zone, service.clock())
        return ok(json_text.dumps(told_performance(found)))


@measurements.route(
    "GET",
    "/api/v1/agreements/performance",
    access=READERS,
    takes=Takes(query=PerformancesQuerySchema),
    answers=Answers(200, PerformancePageSchema, examples.PERFORMANCE_PAGE),
    fails=(UnknownRecord,),
)
def read_performances() -> Response:
    """Read at a glance how all agreements were kept to between two days; oldest first.

    What was measured, and the forecasts, are at each agreement's own performance.
    """
    service, query = current_service(), read_query(request, PerformancesQuerySchema)
    key = query.get("service")
    days, zone = (query["from"], query["to"]), service.settings.timezone
    with service.database.reading() as session:
        seen = seen_agreements(session, current_caller(), key)
        which = Page(query.get("after"), query["limit"], key, seen)
        found, following = performances(session, which, *days, zone, service.clock())
        body = {"agreements": [told_at_a_glance(each) for each in found], "next": following}
    return ok(json_text.dumps(body))


@measurements.route(
    "GET",
    "/api/v1/agreements/<id:agreement_id>/reports",
    access=READERS,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, ReportPageSchema, examples.REPORT_PAGE),
    fails=(UnknownRecord,),
)
def list_reports(agreement_id: str) -> Response:
    """List what was attained in each period that has ended, as it was reported; the latest first.

    A report comes by itself as soon as its targets are measured up to the last day, or three days
    after it. What is measured later changes none: ask for the performance again.
    """
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        require_agreement_seen(session, agreement_id, current_caller())
        found, following = reports_before(session, agreement_id, query.get("after"), query["limit"])
        body = {"reports": [_report(each) for each in found], "next": following}
    return ok(json_text.dumps(body))


def _report(report: AgreementReport) -> dict[str, object]:
    return {
        "agreement": report.agreement_id,
        "version": report.version,
        "first_on": report.first_on.isoformat(),
        "last_on": report.last_on.isoformat(),
        "standing": report.standing,
        "targets": report.targets,
        "made_at": rfc3339(report.made_at),
    }
