"""Agreements over HTTP: making and changing them, and reading what is agreed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from flask import Response, request

from api import agreement_examples as examples
from api.agreement_schemas import (
    AgreementChangeSchema,
    AgreementPageSchema,
    AgreementSchema,
    AgreementsQuerySchema,
    AgreementVersionPageSchema,
    NewAgreementSchema,
)
from api.asking import current_caller
from api.authentication import only
from api.decisions import READERS
from api.idempotency import once_under
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
from model.agreeing import (
    AgreementView,
    change_agreement,
    list_agreements,
    make_agreement,
    read_agreement,
    require_agreement_seen,
    seen_agreements,
)
from model.agreement_targets import target_in
from model.agreement_terms import Terms, told_terms
from model.agreements import AgreementKind
from model.database import Session
from model.keeping import do_once
from model.moment import rfc3339
from model.written_versions import versions_of_agreement
from rules.errors import AgreementMovedOn, NameTaken, PreconditionRequired, UnknownRecord

WRITERS = only(Role.SERVICE_MANAGER)
_ETAG = {"ETag": "the agreement's version, for If-Match"}
_SEEN = Header(IF_MATCH, "the ETag of the agreement that this is for, or `*`", PATTERN, True)

agreements = Noun("agreements", "What is agreed on services, with whom, and what it rests on")


@agreements.route(
    "POST",
    "/api/v1/agreements",
    access=WRITERS,
    takes=Takes(NewAgreementSchema, examples.NEW_AGREEMENTS, headers=[ONCE]),
    answers=Answers(
        201,
        AgreementSchema,
        examples.AGREEMENT,
        headers={"Location": "where the agreement is", **_ETAG, **REPLAYED},
    ),
    fails=(NameTaken, *KEY_FAILS),
)
def create_agreement() -> Response:
    """Make an agreement. While it is in force it is reviewed as often as `review_every` says.

    A target that is missed, a last day for notice that is near and the end of a contract beneath
    each lead to a review of their own, once.
    """
    service, raw = current_service(), read_json(request)
    asked = dict(load(NewAgreementSchema, raw))
    kind, terms = AgreementKind(asked.pop("kind")), Terms(**_read(asked))
    once = once_under(request, "POST /api/v1/agreements", raw)
    caller, moment, new_id = current_caller(), service.moment(), service.new_id()

    def work(session: Session) -> str:
        made = make_agreement(session, new_id, kind, terms, caller.name, moment.now)
        return json_text.dumps(_told(made))

    given = do_once(service.database, caller, moment, once, work)
    made = cast("dict[str, object]", json_text.loads(given.text))
    headers = {"Location": f"/api/v1/agreements/{made['id']}", "ETag": etag(1)}
    if given.replayed:
        headers["Idempotency-Replayed"] = "true"
    return ok(given.text, given.status, headers)


@agreements.route(
    "GET",
    "/api/v1/agreements",
    access=READERS,
    takes=Takes(query=AgreementsQuerySchema),
    answers=Answers(200, AgreementPageSchema, examples.AGREEMENT_PAGE),
    fails=(UnknownRecord,),
)
def list_all_agreements() -> Response:
    """List the agreements, oldest first."""
    query = read_query(request, AgreementsQuerySchema)
    with current_service().database.reading() as session:
        seen = seen_agreements(session, current_caller(), query.get("service"))
        found, following = list_agreements(
            session, query.get("after"), query["limit"], query.get("service"), seen
        )
        body = {"agreements": [_told(each) for each in found], "next": following}
    return ok(json_text.dumps(body))


@agreements.route(
    "GET",
    "/api/v1/agreements/<id:agreement_id>",
    access=READERS,
    answers=Answers(200, AgreementSchema, examples.AGREEMENT, headers=_ETAG),
    fails=(UnknownRecord,),
)
def get_agreement(agreement_id: str) -> Response:
    """Read what is agreed now."""
    with current_service().database.reading() as session:
        seen = seen_agreements(session, current_caller())
        return _shown(read_agreement(session, agreement_id, seen))


@agreements.route(
    "PATCH",
    "/api/v1/agreements/<id:agreement_id>",
    access=WRITERS,
    takes=Takes(AgreementChangeSchema, examples.CHANGES, headers=[_SEEN]),
    answers=Answers(200, AgreementSchema, examples.AGREEMENT, headers=_ETAG),
    fails=(UnknownRecord, AgreementMovedOn, NameTaken, PreconditionRequired),
)
def patch_agreement(agreement_id: str) -> Response:
    """Change what is agreed; `targets` and `beneath` are replaced as a whole.

    What was measured stays as it was judged, and a timer keeps the target that it was opened
    with. Every version is kept, with who wrote it.
    """
    service, match = current_service(), read_match(request)
    changes = _read(load(AgreementChangeSchema, read_json(request)))
    by, now = current_caller().name, service.clock()
    require = partial(match.require, what="agreement", moved_on=AgreementMovedOn)
    return service.database.write(
        lambda session: _shown(change_agreement(session, agreement_id, changes, require, by, now))
    )


@agreements.route(
    "GET",
    "/api/v1/agreements/<id:agreement_id>/versions",
    access=READERS,
    takes=Takes(query=PageQuerySchema),
    answers=Answers(200, AgreementVersionPageSchema, examples.VERSION_PAGE),
    fails=(UnknownRecord,),
)
def list_agreement_versions(agreement_id: str) -> Response:
    """List what was agreed from change to change, who wrote it and when; the latest first."""
    query, caller = read_query(request, PageQuerySchema), current_caller()
    with current_service().database.reading() as session:
        require_agreement_seen(session, agreement_id, caller)
        found, following = versions_of_agreement(
            session, agreement_id, query.get("after"), query["limit"], caller
        )
    body = {"versions": [version_shown(each) for each in found], "next": following}
    return ok(json_text.dumps(body))


def _read(asked: Mapping[str, Any]) -> dict[str, Any]:
    read = dict(asked)
    if "targets" in read:
        read["targets"] = tuple(target_in(each) for each in read["targets"])
    if "beneath" in read:
        read["beneath"] = tuple(read["beneath"])
    return read


def _shown(view: AgreementView) -> Response:
    return ok(json_text.dumps(_told(view)), 200, {"ETag": etag(view.agreement.version)})


def _told(view: AgreementView) -> dict[str, object]:
    agreement = view.agreement
    return {
        "id": agreement.id,
        "kind": agreement.kind,
        **told_terms(view.terms),
        "version": agreement.version,
        "created_at": rfc3339(agreement.created_at),
        "changed_at": rfc3339(agreement.changed_at),
        "changed_by": agreement.changed_by,
    }
