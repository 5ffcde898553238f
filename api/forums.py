"""Governance forums over HTTP: which board holds which toll-gate, and who sits there."""

from __future__ import annotations

from flask import Response, request

from api import examples_of_forums as examples
from api.asking import current_caller
from api.forum_schemas import (
    ForumSchema,
    ForumSessionPageSchema,
    ForumsQuerySchema,
    ForumsSchema,
    NewForumSchema,
)
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.service_schemas import PageQuerySchema
from api.services import BOARD, WRITERS
from api.strict_schema import load
from api.tollgates import session_shown
from model import json_text
from model.database import Session
from model.forums import ForumChange, ForumView, end_forum, every_forum, put_forum, read_forum
from model.gate_sessions import sessions_in
from model.moment import rfc3339
from rules.errors import UnknownRecord

forums = Noun("forums", "The forums that govern services, and the toll-gates that they hold")


@forums.route(
    "GET",
    "/api/v1/forums",
    access=BOARD,
    takes=Takes(query=ForumsQuerySchema),
    answers=Answers(200, ForumsSchema, examples.FORUMS),
)
def list_forums() -> Response:
    """List the forums by their keys, with who sits there today; of a toll-gate, who holds it."""
    service, query = current_service(), read_query(request, ForumsQuerySchema)
    today = service.moment().today
    with service.database.reading() as session:
        shown = [_shown(each) for each in every_forum(session, today, query.get("gate"))]
    return ok(json_text.dumps({"forums": shown}))


@forums.route(
    "GET",
    "/api/v1/forums/<key:forum>",
    access=BOARD,
    answers=Answers(200, ForumSchema, examples.FORUM),
    fails=(UnknownRecord,),
)
def get_forum(forum: str) -> Response:
    """Read a forum, with who sits there today."""
    service = current_service()
    with service.database.reading() as session:
        return ok(json_text.dumps(_shown(read_forum(session, forum, service.moment().today))))


@forums.route(
    "GET",
    "/api/v1/forums/<key:forum>/sessions",
    access=BOARD,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, ForumSessionPageSchema, examples.SESSION_PAGE),
    fails=(UnknownRecord,),
)
def list_forum_sessions(forum: str) -> Response:
    """List the sessions of toll-gates that were held in a forum, newest first.

    Those of one that was taken away are found under its key as before.
    """
    query = read_query(request, PageQuerySchema)
    with current_service().database.reading() as session:
        page = sessions_in(session, forum, query.get("after"), query["limit"])
    held = [{"service": key, **session_shown(each)} for key, each in page.sessions]
    return ok(json_text.dumps({"sessions": held, "next": page.next}))


@forums.route(
    "PUT",
    "/api/v1/forums/<key:forum>",
    access=WRITERS,
    takes=Takes(NewForumSchema, examples.NEW_FORUMS),
    answers=Answers(200, ForumSchema, examples.FORUM),
    fails=(UnknownRecord,),
)
def write_forum(forum: str) -> Response:
    """Make a forum, or change it. Who sat at a session, the session itself says."""
    service, new = current_service(), load(NewForumSchema, read_json(request))
    gates, roles, people = (tuple(dict.fromkeys(new[n])) for n in ("gates", "roles", "people"))
    words = (new["name"], new["purpose"])
    change = ForumChange(*words, gates, roles, people, new["meets_every"])
    by, moment = new.get("by") or current_caller().name, service.moment()

    def work(session: Session) -> str:
        view = put_forum(session, forum, change, by, moment.now, moment.today)
        return json_text.dumps(_shown(view))

    return ok(service.database.write(work))


@forums.route(
    "DELETE",
    "/api/v1/forums/<key:forum>",
    access=WRITERS,
    answers=Answers(200, ForumSchema, examples.FORUM),
    fails=(UnknownRecord,),
)
def delete_forum(forum: str) -> Response:
    """Take a forum away, and say what it was."""
    service = current_service()
    today = service.moment().today
    return ok(
        service.database.write(
            lambda session: json_text.dumps(_shown(end_forum(session, forum, today)))
        )
    )


def _shown(view: ForumView) -> dict[str, object]:
    forum = view.forum
    return {
        "key": forum.key,
        "name": forum.name,
        "purpose": forum.purpose,
        "gates": list(view.gates),
        "roles": forum.roles,
        "people": forum.people,
        "members": list(view.members),
        "meets_every": forum.meets_every,
        "changed_by": forum.changed_by,
        "changed_at": rfc3339(forum.changed_at),
    }
