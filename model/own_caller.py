"""Tollgate as a caller of its own: in whose name it decides what nobody has asked for."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.access import ApiKey, Caller
from model.locking import hold

OWN_ID = "tollgate"
OWN_NAME = "Tollgate"


def own_caller(session: Session, now: datetime) -> Caller:
    """Return Tollgate as a caller. Its key lets nobody in: it was revoked when it was made."""
    if session.scalar(select(ApiKey.id).where(ApiKey.id == OWN_ID)) is None:
        hold(session, "own caller")
        if session.get(ApiKey, OWN_ID) is None:
            session.add(
                ApiKey(
                    id=OWN_ID,
                    name=OWN_NAME,
                    key_hash=secrets.token_hex(32),
                    roles=[],
                    created_at=now,
                    revoked_at=now,
                )
            )
            session.flush()
    return Caller(OWN_ID, OWN_NAME, frozenset())
