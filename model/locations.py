"""Where an artifact is: an address of the web, or of a document store that the operator named."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from rules.errors import BadFields, FieldProblem

WEB = ("http", "https")
RUNNING = ("javascript", "vbscript", "data", "blob")
"""Schemes of which a browser runs, or shows as its own, what follows."""

LONGEST_LOCATION = 2_000
SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,39}")
_PLAIN = re.compile(r"[!-~\u00a1-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")


def require_location(location: str, schemes: Collection[str]) -> str:
    """Return a location that people may be sent to.

    `schemes`: those of document stores, beside http and https.

    Raises:
        BadFields: it has another scheme, no host, a password, or spaces.
    """
    if detail := _unsound(location, (*WEB, *schemes)):
        raise BadFields([FieldProblem("/location", detail)])
    return location


def _unsound(location: str, schemes: Collection[str]) -> str | None:
    if not 1 <= len(location) <= LONGEST_LOCATION:
        return f"must be 1 to {LONGEST_LOCATION} characters long"
    if not _PLAIN.fullmatch(location):
        return "must hold no spaces and no control characters: write them percent-encoded"
    try:
        parts = urlsplit(location)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in schemes:
        return f"must begin with {', '.join(f'{scheme}:' for scheme in schemes)}"
    if parts.scheme in WEB and not host:
        return "names no host"
    if parts.password is not None:
        return "must not hold a password: everybody who reads the service would see it"
    return None if parts.netloc or parts.path else "says nothing of where it is"
