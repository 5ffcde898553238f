"""API keys: who may ask, in which roles, until when. Only a keyed hash of a key is stored."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, String, Text, bindparam, select, type_coerce, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from model import json_text
from model.columns import Instant, JsonText
from model.database import Base, Database, Reader, table_of
from model.locking import hold
from model.prepared import Prepared
from model.sources import fresh_id
from model.texts import LONGEST_NAME, require_texts
from rules.errors import DatabaseAway, NotAuthenticated, UnknownRecord

USE_IS_NOTED_EVERY = timedelta(minutes=1)
NOTED_WITHIN = 0.1
"""Seconds that a request is kept waiting for it, at most."""


class Role(StrEnum):
    """What a key may be used for; an administrator's may be used for everything."""

    TICKETING = "ticketing"
    POLICY_OWNER = "policy-owner"
    SERVICE_MANAGER = "service-manager"
    AUDITOR = "auditor"
    ADMIN = "admin"


class ApiKey(Base):
    """A key, without the key."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[object] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    # The first of the keys that replaced one another; missing from the first itself.
    family_id: Mapped[str | None] = mapped_column(String(36))

    def works_at(self, now: datetime) -> bool:
        """Whether the key is neither revoked nor expired."""
        ends = (self.revoked_at, self.expires_at)
        return all(end is None or end > now for end in ends)


KEYS = table_of(ApiKey)
ASKED: tuple[ColumnElement[Any], ...] = (
    *(KEYS.c[n] for n in ("id", "name", "expires_at", "revoked_at", "last_used_at", "family_id")),
    # As text: there are few different ones.
    type_coerce(KEYS.c.roles, Text),
)
"""What `caller_of` needs of a key, to tell who asks."""


def asking(which: ColumnElement[bool]) -> Prepared:
    """Return the statement that finds `ASKED` of a key."""
    return Prepared(select(*ASKED).where(which))


_BY_HASH = asking(KEYS.c.key_hash == bindparam("hash"))


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the key that came with the request."""

    key_id: str
    name: str
    roles: frozenset[Role]
    last_used_at: datetime | None = None
    family_id: str | None = None

    @property
    def family(self) -> str:
        """What stays when the key is rotated: what was asked under the old key is not lost."""
        return self.family_id or self.key_id

    def may(self, *roles: Role) -> bool:
        """Whether the key carries one of `roles`, or is an administrator's."""
        return Role.ADMIN in self.roles or not self.roles.isdisjoint(roles)


