"""Private addresses: what a calendar program reads by its address alone, since it can send no key.

The address holds a token that stands for a key, for reading one path and for nothing else. It
ends when the key does; nothing of it is stored.
"""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import bindparam

from model.access import KEYS, Caller, asking, caller_of
from model.database import Reader
from rules.errors import NotAuthenticated

_BY_ID = asking(KEYS.c.id == bindparam("key"))


def token_for(path: str, key_id: str, secret: bytes) -> str:
    """Return the token with which `path` is read as by the key."""
    return f"{key_id}.{_signature(path, key_id, secret)}"


def authenticate_token(
    reader: Reader, path: str, token: str, secret: bytes, now: datetime
) -> Caller:
    """Return whose token for `path` it is; reads only.

    Raises:
        NotAuthenticated: it is no token for this path, or its key has ended.
    """
    key_id, _, signature = token.partition(".")
    expected = _signature(path, key_id, secret)
    if not hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), expected.encode()):
        raise NotAuthenticated("this address is not private to any key: ask for a new one")
    return caller_of(_BY_ID.rows(reader, {"key": key_id}), now)


def _signature(path: str, key_id: str, secret: bytes) -> str:
    said = f"private address {path} {key_id}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, said, "sha256").hexdigest()
