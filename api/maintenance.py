"""Maintenance over HTTP: planned, called off, and read."""

from __future__ import annotations

from flask import Response, request

from api import examples_of_notices as examples
from api.asking import current_caller
from api.decisions import READERS
from api.idempotency import once_under
from api.json_body import read_json
from api.maintenance_schemas import (
    MaintenancePageSchema,
    MaintenanceSchema,
    NewMaintenanceSchema,
)
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.service_schemas import PageQuerySchema
from api.services import KEY_FAILS, ONCE, REPLAYED, WRITERS
from api.strict_schema import load
from model import json_text
from model.database import Session
from model.keeping import do_once
from model.maintenance import (
    Maintenance,
    Plan,
    call_off,
    maintenance_before,
    plan_maintenance,
)
from model.moment import rfc3339
from model.sight import find_seen
from rules.errors import AlreadyPlanned, Refused, UnknownRecord

maintenance = Noun("maintenance", "When services are worked on, and who is told of it")


@maintenance.route(
    "GET",
    "/api/v1/services/<key:key>/maintenance",
    access=READERS,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, MaintenancePageSchema, examples.MAINTENANCE_PAGE),
    fails=(UnknownRecord,),
)
def list_maintenance(key: str) -> Response:
    """List the maintenance of a service, what was planned last first; what was called off too."""
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        find_seen(session, key, current_caller())
        page = maintenance_before(session, key, query.get("after"), query["limit"])
    body = {"maintenance": [_shown(each) for each in page.maintenance], "next": page.next}
    return ok(json_text.dumps(body))


@maintenance.route(
    "POST",
    "/api/v1/services/<key:key>/maintenance",
    access=WRITERS,
    takes=Takes(NewMaintenanceSchema, examples.NEW_MAINTENANCE, headers=[ONCE]),
    answers=Answers(201, MaintenanceSchema, examples.MAINTENANCE, headers=REPLAYED),
    fails=(UnknownRecord, AlreadyPlanned, Refused, *KEY_FAILS),
)
def create_maintenance(key: str) -> Response:
    """Plan maintenance of a service.

    Its customers, and those of every service that rests on it, are told by letter, each once. The
    same again, unless it was called off, is refused: without an Idempotency-Key, too, nobody is
    told twice.
    """
    service, raw = current_service(), read_json(request)
    asked = load(NewMaintenanceSchema, raw)
    once = once_under(request, f"POST /api/v1/services/{key}/maintenance", raw)
    caller, moment, zone = current_caller(), service.moment(), service.settings.timezone
    plan = Plan(asked["begins_at"], asked["ends_at"], asked["what"])
    by = asked.get("by") or caller.name

    def work(session: Session) -> str:
        return json_text.dumps(_shown(plan_maintenance(session, key, plan, by, moment, zone)))

    given = do_once(service.database, caller, moment, once, work)
    replayed = {"Idempotency-Replayed": "true"} if given.replayed else None
    return ok(given.text, given.status, replayed)


@maintenance.route(
    "DELETE",
    "/api/v1/services/<key:key>/maintenance/<number:number>",
    access=WRITERS,
    answers=Answers(200, MaintenanceSchema, examples.MAINTENANCE),
    fails=(UnknownRecord, Refused),
)
def cancel_maintenance(key: str, number: int) -> Response:
    """Call maintenance off. Whoever was told that it is planned is told; again, nobody is."""
    service, by = current_service(), current_caller().name
    moment, zone = service.moment(), service.settings.timezone
    row = service.database.write(lambda session: call_off(session, key, number, by, moment, zone))
    return ok(json_text.dumps(_shown(row)))


def _shown(row: Maintenance) -> dict[str, object]:
    return {
        "number": row.id,
        "begins_at": rfc3339(row.begins_at),
        "ends_at": rfc3339(row.ends_at),
        "what": row.what,
        "planned_by": row.planned_by,
        "planned_at": rfc3339(row.planned_at),
        "called_off_by": row.called_off_by,
        "called_off_at": rfc3339(row.called_off_at) if row.called_off_at else None,
    }
