"""Checking the checkpoints: none is altered or removed, nor a decision that one of them seals."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from model.checkpoints import CHECKPOINTS, SealedDecision, SealList, Seals, UnsealedDecision
from model.findings import Finding, Tally, Wrong
from model.record_chain import AS_WRITTEN
from model.record_pages import PAGE, Row, checkpoints_in_order, pages_of_seals


class SealCheck:
    """Walks the checkpoints, and what each of them seals."""

    def __init__(self, session: Session, secret: bytes, tally: Tally) -> None:
        self._session = session
        self._seals = Seals(secret)
        self._tally = tally

    def findings(self, span: range | None = None) -> Iterator[Finding]:
        """Yield what is wrong with the checkpoints, and the sealed decisions that are gone.

        `span`: only the checkpoints with these numbers; what is wrong at the record's end, and
        with what waits to be sealed, is then left to whoever looks at all of it.
        """
        expected = span.start if span else 1
        previous = self._seal_of(expected - 1)
        for checkpoint in checkpoints_in_order(self._session, expected - 1):
            if span and checkpoint["seq"] >= span.stop:
                break
            self._tally.checkpoints += 1
            seq = checkpoint["seq"]
            for number in range(expected, seq):
                yield Finding(f"checkpoint {number}", Wrong.REMOVED, "its number is missing")
            follows = expected < seq or checkpoint["previous"] == previous
            if self._seals.checkpoint(dict(checkpoint)) != checkpoint["seal"] or not follows:
                detail = "it is not what was sealed, or was sealed with another TOLLGATE_SECRET"
                yield Finding(f"checkpoint {seq}", Wrong.ALTERED, detail)
            else:
                yield from self._sealed_by(checkpoint)
            expected, previous = seq + 1, checkpoint["seal"]
        if span:
            for number in range(expected, span.stop):
                yield Finding(f"checkpoint {number}", Wrong.REMOVED, "its number is missing")
            return
        yield from self.at_the_end(expected)

    def at_the_end(self, after: int) -> Iterator[Finding]:
        """Yield what is wrong after the last checkpoint, and with what waits to be sealed."""
        yield from self._without_checkpoint(after)
        yield from self._gone_while_waiting()

    def _seal_of(self, number: int) -> str | None:
        return self._session.scalar(select(CHECKPOINTS.c.seal).where(CHECKPOINTS.c.seq == number))

    def _without_checkpoint(self, after: int) -> Iterator[Finding]:
        """Yield the checkpoints after the last one that is there, while they seal something."""
        sealing = select(SealedDecision.checkpoint).where(SealedDecision.checkpoint >= after)
        for number in self._session.scalars(sealing.distinct().limit(PAGE)):
            detail = "it seals decisions, and is gone"
            yield Finding(f"checkpoint {number}", Wrong.REMOVED, detail)

    def _sealed_by(self, checkpoint: Row) -> Iterator[Finding]:
        listed, count, found = SealList(), 0, False
        for page in pages_of_seals(self._session, checkpoint["seq"]):
            for row in page:
                count += 1
                listed.add(row["seal"])
                for finding in self._wrong_with(row):
                    found = True
                    yield finding
        sealed = (checkpoint["count"], checkpoint["decisions"])
        if not found and (count, listed.hexdigest()) != sealed:
            detail = f"it seals {checkpoint['count']} decisions, and lists {count}"
            yield Finding(f"checkpoint {checkpoint['seq']}", Wrong.ALTERED, detail)

    def _wrong_with(self, row: Row) -> Iterator[Finding]:
        seal = self._seals.decision(
            row["checkpoint"], row["position"], row["decision_id"], row["hash"]
        )
        if seal != row["seal"]:
            what = f"seal of decision {row['decision_id']} in checkpoint {row['checkpoint']}"
            yield Finding(what, Wrong.ALTERED, "it is not what was sealed")
        elif row["found"] is None:
            detail = f"checkpoint {row['checkpoint']} seals it, and it is gone"
            yield Finding(f"decision {row['decision_id']}", Wrong.REMOVED, detail)

    def _gone_while_waiting(self) -> Iterator[Finding]:
        last = ""
        there = exists().where(AS_WRITTEN.c.id == UnsealedDecision.decision_id)
        while True:
            query = select(UnsealedDecision.decision_id, there)
            query = query.where(UnsealedDecision.decision_id > last)
            ordered = query.order_by(UnsealedDecision.decision_id).limit(PAGE)
            page = self._session.execute(ordered).all()
            for decision_id, found in page:
                if not found:
                    detail = "it waited to be sealed, and is gone"
                    yield Finding(f"decision {decision_id}", Wrong.REMOVED, detail)
            if len(page) < PAGE:
                return
            last = page[-1][0]
