"""Artifacts of services: supplying a version of one, and reading them all."""

from __future__ import annotations

from functools import partial
from typing import cast

from flask import Response, request

from api import examples_of_services as examples
from api.asking import current_caller
from api.idempotency import once_under
from api.json_body import read_json
from api.noun import Answers, Header, Noun, Takes, ok
from api.preconditions import HEADER as IF_MATCH
from api.preconditions import PATTERN, etag, read_match
from api.service import current_service
from api.service_schemas import ArtifactVersionsSchema, NewArtifactSchema, ServiceSchema
from api.services import (
    BOARD,
    ETAG,
    KEY_FAILS,
    ONCE,
    REPLAYED,
    SEEN,
    WRITERS,
    told,
    version_shown,
)
from api.strict_schema import load
from model import json_text
from model.database import Session
from model.keeping import do_once
from model.services import artifact_versions, find_service
from model.supplying_artifacts import Supplied, supply_artifact
from rules.errors import NoLiveRevision, ServiceMovedOn, UnknownRecord

artifacts = Noun("artifacts", "What stands behind a service, each with all of its versions")


@artifacts.route(
    "PUT",
    "/api/v1/services/<key:key>/artifacts/<name:artifact>",
    access=WRITERS,
    takes=Takes(
        NewArtifactSchema,
        examples.NEW_ARTIFACTS,
        headers=[Header(IF_MATCH, f"{SEEN}; may be left out", PATTERN), ONCE],
    ),
    answers=Answers(201, ServiceSchema, examples.SERVICE, headers={**ETAG, **REPLAYED}),
    fails=(UnknownRecord, ServiceMovedOn, NoLiveRevision, *KEY_FAILS),
)
def put_artifact(key: str, artifact: str) -> Response:
    """Supply a new version of an artifact, which counts from now on.

    One that a toll-gate wanted amended is missing until then.
    """
    service, match = current_service(), read_match(request, needed=False)
    raw = read_json(request)
    asked = load(NewArtifactSchema, raw)
    schemes = service.settings.document_schemes
    supplied = Supplied(artifact, asked["location"], schemes, asked.get("by"))
    once = once_under(request, f"PUT /api/v1/services/{key}/artifacts/{artifact}", raw)
    caller, moment = current_caller(), service.moment()

    def work(session: Session) -> str:
        require = partial(match.require, what="service", moved_on=ServiceMovedOn)
        return told(supply_artifact(session, key, supplied, require, caller, moment))

    given = do_once(service.database, caller, moment, once, work)
    made = cast("dict[str, int]", json_text.loads(given.text))
    replayed = {"Idempotency-Replayed": "true"} if given.replayed else {}
    return ok(given.text, given.status, {"ETag": etag(made["version"]), **replayed})


@artifacts.route(
    "GET",
    "/api/v1/services/<key:key>/artifacts/<name:artifact>",
    access=BOARD,
    answers=Answers(200, ArtifactVersionsSchema, examples.ARTIFACT_VERSIONS),
    fails=(UnknownRecord,),
)
def get_artifact(key: str, artifact: str) -> Response:
    """Read every version of an artifact, newest first."""
    with current_service().database.reading() as session:
        versions = artifact_versions(session, find_service(session, key), artifact)
    if not versions:
        raise UnknownRecord(f"nobody has supplied `{artifact}` for the service `{key}`")
    body = {"artifact": artifact, "versions": [version_shown(each) for each in versions]}
    return ok(json_text.dumps(body))
