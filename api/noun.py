"""A noun of the API: its routes, each declared once, for Flask, the guard and the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_smorest import Api, Blueprint  # type: ignore[import-untyped]
from marshmallow import Schema

from api.authentication import Access, declare
from api.presumed_callers import View
from api.problem_responses import problem_responses
from api.problems import OF_STATUSES, Kind, kind_of
from rules.errors import (
    BadFields,
    BadRequestBody,
    DatabaseAway,
    NotAllowed,
    NotAuthenticated,
    TollgateError,
)

JSON = "application/json"
Failures = Sequence[type[TollgateError]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a route answers when all goes well."""

    status: int
    schema: type[Schema] | Mapping[str, object]
    example: object
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Header:
    """A header that a route reads."""

    name: str
    says: str
    pattern: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Takes:
    """What a route reads: a JSON body, a query, headers."""

    body: type[Schema] | None = None
    examples: Mapping[str, object] = field(default_factory=dict)
    query: type[Schema] | None = None
    headers: Sequence[Header] = ()


class Noun:
    """Some routes about one thing."""

    def __init__(self, name: str, description: str) -> None:
        self._blueprint = Blueprint(name, __name__, description=description)

    def route(
        self,
        method: str,
        path: str,
        *,
        access: Access,
        answers: Answers,
        takes: Takes = Takes(),
        fails: Failures = (),
    ) -> Callable[[View], View]:
        """Make the function that follows answer `method` at `path`."""

        def declared(view: View) -> View:
            operation = {
                "operationId": view.__name__,
                "responses": {
                    **_success(answers),
                    **problem_responses(_failures(access, takes, fails)),
                },
                **_taken(takes),
                **_security(access),
            }
            documented = self._blueprint.doc(**operation)(declare(view, access))
            self._blueprint.route(path, methods=[method])(documented)
            return view

        return declared

    def register(self, api: Api) -> None:
        """Add the routes to the application and to the document."""
        api.register_blueprint(self._blueprint)


def ok(text: str | bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer whose text is written already."""
    return Response(text, status, headers, content_type=JSON)


def _success(answers: Answers) -> dict[str, object]:
    content = {answers.media_type: {"schema": answers.schema, "example": answers.example}}
    headers = {"X-Request-ID": "the id under which the log has this request", **answers.headers}
    return {
        str(answers.status): {
            "description": HTTPStatus(answers.status).phrase,
            "content": content,
            "headers": {
                name: {"description": says, "schema": {"type": "string"}}
                for name, says in headers.items()
            },
        }
    }


def _failures(access: Access, takes: Takes, fails: Failures) -> list[Kind]:
    kinds = [kind_of(error) for error in fails]
    if not access.everybody:
        kinds += [kind_of(error) for error in (NotAuthenticated, NotAllowed, DatabaseAway)]
        kinds.append(OF_STATUSES[429])
    if takes.body:
        kinds += [kind_of(BadRequestBody), OF_STATUSES[413], OF_STATUSES[415]]
    if takes.body or takes.query or takes.headers:
        kinds.append(kind_of(BadFields))
    return kinds


def _taken(takes: Takes) -> dict[str, Any]:
    parameters: list[object] = [
        {
            "in": "header",
            "name": header.name,
            "description": header.says,
            "required": header.required,
            "schema": {"type": "string", "pattern": header.pattern},
        }
        for header in takes.headers
    ]
    if takes.query:
        parameters.append({"in": "query", "schema": takes.query})
    taken: dict[str, Any] = {"parameters": parameters} if parameters else {}
    if takes.body:
        examples = {name: {"value": value} for name, value in takes.examples.items()}
        content = {JSON: {"schema": takes.body, "examples": examples}}
        taken["requestBody"] = {"required": True, "content": content}
    return taken


def _security(access: Access) -> dict[str, Any]:
    if access.everybody:
        return {"security": []}
    ways: list[dict[str, list[str]]] = [{"key": []}]
    ways += [{"browser": []}] if access.from_browsers else []
    ways += [{"address": []}] if access.by_address else []
    return {"security": ways}
