"""Packages over HTTP: services that are offered together."""

from __future__ import annotations

from flask import Response, request

from api import catalogue_examples as examples
from api.asking import current_caller
from api.decisions import READERS
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.package_schemas import (
    NewPackageSchema,
    PackagePageSchema,
    PackageSchema,
    PackagesQuerySchema,
)
from api.query import read_query
from api.service import current_service
from api.services import WRITERS
from api.strict_schema import load
from model import json_text
from model.changing_catalogue import remove_package, write_package
from model.moment import rfc3339
from model.packages import (
    PackageChange,
    PackageView,
    packages_after,
    read_package,
)
from model.sight import in_sight
from rules.errors import UnknownRecord

packages = Noun("packages", "Services that are offered together")


@packages.route(
    "GET",
    "/api/v1/packages",
    access=READERS,
    takes=Takes(query=PackagesQuerySchema),
    answers=Answers(200, PackagePageSchema, examples.PACKAGE_PAGE),
)
def list_packages() -> Response:
    """List the packages, in the order in which they were made.

    A ticketing system's key sees those whose services are all in the catalogue.
    """
    query = read_query(request, PackagesQuerySchema)
    with current_service().database.reading() as session:
        which = (query.get("after"), query["limit"], query.get("audience"))
        page = packages_after(session, *which, in_sight(current_caller()).packages)
    body = {"packages": [_shown(each) for each in page.packages], "next": page.next}
    return ok(json_text.dumps(body))


@packages.route(
    "GET",
    "/api/v1/packages/<key:package>",
    access=READERS,
    answers=Answers(200, PackageSchema, examples.PACKAGE),
    fails=(UnknownRecord,),
)
def get_package(package: str) -> Response:
    """Read a package."""
    with current_service().database.reading() as session:
        seen = in_sight(current_caller()).packages
        return ok(json_text.dumps(_shown(read_package(session, package, seen))))


@packages.route(
    "PUT",
    "/api/v1/packages/<key:package>",
    access=WRITERS,
    takes=Takes(NewPackageSchema, examples.NEW_PACKAGES),
    answers=Answers(200, PackageSchema, examples.PACKAGE),
    fails=(UnknownRecord,),
)
def put_package(package: str) -> Response:
    """Make a package of services, or change it."""
    service, new = current_service(), load(NewPackageSchema, read_json(request))
    services = tuple(dict.fromkeys(new["services"]))
    audiences = tuple(dict.fromkeys(new["audiences"]))
    change = PackageChange(new["name"], new["description"], services, audiences)
    by, moment = new.get("by") or current_caller().name, service.moment()
    view = service.database.write(
        lambda session: write_package(session, package, change, by, moment)
    )
    return ok(json_text.dumps(_shown(view)))


@packages.route(
    "DELETE",
    "/api/v1/packages/<key:package>",
    access=WRITERS,
    answers=Answers(200, PackageSchema, examples.PACKAGE),
    fails=(UnknownRecord,),
)
def delete_package(package: str) -> Response:
    """Take a package out of the catalogue, and say what it was; its services stay."""
    service = current_service()
    by, moment = current_caller().name, service.moment()
    view = service.database.write(lambda session: remove_package(session, package, by, moment))
    return ok(json_text.dumps(_shown(view)))


def _shown(package: PackageView) -> dict[str, object]:
    return {
        "key": package.key,
        "name": package.name,
        "description": package.description,
        "services": list(package.services),
        "audiences": list(package.audiences),
        "standing": package.standing.value,
        "changed_by": package.changed_by,
        "changed_at": rfc3339(package.changed_at),
    }
