"""The roster over HTTP: who holds which role, and who stands in for whom."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request

from api import roster_examples as examples
from api.asking import current_caller
from api.authentication import ANY_KEY, only
from api.json_body import read_json
from api.noun import Answers, Header, Noun, Takes, ok
from api.preconditions import HEADER as IF_MATCH
from api.preconditions import PATTERN, etag, read_match
from api.query import read_query
from api.roster_schemas import HoldersQuerySchema, HoldersSchema, RosterSchema, RosterShownSchema
from api.service import current_service
from api.strict_schema import load
from model import json_text
from model.access import Role
from model.moment import rfc3339
from model.roster import Holder
from model.roster_document import without_addresses
from model.rosters import RosterView, current_roster, replace_roster
from rules.errors import PreconditionRequired, RosterMovedOn

SEE_ADDRESSES = (Role.SERVICE_MANAGER,)

_ANSWERS = Answers(
    200, RosterShownSchema, examples.ROSTER, headers={"ETag": "its version, for If-Match"}
)
_SEEN = Header(IF_MATCH, "the ETag of the roster that this replaces, or `*`", PATTERN, True)

roster = Noun("roster", "Who holds which role, and who stands in for whom")


@roster.route("GET", "/api/v1/roster", access=ANY_KEY, answers=_ANSWERS)
def read_roster() -> Response:
    """Read the roster that counts now.

    Addresses are shown to service managers and administrators alone; to others, people's names
    stand for them.
    """
    with current_service().database.reading() as session:
        return _shown(current_roster(session))


@roster.route(
    "PUT",
    "/api/v1/roster",
    access=only(Role.SERVICE_MANAGER),
    takes=Takes(RosterSchema, examples.ROSTERS, headers=[_SEEN]),
    answers=_ANSWERS,
    fails=(RosterMovedOn, PreconditionRequired),
)
def write_roster() -> Response:
    """Replace the roster: all of it, or nothing when something in it is at odds.

    Every version is kept, with who wrote it.
    """
    service, match = current_service(), read_match(request)
    document = load(RosterSchema, read_json(request))
    by, now = current_caller().name, service.clock()

    def require(version: int) -> None:
        match.require(version, "roster", RosterMovedOn)

    return _shown(
        service.database.write(lambda session: replace_roster(session, document, by, now, require))
    )


@roster.route(
    "GET",
    "/api/v1/roster/holders",
    access=ANY_KEY,
    takes=Takes(query=HoldersQuerySchema),
    answers=Answers(200, HoldersSchema, examples.HOLDERS),
)
def read_holders() -> Response:
    """Say who holds a role on a day, for an agency.

    The agency's own holders come first, then those who hold it everywhere; of either, the
    holders, then their deputies. Whoever is away that day is left out. Addresses are shown to
    service managers and administrators alone.
    """
    service, query = current_service(), read_query(request, HoldersQuerySchema)
    day, agency = query.get("day") or service.moment().today, query.get("agency")
    with service.database.reading() as session:
        holders = current_roster(session).roster.holders(query["role"], agency, day)
    body = {
        "role": query["role"],
        "agency": agency,
        "day": day.isoformat(),
        "holders": [_holder(each) for each in holders],
    }
    return ok(json_text.dumps(body))


def _holder(holder: Holder) -> dict[str, object]:
    address = {"email": holder.person.email} if _sees_addresses() else {}
    return {"name": holder.person.name, **address, "stands_in": holder.stands_in}


def _shown(view: RosterView) -> Response:
    body = {
        **(view.document if _sees_addresses() else without_addresses(view.document)),
        "version": view.version,
        "changed_by": view.by,
        "changed_at": _instant(view.at),
    }
    return ok(json_text.dumps(body), headers={"ETag": etag(view.version)})


def _sees_addresses() -> bool:
    return current_caller().may(*SEE_ADDRESSES)


def _instant(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None
