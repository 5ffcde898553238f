"""Where an artifact is: an address of the web, or of a document store that the operator named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

from rules.errors import BadFields
from rules.field_problem import FieldProblem

WEB = ("http", "https")
RUNNING = ("javascript", "vbscript", "data", "blob")
"""Schemes of which a browser runs, or shows as its own, what follows."""

LONGEST_LOCATION = 2_000
SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,39}")
_UNSEEN = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""What leaves a blank or nothing at all, beside what Unicode's categories say so of."""
_NOT_SHOWN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs")
_PLAIN = re.compile(r"[!-~\u00a1-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")


def require_location(location: str, schemes: Collection[str]) -> str:
    """Return a location that people may be sent to.

    `schemes`: those of document stores, beside http and https.

    Raises:
        BadFields: it has another scheme, no host, a password, spaces, or what is not seen.
    """
    if detail := location_problem(location, schemes):
        raise BadFields([FieldProblem("/location", detail)])
    return location


def location_problem(location: str, schemes: Collection[str]) -> str | None:
    """Return what keeps people from being sent to a location, if anything does.

    `schemes`: those of document stores, beside http and https.
    """
    return _unsound(location, (*WEB, *schemes))


def _unsound(location: str, schemes: Collection[str]) -> str | None:
    if not 1 <= len(location) <= LONGEST_LOCATION:
        return f"must be 1 to {LONGEST_LOCATION} characters long"
    if not _PLAIN.fullmatch(location):
        return "must hold no spaces and no control characters: write them percent-encoded"
    if unseen := next((each for each in location if _is_unseen(each)), None):
        return (
            f"must not hold U+{ord(unseen):04X}, which is not seen or has the address read as"
            " another: write it percent-encoded"
        )
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


def _is_unseen(character: str) -> bool:
    """Whether people see nothing where it stands, or see what is around it in another order."""
    return unicodedata.category(character) in _NOT_SHOWN or bool(_UNSEEN.match(character))
