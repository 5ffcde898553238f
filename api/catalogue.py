"""The catalogue over HTTP: what there is, what it rests on, and finding it by its words."""

from __future__ import annotations

from flask import Response, request

from api import catalogue_examples as examples
from api.asking import current_caller
from api.catalogue_schemas import (
    CatalogueEntrySchema,
    CatalogueQuerySchema,
    DependenciesSchema,
    EntryPageSchema,
    NewPartSchema,
    PartSchema,
    SearchQuerySchema,
    SearchSchema,
)
from api.decisions import READERS
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.service import current_service
from api.services import WRITERS, offer_shown
from api.strict_schema import load
from model import changing_catalogue, json_text
from model.case_facts import read_case
from model.catalogue import Entry, entries_after, entry_of
from model.catalogue_standing import SHOWN, Standing
from model.database import Session
from model.grouping import telling_words
from model.moment import rfc3339
from model.parts import PartChange, PartView
from model.searching import search
from model.sight import find_seen, in_sight, sees_costs
from rules.errors import BadFields, BornAlready, DependencyCycle, Refused, UnknownRecord
from rules.field_problem import FieldProblem

catalogue = Noun("catalogue", "Services and their parts, as those see them who want one")


@catalogue.route(
    "GET",
    "/api/v1/catalogue",
    access=READERS,
    takes=Takes(query=CatalogueQuerySchema),
    answers=Answers(200, EntryPageSchema, examples.ENTRY_PAGE),
)
def list_entries() -> Response:
    """List what is live or being prepared for release, with its parts; for a target group, too."""
    query = read_query(request, CatalogueQuerySchema)
    with current_service().database.reading() as session:
        page = entries_after(
            session,
            SHOWN,
            query.get("category"),
            query.get("after"),
            query["limit"],
            query.get("audience"),
            in_sight(current_caller()),
        )
    return ok(json_text.dumps({"entries": [_entry(e) for e in page.entries], "next": page.next}))


@catalogue.route(
    "GET",
    "/api/v1/catalogue/search",
    access=READERS,
    takes=Takes(query=SearchQuerySchema),
    answers=Answers(200, SearchSchema, examples.FOUND),
    fails=(UnknownRecord,),
)
def find_entries() -> Response:
    """Find services, parts and packages that may be meant, the likeliest first, each with why.

    By words, or by what a case is called: whoever is asked whether an existing service fits, or
    a part added to one, need not know the catalogue by heart.
    """
    query = read_query(request, SearchQuerySchema)
    if "q" in query and "case" in query:
        raise BadFields([FieldProblem("/case", "is not searched for beside `q`: send one of them")])
    with current_service().database.reading() as session:
        asked = query.get("q") or _title(session, query.get("case"))
        # A title may be a whole sentence, of which not every word says what it is about.
        words = asked if "q" in query else " ".join(telling_words(asked))
        found = search(session, words, SHOWN, query["limit"], query.get("audience"))
    body = {
        "asked": asked,
        "found": [each.as_json() for each in found],
    }
    return ok(json_text.dumps(body))


@catalogue.route(
    "GET",
    "/api/v1/services/<key:key>/entry",
    access=READERS,
    answers=Answers(200, CatalogueEntrySchema, examples.ENTRY),
    fails=(UnknownRecord,),
)
def get_entry(key: str) -> Response:
    """Read what the catalogue says of a service, or will say once it is in it."""
    caller = current_caller()
    with current_service().database.reading() as session:
        find_seen(session, key, caller)
        return ok(json_text.dumps(_entry(entry_of(session, key, in_sight(caller)))))


@catalogue.route(
    "PUT",
    "/api/v1/services/<key:key>/parts/<key:part>",
    access=WRITERS,
    takes=Takes(NewPartSchema, examples.NEW_PARTS),
    answers=Answers(200, PartSchema, examples.PART),
    fails=(UnknownRecord, BornAlready, Refused),
)
def write_part(key: str, part: str) -> Response:
    """Make a part of a service, or change it."""
    service, new = current_service(), load(NewPartSchema, read_json(request))
    words = (new["name"], new["description"], Standing(new["standing"]))
    change = PartChange(*words, new.get("case"), new["cost"], new["one_of_several"])
    by, moment = new.get("by") or current_caller().name, service.moment()
    view = service.database.write(
        lambda session: changing_catalogue.write_part(session, key, part, change, by, moment)
    )
    return ok(json_text.dumps(_part(view)))


@catalogue.route(
    "PUT",
    "/api/v1/services/<key:key>/dependencies",
    access=WRITERS,
    takes=Takes(DependenciesSchema, examples.DEPENDENCIES),
    answers=Answers(200, CatalogueEntrySchema, examples.ENTRY),
    fails=(UnknownRecord, DependencyCycle),
)
def write_dependencies(key: str) -> Response:
    """Say on which services a service rests; a circle is refused."""
    service, asked = current_service(), load(DependenciesSchema, read_json(request))
    by, moment = current_caller().name, service.moment()
    entry = service.database.write(
        lambda session: changing_catalogue.write_dependencies(
            session, key, asked["rests_on"], by, moment
        )
    )
    return ok(json_text.dumps(_entry(entry)))


def _title(session: Session, ref: str | None) -> str:
    if ref is None:
        detail = "is needed, or the `case` whose title is to be searched for"
        raise BadFields([FieldProblem("/q", detail)])
    title = read_case(session, ref).title
    if title is None:
        raise BadFields([FieldProblem("/case", "has no title", "search with `q`")])
    return title


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "key": entry.key,
        "name": entry.name,
        "description": entry.description,
        "category": entry.category,
        "standing": entry.standing,
        **offer_shown(entry),
        "packages": list(entry.packages),
        "parts": [_part(part) for part in entry.parts],
        "rests_on": list(entry.rests_on),
    }


def _part(part: PartView) -> dict[str, object]:
    return {
        "key": part.key,
        "name": part.name,
        "description": part.description,
        "standing": part.standing.value,
        "changed_by": part.changed_by,
        "changed_at": rfc3339(part.changed_at),
        "case": part.case,
        **({"cost": part.cost} if sees_costs(current_caller()) else {}),
    }
