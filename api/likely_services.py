"""The way from a decision that asks what fits to the services and parts that may be meant.

A header, and no member of the answer: that one is recorded word for word, and replayed, while the
catalogue goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from urllib.parse import quote

from flask import Response

from model import json_text

LINK = {
    "Link": "where it is asked whether an existing service, or a part added to one, fits: the"
    " likeliest ones, and why (`rel=related`); by what the case is called"
}
# A quote within a text is written with a backslash: only a need looks like this.
_ASKING = ('"fact": "existing_service_fits"', '"fact": "part_addition_fits"')


def with_likely(answer: Response, text: str) -> Response:
    """Add the way to the answer whose JSON text this is, if it asks what fits."""
    if any(asking in text for asking in _ASKING):
        case = cast("Mapping[str, Mapping[str, str]]", json_text.loads(text)).get("case")
        if case is not None:
            where = f"/api/v1/catalogue/search?case={quote(case['ref'], safe='')}"
            answer.headers["Link"] = f'<{where}>; rel="related"'
    return answer
