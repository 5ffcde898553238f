"""Improvements over HTTP: planning them, changing and closing them, and following them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from flask import Response, request

from api import improvement_examples as examples
from api.asking import current_caller
from api.authentication import only
from api.decisions import READERS
from api.idempotency import once_under
from api.improvement_schemas import (
    ImprovementChangeSchema,
    ImprovementPageSchema,
    ImprovementSchema,
    ImprovementsQuerySchema,
    ImprovementVersionPageSchema,
    NewImprovementSchema,
)
from api.json_body import read_json
from api.noun import Answers, Header, Noun, Takes, ok
from api.preconditions import HEADER as IF_MATCH
from api.preconditions import PATTERN, etag, read_match
from api.query import read_query
from api.service import current_service
from api.service_schemas import PageQuerySchema
from api.services import KEY_FAILS, ONCE, REPLAYED
from api.strict_schema import load
from api.versions import version_shown
from model import json_text
from model.access import Role
from model.agreeing import require_agreement_seen
from model.database import Session
from model.improvements import (
    Improvement,
    ImprovementState,
    find_improvement,
    improvements_after,
)
from model.improving import Plan, change_improvement, plan_improvement, plan_of, told_plan
from model.keeping import do_once
from model.moment import rfc3339
from model.sight import find_seen, seen_improvements
from model.written_versions import versions_of_improvement
from rules.errors import ImprovementMovedOn, PreconditionRequired, UnknownRecord

WRITERS = only(Role.SERVICE_MANAGER)
_ETAG = {"ETag": "the improvement's version, for If-Match"}
_SEEN = Header(IF_MATCH, "the ETag of the improvement that this is for, or `*`", PATTERN, True)

improvements = Noun("improvements", "What is to become better of services and of the portfolio")


@improvements.route(
    "POST",
    "/api/v1/improvements",
    access=WRITERS,
    takes=Takes(NewImprovementSchema, examples.NEW_IMPROVEMENTS, headers=[ONCE]),
    answers=Answers(
        201,
        ImprovementSchema,
        examples.IMPROVEMENT,
        headers={"Location": "where the improvement is", **_ETAG, **REPLAYED},
    ),
    fails=KEY_FAILS,
)
def create_improvement() -> Response:
    """Plan an improvement of a service, or of the portfolio.

    While it is open it is to be reviewed once, on the day it is due, by who holds `role`; the
    review has its id.
    """
    service, raw = current_service(), read_json(request)
    plan = Plan(**load(NewImprovementSchema, raw))
    once = once_under(request, "POST /api/v1/improvements", raw)
    caller, moment, new_id = current_caller(), service.moment(), service.new_id()

    def work(session: Session) -> str:
        made = plan_improvement(session, new_id, plan, caller.name, moment.now)
        return json_text.dumps(_told(made))

    given = do_once(service.database, caller, moment, once, work)
    made = cast("dict[str, object]", json_text.loads(given.text))
    headers = {"Location": f"/api/v1/improvements/{made['id']}", "ETag": etag(1)}
    if given.replayed:
        headers["Idempotency-Replayed"] = "true"
    return ok(given.text, given.status, headers)


@improvements.route(
    "GET",
    "/api/v1/improvements",
    access=READERS,
    takes=Takes(query=ImprovementsQuerySchema),
    answers=Answers(200, ImprovementPageSchema, examples.IMPROVEMENT_PAGE),
    fails=(UnknownRecord,),
)
def list_improvements() -> Response:
    """List the improvements, the soonest due first."""
    query = read_query(request, ImprovementsQuerySchema)
    state = ImprovementState(query["state"]) if "state" in query else None
    caller = current_caller()
    with current_service().database.reading() as session:
        after, which = query.get("after"), (query.get("service"), state, query.get("agreement"))
        seen = seen_improvements(caller)
        if "service" in query:
            find_seen(session, query["service"], caller)
        if "agreement" in query:
            require_agreement_seen(session, query["agreement"], caller)
        found, following = improvements_after(session, after, query["limit"], *which, seen)
        body = {"improvements": [_told(each) for each in found], "next": following}
    return ok(json_text.dumps(body))


@improvements.route(
    "GET",
    "/api/v1/improvements/<id:improvement_id>",
    access=READERS,
    answers=Answers(200, ImprovementSchema, examples.IMPROVEMENT, headers=_ETAG),
    fails=(UnknownRecord,),
)
def get_improvement(improvement_id: str) -> Response:
    """Read what is planned, or what came of it."""
    with current_service().database.reading() as session:
        return _shown(_find_seen(session, improvement_id))


@improvements.route(
    "PATCH",
    "/api/v1/improvements/<id:improvement_id>",
    access=WRITERS,
    takes=Takes(ImprovementChangeSchema, examples.CHANGES, headers=[_SEEN]),
    answers=Answers(200, ImprovementSchema, examples.IMPROVEMENT, headers=_ETAG),
    fails=(UnknownRecord, ImprovementMovedOn, PreconditionRequired),
)
def patch_improvement(improvement_id: str) -> Response:
    """Change what is planned, or close it: then nobody is reminded of it any more.

    Every version is kept, with who wrote it. With another `due_on` it is reviewed on that day.
    """
    service, match = current_service(), read_match(request)
    changes = _read(load(ImprovementChangeSchema, read_json(request)))
    by, now = current_caller().name, service.clock()
    require = partial(match.require, what="improvement", moved_on=ImprovementMovedOn)
    return service.database.write(
        lambda session: _shown(
            change_improvement(session, improvement_id, changes, require, by, now)
        )
    )


@improvements.route(
    "GET",
    "/api/v1/improvements/<id:improvement_id>/versions",
    access=READERS,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, ImprovementVersionPageSchema, examples.VERSION_PAGE),
    fails=(UnknownRecord,),
)
def list_improvement_versions(improvement_id: str) -> Response:
    """List what was planned from change to change, who wrote it and when; the latest first."""
    query, caller = read_query(request, PageQuerySchema), current_caller()
    with current_service().database.reading() as session:
        _find_seen(session, improvement_id)
        found, following = versions_of_improvement(
            session, improvement_id, query.get("after"), query["limit"], caller
        )
    body = {"versions": [version_shown(each) for each in found], "next": following}
    return ok(json_text.dumps(body))


def _find_seen(session: Session, improvement_id: str) -> Improvement:
    return find_improvement(session, improvement_id, seen=seen_improvements(current_caller()))


def _read(asked: Mapping[str, Any]) -> dict[str, object]:
    read = dict(asked)
    if "state" in read:
        read["state"] = ImprovementState(read["state"])
    return read


def _shown(improvement: Improvement) -> Response:
    return ok(json_text.dumps(_told(improvement)), 200, {"ETag": etag(improvement.version)})


def _told(improvement: Improvement) -> dict[str, object]:
    return {
        "id": improvement.id,
        **told_plan(plan_of(improvement)),
        "version": improvement.version,
        "created_at": rfc3339(improvement.created_at),
        "changed_at": rfc3339(improvement.changed_at),
        "changed_by": improvement.changed_by,
    }
