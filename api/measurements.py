"""What was measured of agreements over HTTP, and how well they are kept to."""

from __future__ import annotations

from flask import Response, request

from api import agreement_examples as examples
from api.agreement_schemas import (
    MeasurementsSchema,
    NewMeasurementsSchema,
    PerformanceQuerySchema,
    PerformanceSchema,
)
from api.authentication import current_caller, only
from api.decisions import READERS
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.strict_schema import load
from model import json_text
from model.access import Role
from model.agreement_targets import told_target
from model.database import Session
from model.measurements import Measurement, NewMeasurement, record_measurements
from model.moment import rfc3339
from model.performance import Forecast, TargetPerformance, performance
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
    corrects the one before; both are kept. What was missed is to be reviewed within a week, once
    for each metric and period.
    """
    service, asked = current_service(), load(NewMeasurementsSchema, read_json(request))
    new = [NewMeasurement(**each) for each in asked["measurements"]]
    by, moment = asked.get("by") or current_caller().name, service.moment()

    def work(session: Session) -> dict[str, object]:
        found = record_measurements(session, agreement_id, new, by, moment)
        return {"measurements": [_measured(each) for each in found]}

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
        found = performance(session, agreement_id, *days, zone)
        body = {
            "agreement": found.agreement.id,
            "standing": found.standing.value,
            "targets": [_kept(each) for each in found.targets],
        }
    return ok(json_text.dumps(body))


def _kept(found: TargetPerformance) -> dict[str, object]:
    return {
        **told_target(found.target),
        "standing": found.standing.value,
        "counted": found.counted,
        "attained": found.attained,
        "attainment": found.attainment,
        "deviation": found.deviation,
        "trend": found.trend.value if found.trend else None,
        "forecast": _forecast(found.forecast) if found.forecast else None,
        "timers": {"met": found.timers.met, "breached": found.timers.breached},
        "measurements": [_measured(each) for each in found.measurements],
    }


def _forecast(forecast: Forecast) -> dict[str, object]:
    return {
        "day": forecast.day.isoformat(),
        "value": forecast.value,
        "attained": forecast.attained,
    }


def _measured(row: Measurement) -> dict[str, object]:
    return {
        "metric": row.metric,
        "day": row.day.isoformat(),
        "value": row.value,
        "comparison": row.comparison,
        "agreed": row.agreed,
        "unit": row.unit,
        "attained": row.attained,
        "deviation": row.deviation,
        "received_at": rfc3339(row.received_at),
        "by": row.by,
    }
