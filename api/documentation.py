"""The API explains itself: the OpenAPI document, a page to read it on, every kind of problem."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from flask import Flask, Response, current_app, make_response
from flask_smorest import Api  # type: ignore[import-untyped]
from flask_swagger_ui import get_swaggerui_blueprint

from api import examples
from api.authentication import ANY_KEY_FROM_BROWSERS, declare
from api.noun import Answers, Noun, ok
from api.problems import ALL, Kind
from api.response_schemas import ProblemKindSchema, ProblemKindsSchema
from model import json_text
from rules.errors import UnknownRecord
from rules.spelling import did_you_mean

PAGE, DOCUMENT = "/docs", "/api/v1/openapi.json"
_NAME = "tollgate-openapi"
_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)

documentation = Noun("documentation", "How to use all of this")


@documentation.route(
    "GET",
    DOCUMENT,
    access=ANY_KEY_FROM_BROWSERS,
    answers=Answers(200, {"type": "object"}, {"openapi": "3.1.0"}),
)
def openapi() -> Response:
    """Read this document."""
    return ok(current_app.extensions[_NAME])


@documentation.route(
    "GET",
    "/problems",
    access=ANY_KEY_FROM_BROWSERS,
    answers=Answers(200, ProblemKindsSchema, {"problems": [examples.PROBLEM_KIND]}),
)
def list_problems() -> Response:
    """List every kind of problem that this API answers with."""
    return ok(json_text.dumps({"problems": [_told(kind) for kind in ALL.values()]}))


@documentation.route(
    "GET",
    "/problems/<name:code>",
    access=ANY_KEY_FROM_BROWSERS,
    answers=Answers(200, ProblemKindSchema, examples.PROBLEM_KIND),
    fails=(UnknownRecord,),
)
def explain_problem(code: str) -> Response:
    """Explain the kind of problem that `type` names."""
    kind = ALL.get(code)
    if kind is None:
        help = did_you_mean(code, ALL)
        raise UnknownRecord(f"there is no problem `{code}`" + (f"; {help}" if help else ""))
    return ok(json_text.dumps(_told(kind)))


def publish_document(app: Flask, api: Api) -> None:
    """Keep the document as it is now; every noun is registered."""
    app.extensions[_NAME] = json_text.dumps(api.spec.to_dict())


def register_page(app: Flask) -> None:
    """Serve the page; everything it needs comes from here, so that it works offline."""
    config = {"app_name": "Tollgate", "validatorUrl": None, "docExpansion": "list"}
    page = get_swaggerui_blueprint(PAGE, DOCUMENT, config=config, blueprint_name="docs")
    app.register_blueprint(page)
    shown = _with_policy(app.view_functions["docs.show"])
    app.view_functions["docs.show"] = declare(shown, ANY_KEY_FROM_BROWSERS)


def _with_policy(view: Callable[..., Any]) -> Callable[..., Response]:
    @wraps(view)
    def shown(**parts: Any) -> Response:
        response = make_response(view(**parts))
        if not response.direct_passthrough:
            response.headers["Content-Security-Policy"] = _policy(response.get_data())
        return response

    return shown


def _policy(page: bytes) -> str:
    """Allow the page its own files and exactly the scripts that are written into it."""
    digests = (b64encode(sha256(script).digest()).decode() for script in _INLINE.findall(page))
    scripts = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src 'self' {scripts}; connect-src 'self';"
        " img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    )


def _told(kind: Kind) -> dict[str, object]:
    return {"type": kind.uri, "title": kind.title, "status": kind.status, "remedy": kind.remedy}
