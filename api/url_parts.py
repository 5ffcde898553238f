"""The parts of URLs that name things: a case's ref, which may hold anything, and an id."""

from __future__ import annotations

from flask import Flask, Request
from flask_smorest import Api  # type: ignore[import-untyped]
from werkzeug.routing import BaseConverter

from model.services import KEY
from model.texts import LONGEST_NAME


class RefInUrl(BaseConverter):
    """A case's ref or a customer's name, percent-encoded; it may hold a slash, even at its ends."""

    # Said by the pattern alone: what only `to_python` refused, other methods of the same address
    # would be offered for. Without control characters and halves of surrogate pairs.
    regex = rf"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{{1,{LONGEST_NAME}}}?"
    part_isolating = False


class IdInUrl(BaseConverter):
    """An id that this service gave."""

    regex = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class NameInUrl(BaseConverter):
    """A name out of the rule files, or a problem's code."""

    regex = r"[0-9A-Za-z_-]{1,200}"


class KeyInUrl(BaseConverter):
    """The key of a service."""

    regex = KEY.pattern


class NumberInUrl(BaseConverter):
    """A number that this service counts something with."""

    regex = r"[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)


class GateInUrl(NumberInUrl):
    """The number of a toll-gate."""

    regex = "[1-7]"


def register(app: Flask) -> None:
    """Let routes of `app` speak of these parts."""
    app.url_map.converters.update(
        ref=RefInUrl,
        id=IdInUrl,
        number=NumberInUrl,
        name=NameInUrl,
        key=KeyInUrl,
        gate=GateInUrl,
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
        (NumberInUrl, {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}),
        (NameInUrl, {"type": "string", "pattern": f"^{NameInUrl.regex}$"}),
        (KeyInUrl, {"type": "string", "pattern": f"^{KeyInUrl.regex}$"}),
        (GateInUrl, {"type": "integer", "minimum": 1, "maximum": 7}),
    ):
        api.register_converter(part, lambda _converter, schema=schema: dict(schema))
