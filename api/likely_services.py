"""The way from a decision that asks what fits to all services and parts that may be meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from urllib.parse import quote

from flask import Response

from model import json_text
from model.likely_services import asks_what_fits

LINK = {
    "Link": "where it is asked whether an existing service, or a part added to one, fits: the"
    " likeliest ones (`rel=related`), by what the case is called: more than the answer names"
}


def with_way(answer: Response, text: str) -> Response:
    """Add the way to the answer whose JSON text this is, if it asks what fits."""
    if asks_what_fits(text):
        case = cast("Mapping[str, Mapping[str, str]]", json_text.loads(text)).get("case")
        if case is not None:
            where = f"/api/v1/catalogue/search?case={quote(case['ref'], safe='')}"
            answer.headers["Link"] = f'<{where}>; rel="related"'
    return answer