@dataclass(slots=True)
class Presumed:
    """Who asked with a key before, by its hash; `confirmed` once it is found to work still.

    `mark`: what tells the key from others where it was kept in mind.
    """

    key_hash: str
    caller: Caller
    mark: bytes = b""
    confirmed: Caller | None = None

    def confirm(self, found: Sequence[Any], now: datetime) -> None:
        """Confirm it by what was found of the key now: `ASKED`, or nothing.

        Raises:
            NotAuthenticated: the key is unknown, expired or revoked.
        """
        self.confirmed = caller_of([found] if found else [], now)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; `key` is shown once and stored nowhere."""

    id: str
    key: str


@dataclass(frozen=True, slots=True)
class KeyView:
    """What may be shown of a key."""

    id: str
    name: str
    roles: tuple[Role, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


def identify(database: Database, key: str, secret: bytes, now: datetime) -> Caller:
    """Return whose `key` it is, and note its use, at most once a minute.

    Raises:
        NotAuthenticated: the key is unknown, expired or revoked.
        DatabaseAway: the database did not answer in time.
    """
    with database.looking() as connection:
        caller = authenticate(connection, key, secret, now)
    note_use(database, caller, now)
    return caller


def authenticate(reader: Reader, key: str, secret: bytes, now: datetime) -> Caller:
    """Return whose `key` it is; reads only.

    Raises:
        NotAuthenticated: the key is unknown, expired or revoked.
    """
    return caller_with(reader, hash_of(key, secret), now)


def caller_with(reader: Reader, key_hash: str, now: datetime) -> Caller:
    """Return whose key it is that has this hash; reads only.

    Raises:
        NotAuthenticated: the key is unknown, expired or revoked.
    """
    return caller_of(_BY_HASH.rows(reader, {"hash": key_hash}), now)


def note_use(database: Database, caller: Caller, now: datetime) -> None:
    """Note that a key was used, at most once a minute, if that can be done at once."""
    if caller.last_used_at is None or now - caller.last_used_at >= USE_IS_NOTED_EVERY:
        # Knowing when a key was last used is not worth refusing the request for.
        with suppress(DatabaseAway), database.transaction(NOTED_WITHIN) as session:
            used = update(ApiKey).where(ApiKey.id == caller.key_id).values(last_used_at=now)
            session.execute(used)


def caller_of(found: Sequence[Sequence[Any]], now: datetime) -> Caller:
    """Return whose key it is that a statement made by `asking` found, if it did.

    Raises:
        NotAuthenticated: there is none, or the key is expired or revoked.
    """
    if not found:
        raise NotAuthenticated("this API key is not known")
    id, name, expires_at, revoked_at, last_used_at, family_id, roles = found[0]
    if revoked_at is not None and revoked_at <= now:
        raise NotAuthenticated("this API key has been revoked")
    if expires_at is not None and expires_at <= now:
        raise NotAuthenticated("this API key has expired")
    return Caller(id, name, _roles_in(roles), last_used_at, family_id)


@lru_cache
def _roles_in(text: str) -> frozenset[Role]:
    return frozenset(Role(role) for role in cast("list[str]", json_text.loads(text)))


def create_key(
    session: Session,
    name: str,
    roles: Collection[Role],
    secret: bytes,
    now: datetime,
    *,
    expires_at: datetime | None = None,
    key: str | None = None,
    family_id: str | None = None,
) -> NewKey:
    """Store the hash of `key`, or of a new random one, and return it, this once.

    Raises:
        BadFields: the name is not 1 to 200 plain characters.
    """
    require_texts({"/name": (name, LONGEST_NAME)})
    key = key or fresh_key()
    new = ApiKey(
        id=fresh_id(),
        name=name,
        key_hash=hash_of(key, secret),
        roles=sorted({Role(role).value for role in roles}),
        created_at=now,
        expires_at=expires_at,
        family_id=family_id,
    )
    session.add(new)
    session.flush()
    return NewKey(new.id, key)


def bootstrap(session: Session, key: str | None, secret: bytes, now: datetime) -> NewKey | None:
    """Make the first administrator's key if there is no key at all; else return `None`."""
    hold(session, "bootstrap")
    if session.scalar(select(ApiKey.id).limit(1)) is not None:
        return None
    return create_key(session, "first administrator", [Role.ADMIN], secret, now, key=key)


def list_keys(session: Session) -> tuple[KeyView, ...]:
    """Return every key, oldest first."""
    rows = session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id))
    return tuple(key_view(row) for row in rows)


def revoke(session: Session, key_id: str, now: datetime) -> KeyView:
    """Refuse the key from now on; a key that was revoked before stays as it is.

    Raises:
        UnknownRecord: there is no such key.
    """
    row = key_row(session, key_id)
    row.revoked_at = row.revoked_at or now
    return key_view(row)


def key_row(session: Session, key_id: str) -> ApiKey:
    """Return a key's row, which no other transaction changes until this one ends.

    Raises:
        UnknownRecord: there is no such key.
    """
    row = session.get(ApiKey, key_id, with_for_update=True)
    if row is None:
        raise UnknownRecord(f"there is no API key `{key_id}`")
    return row


def fresh_key() -> str:
    """Return a random key, marked so that it is found when it leaks."""
    return f"tollgate_{secrets.token_urlsafe(32)}"


def key_view(row: ApiKey) -> KeyView:
    """Return what may be shown of a key."""
    return KeyView(
        row.id,
        row.name,
        roles_of(row),
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.last_used_at,
    )


def roles_of(row: ApiKey) -> tuple[Role, ...]:
    """Return the roles of a key."""
    return tuple(Role(role) for role in cast("list[str]", row.roles))


def hash_of(key: str, secret: bytes) -> str:
    """Return what is stored of a key."""
    return hmac.digest(secret, key.encode("utf-8", "surrogatepass"), "sha256").hex()
