"""Checkpoints: every so often, all decisions made since are sealed with the service's secret.

Who can write to the database can hash a whole chain anew; without the secret, what has been
sealed cannot be sealed anew. A trigger puts each decision into `unsealed_decisions`, in its own
transaction: one that ends late is sealed by a later checkpoint, and none is left out.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import String, delete, exists, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model.append_only import append_only
from model.as_written import as_written
from model.columns import Instant, RowNumber
from model.database import Base
from model.locking import hold
from model.record_chain import AS_WRITTEN, hash_of

LARGEST_CHECKPOINT = 10_000
"""A checkpoint is one transaction, which nothing else should wait for long."""

_AT_ONCE = 500
_PURPOSE = b"tollgate record checkpoints"


@append_only
class Checkpoint(Base):
    """A seal over some decisions and over the checkpoint before."""

    __tablename__ = "checkpoints"

    seq: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime] = mapped_column(Instant)
    previous: Mapped[str | None] = mapped_column(String(64))
    count: Mapped[int] = mapped_column(RowNumber)
    decisions: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


CHECKPOINTS = as_written(Checkpoint)


@append_only
class SealedDecision(Base):
    """The hash that a decision had when it was sealed, with a seal of its own."""

    __tablename__ = "sealed_decisions"

    checkpoint: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    decision_id: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


class UnsealedDecision(Base):
    """A decision that waits to be sealed."""

    __tablename__ = "unsealed_decisions"

    decision_id: Mapped[str] = mapped_column(String(64), primary_key=True)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A checkpoint that was made: its number, and how many decisions it seals."""

    seq: int
    count: int


class Seals:
    """Makes and checks seals with a key of their own, derived from the service's secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, _PURPOSE, "sha256")

    def decision(self, checkpoint: int, position: int, decision_id: str, hash: str) -> str:
        """Return the seal of one decision in a checkpoint."""
        return self._seal(f"decision\n{checkpoint}\n{position}\n{decision_id}\n{hash}")

    def checkpoint(self, row: Mapping[str, object]) -> str:
        """Return the seal that a checkpoint should have."""
        return self._seal(f"checkpoint\n{hash_of(without_seal(row))}")

    def _seal(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), "sha256").hex()


def without_seal(row: Mapping[str, object]) -> dict[str, object]:
    """Return what the seal of a checkpoint is made over."""
    return {name: value for name, value in row.items() if name != "seal"}


class SealList:
    """The hash over a checkpoint's list of seals, taken one after the other."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, seal: str) -> None:
        """Take the next seal."""
        self._hash.update(f"{seal}\n".encode())

    def hexdigest(self) -> str:
        """Return the hash over all that were taken."""
        return self._hash.hexdigest()


def seal_record(
    session: Session, secret: bytes, now: datetime, most: int = LARGEST_CHECKPOINT
) -> Sealed | None:
    """Seal up to `most` decisions that are not sealed yet; `None` when there is none.

    Needs a `transaction()`.
    """
    hold(session, "seal the record")
    waiting = sorted(_waiting(session, most).items())
    if not waiting:
        return None
    seals, last = Seals(secret), latest(session)
    seq = last.seq + 1 if last else 1
    rows = _sealed_rows(seals, seq, waiting)
    row: dict[str, object] = {
        "seq": seq,
        "sealed_at": now,
        "previous": last.seal if last else None,
        "count": len(rows),
        "decisions": _hash_of_list(rows),
    }
    session.execute(insert(CHECKPOINTS), {**row, "seal": seals.checkpoint(row)})
    session.execute(insert(SealedDecision), rows)
    sealed = select(SealedDecision.decision_id).where(SealedDecision.checkpoint == seq)
    session.execute(
        delete(UnsealedDecision)
        .where(UnsealedDecision.decision_id.in_(sealed))
        .execution_options(synchronize_session=False)
    )
    return Sealed(seq, len(rows))


def latest(session: Session) -> Checkpoint | None:
    """Return the newest checkpoint."""
    return session.scalar(select(Checkpoint).order_by(Checkpoint.seq.desc()).limit(1))


def waiting_count(session: Session, most: int) -> int:
    """Return how many decisions wait to be sealed, counting no further than `most`."""
    some = select(UnsealedDecision.decision_id).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _waiting(session: Session, most: int) -> dict[str, str]:
    """Return the hashes of decisions that wait, by id; one that is gone is left to `verify`."""
    decisions, sealed = AS_WRITTEN.c, SealedDecision.decision_id
    found = session.execute(
        select(decisions.id, decisions.hash)
        .join(UnsealedDecision, UnsealedDecision.decision_id == decisions.id)
        .where(~exists().where(sealed == decisions.id))
        .limit(most)
    )
    hashes: dict[str, str | None] = dict(found.all())
    bare = [id for id, hash in hashes.items() if hash is None]
    return {id: hash for id, hash in hashes.items() if hash} | dict(_hashed(session, bare))


def _hashed(session: Session, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the hashes of decisions that a version without the chain recorded."""
    for start in range(0, len(ids), _AT_ONCE):
        some = select(AS_WRITTEN).where(AS_WRITTEN.c.id.in_(ids[start : start + _AT_ONCE]))
        for row in session.execute(some).mappings():
            yield row["id"], hash_of(dict(row))


def _hash_of_list(rows: Sequence[Mapping[str, object]]) -> str:
    listed = SealList()
    for row in rows:
        listed.add(str(row["seal"]))
    return listed.hexdigest()


def _sealed_rows(
    seals: Seals, checkpoint: int, waiting: Sequence[tuple[str, str]]
) -> list[dict[str, object]]:
    return [
        {
            "checkpoint": checkpoint,
            "position": position,
            "decision_id": decision_id,
            "hash": hash,
            "seal": seals.decision(checkpoint, position, decision_id, hash),
        }
        for position, (decision_id, hash) in enumerate(waiting, start=1)
    ]
