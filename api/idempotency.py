"""The Idempotency-Key header: the same request under the same key is done once."""

from __future__ import annotations

import re

from flask import Request

from model import json_text
from model.keeping import Once, hash_of
from model.kept_answers import LONGEST_KEY
from rules.errors import BadFields
from rules.field_problem import FieldProblem

HEADER = "Idempotency-Key"
PATTERN = rf"^[!-~]{{1,{LONGEST_KEY}}}$"


def once_under(request: Request, route: str, body: object) -> Once | None:
    """Return the key of the request with the hash of what it asks; `None` without a key.

    Two bodies that say the same, in whatever order and spacing, are the same request: a
    caller who tries again may write it anew.

    Raises:
        BadFields: the header is there and is no key.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not re.fullmatch(PATTERN, key):
        detail = f"must be 1 to {LONGEST_KEY} visible ASCII characters"
        raise BadFields([FieldProblem(f"/{HEADER}", detail)])
    return once_with(key, route, body)


def once_with(key: str, route: str, body: object) -> Once:
    """Return a sound key with the hash of the request that it stands for."""
    return Once(key, hash_of(route, json_text.dumps(_sorted(body)).encode()))


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
