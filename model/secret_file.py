"""The secret that is made on first use and kept in a file that only its owner may read."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from rules.errors import Refused

SHORTEST_SECRET = 16


def kept_secret(path: Path) -> bytes:
    """Return the secret in the file at `path`, made now if there is none yet.

    Raises:
        Refused: the file cannot be read or made, or holds no secret.
    """
    try:
        if not path.exists():
            _make(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise Refused(
            f"TOLLGATE_SECRET: is not set, and `{path}` cannot be used: {error.strerror}"
        ) from error
    if len(secret) < SHORTEST_SECRET:
        raise Refused(f"TOLLGATE_SECRET: is not set, and `{path}` holds no secret; remove the file")
    return secret


def _make(path: Path) -> None:
    """Write beside the path and link into place: of several processes, one makes it, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
