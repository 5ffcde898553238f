"""The life of a case: reopening it, giving it another ref, merging it with a double."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from api import examples_of_cases as examples
from api.asking import current_caller
from api.authentication import only
from api.cases import SEEN, shown
from api.json_body import read_json
from api.life_schemas import MergedCaseSchema, MergeSchema, RenameSchema, ReopenSchema
from api.noun import Answers, Noun, Takes
from api.preconditions import Match, read_match
from api.response_schemas import CaseSchema
from api.service import Service, current_service
from api.strict_schema import load
from model.access import Role
from model.case_life import Wish, rename_case, reopen_case
from model.case_merging import merge_cases
from rules.errors import (
    AlreadyMerged,
    CaseMovedOn,
    CaseNotEnded,
    NoLiveRevision,
    PreconditionRequired,
    RefTaken,
    UnknownRecord,
)

_ETAG = {"ETag": "the case's version, for If-Match"}
_FAILS = (UnknownRecord, CaseMovedOn, PreconditionRequired)

case_life = Noun("case life", "What can be done with a case as a whole")


@case_life.route(
    "POST",
    "/api/v1/cases/<ref:ref>/reopen",
    access=only(Role.TICKETING),
    takes=Takes(ReopenSchema, examples.REOPENINGS, headers=[SEEN]),
    answers=Answers(200, CaseSchema, examples.REOPENED, headers=_ETAG),
    fails=(*_FAILS, CaseNotEnded, NoLiveRevision),
)
def reopen(ref: str) -> Response:
    """Take a case up again after its final answer.

    Its facts stay, milestones too, but for those that the request changes or forgets (`null`).
    Nothing is decided yet: send a decision next.
    """
    service, match = current_service(), read_match(request)
    asked = load(ReopenSchema, read_json(request))
    facts, wish = asked["facts"], _wish(service, match, asked)
    return shown(service.database.write(lambda session: reopen_case(session, ref, facts, wish)))


@case_life.route(
    "POST",
    "/api/v1/cases/<ref:ref>/rename",
    access=only(Role.TICKETING),
    takes=Takes(RenameSchema, examples.RENAMINGS, headers=[SEEN]),
    answers=Answers(200, CaseSchema, examples.RENAMED, headers=_ETAG),
    fails=(*_FAILS, AlreadyMerged, RefTaken),
)
def rename(ref: str) -> Response:
    """Give a case another ref; the one that it had leads to it from then on.

    Reading the case, or deciding it, under any ref that it had is reading or deciding it; the
    answer says the ref that it has. Renaming it again to the same changes nothing.
    """
    service, match = current_service(), read_match(request)
    asked = load(RenameSchema, read_json(request))
    new_ref, wish = asked["ref"], _wish(service, match, asked)
    return shown(service.database.write(lambda session: rename_case(session, ref, new_ref, wish)))


@case_life.route(
    "POST",
    "/api/v1/cases/<ref:ref>/merge",
    access=only(Role.TICKETING),
    takes=Takes(MergeSchema, examples.MERGERS, headers=[SEEN]),
    answers=Answers(200, MergedCaseSchema, examples.MERGED, headers=_ETAG),
    fails=(*_FAILS, AlreadyMerged),
)
def merge(ref: str) -> Response:
    """Merge a double into a case; the double's ref leads to the case from then on.

    Of each fact the one counts that was so at the later instant, or, of two such, was supplied
    later: `merged` tells which came from the double, and which of the double's did not count.
    The double keeps its decisions and its history. Merging it again changes nothing.
    """
    service, match = current_service(), read_match(request)
    asked = load(MergeSchema, read_json(request))
    double, wish = asked["double"], _wish(service, match, asked)
    done = service.database.write(
        lambda session: merge_cases(session, ref, double["ref"], double.get("if_version"), wish)
    )
    told = {"double": done.double, "taken": list(done.taken), "kept": list(done.kept)}
    return shown(done.case, merged=told)


def _wish(service: Service, match: Match, asked: Mapping[str, Any]) -> Wish:
    return Wish(
        current_caller(), service.moment(), match.require, asked.get("by"), asked.get("reason")
    )
