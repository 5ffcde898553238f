"""Making, rotating and revoking API keys, each act recorded with who did it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from model.access import (
    ApiKey,
    KeyView,
    NewKey,
    Role,
    create_key,
    key_row,
    key_view,
    revoke,
    roles_of,
)
from model.administration import Act, Actor, record_act
from model.locking import hold
from model.moment import rfc3339
from rules.errors import BadFields, LastAdministrator, Refused
from rules.field_problem import FieldProblem

LONGEST_PAGE = 200
LONGEST_GRACE = timedelta(days=90)
_ID = re.compile("[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True)
class KeyPage:
    """Some keys, oldest first; `next` is the cursor of those after them."""

    keys: tuple[KeyView, ...]
    next: str | None


def make_key(
    session: Session,
    actor: Actor,
    name: str,
    roles: Collection[Role],
    secret: bytes,
    now: datetime,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key and record who made it. Needs a `transaction()`.

    Raises:
        BadFields: the name is unsound, or the key would have expired already.
    """
    _require_later("/expires_at", expires_at, now)
    made = create_key(session, name, roles, secret, now, expires_at=expires_at)
    note_key(session, actor, made, now)
    return made


def note_key(session: Session, actor: Actor, made: NewKey, now: datetime) -> None:
    """Record who made a key."""
    row = key_row(session, made.id)
    roles = [role.value for role in roles_of(row)]
    until = _shown(row.expires_at)
    record_act(
        session, actor, Act.KEY_CREATED, row.id, now, name=row.name, roles=roles, expires_at=until
    )


def rotate_key(
    session: Session,
    actor: Actor,
    key_id: str,
    secret: bytes,
    now: datetime,
    grace: timedelta,
    expires_at: datetime | None = None,
) -> NewKey:
    """Replace a key by a new one of the same name and roles; the old one ends after `grace`.

    The new key ends when the old one would have, or at `expires_at`. Answers that are kept
    under the old key's Idempotency-Keys are found under the new one too.

    Raises:
        UnknownRecord: there is no such key.
        Refused: it has ended already.
        BadFields: `grace` is too long, or the new key would have expired already.
    """
    if not timedelta(0) <= grace <= LONGEST_GRACE:
        detail = f"must be between 0 and {LONGEST_GRACE.days} days"
        raise BadFields([FieldProblem("/grace", detail)])
    _require_later("/expires_at", expires_at, now)
    old = key_row(session, key_id)
    if not old.works_at(now):
        raise Refused(f"the API key `{key_id}` has ended: make a new one")
    made = create_key(
        session,
        old.name,
        roles_of(old),
        secret,
        now,
        expires_at=expires_at or old.expires_at,
        family_id=old.family_id or old.id,
    )
    ends = now + grace
    old.expires_at = min(old.expires_at or ends, ends)
    told = {"name": old.name, "new_key": made.id, "old_key_ends": _shown(old.expires_at)}
    record_act(session, actor, Act.KEY_ROTATED, old.id, now, **told)
    return made


def revoke_key(
    session: Session, actor: Actor, key_id: str, now: datetime, *, keep_one: bool
) -> KeyView:
    """Refuse a key from now on and record who did it; one revoked before stays as it is.

    With `keep_one`, never the last administrator's key that works.

    Raises:
        UnknownRecord: there is no such key.
        LastAdministrator: nobody could administer any more.
    """
    # Two administrators may revoke each other at the same time.
    hold(session, "administrators")
    row = key_row(session, key_id)
    if row.revoked_at is not None:
        return key_view(row)
    if keep_one and _is_last_administrator(session, row, now):
        raise LastAdministrator("no other administrator's key works: make one first")
    record_act(session, actor, Act.KEY_REVOKED, row.id, now, name=row.name)
    return revoke(session, key_id, now)


def keys_after(session: Session, after: str | None, limit: int) -> KeyPage:
    """Return up to `limit` (at most 200) keys, oldest first.

    `after` is the `next` of the page before, `None` for the first page.

    Raises:
        BadFields: `after` is not a cursor.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    place = tuple_(ApiKey.created_at, ApiKey.id)
    query = select(ApiKey).order_by(ApiKey.created_at, ApiKey.id).limit(limit + 1)
    if after is not None:
        last = session.get(ApiKey, after) if _ID.fullmatch(after) else None
        if last is None:
            raise BadFields([FieldProblem("/after", "is not a cursor that this service gave")])
        query = query.where(place > (last.created_at, last.id))
    rows = session.scalars(query).all()
    following = rows[limit - 1].id if len(rows) > limit else None
    return KeyPage(tuple(key_view(row) for row in rows[:limit]), following)


def _is_last_administrator(session: Session, row: ApiKey, now: datetime) -> bool:
    if Role.ADMIN not in roles_of(row) or not row.works_at(now):
        return False
    others = session.scalars(select(ApiKey).where(ApiKey.id != row.id, ApiKey.revoked_at.is_(None)))
    return not any(Role.ADMIN in roles_of(each) and each.works_at(now) for each in others)


def _require_later(pointer: str, expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise BadFields([FieldProblem(pointer, "has passed already")])


def _shown(instant: datetime | None) -> str | None:
    return rfc3339(instant) if instant else None
