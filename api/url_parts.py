"""The parts of URLs that name things: a case's ref, which may hold anything, and an id."""

from __future__ import annotations

from flask import Flask, Request
from flask_smorest import Api  # type: ignore[import-untyped]
from werkzeug.routing import BaseConverter, ValidationError

from model.services import KEY
from model.texts import LONGEST_NAME
from rules.values import has_control_character


class RefInUrl(BaseConverter):
    """A case's ref, percent-encoded; it may hold a slash, even at its ends."""

    regex = r".+?"
    part_isolating = False

    def to_python(self, value: str) -> str:
        """Return the ref, unless no case can have it."""
        if len(value) > LONGEST_NAME or has_control_character(value):
            raise ValidationError
        return value


class IdInUrl(BaseConverter):
    """An id that this service gave."""

    regex = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class NameInUrl(BaseConverter):
    """A name out of the rule files, or a problem's code."""

    regex = r"[0-9A-Za-z_-]{1,200}"


class KeyInUrl(BaseConverter):
    """The key of a service."""

    regex = KEY.pattern


class GateInUrl(BaseConverter):
    """The number of a toll-gate."""

    regex = "[1-7]"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)


def register(app: Flask) -> None:
    """Let routes of `app` speak of these parts."""
    app.url_map.converters.update(
        ref=RefInUrl, id=IdInUrl, name=NameInUrl, key=KeyInUrl, gate=GateInUrl
    )
    # A ref such as `a//b` is another case than `a/b`.
    app.url_map.merge_slashes = False


def is_encoded(request: Request, end: str) -> bool:
    """Whether the request's path ends in `end` with its slash percent-encoded.

    Then it is the end of a ref, not of a route; of servers that do not tell, nobody knows.
    """
    environ = request.environ
    raw: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    return raw.partition("?")[0].lower().endswith(end.replace("/", "%2f"))


def describe(api: Api) -> None:
    """Let the OpenAPI document say what the parts look like."""
    for part, schema in (
        (RefInUrl, {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}),
        (IdInUrl, {"type": "string", "format": "uuid", "pattern": f"^{IdInUrl.regex}$"}),
        (NameInUrl, {"type": "string", "pattern": f"^{NameInUrl.regex}$"}),
        (KeyInUrl, {"type": "string", "pattern": f"^{KeyInUrl.regex}$"}),
        (GateInUrl, {"type": "integer", "minimum": 1, "maximum": 7}),
    ):
        api.register_converter(part, lambda _converter, schema=schema: dict(schema))
