"""Personal values, kept beside the record: what is recorded holds a salted hash in their place.

The record stays whole, and its hashes right, when a value is erased here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import cast

from sqlalchemy import ForeignKey, Index, String, Text, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from model import json_text
from model.columns import RowNumber
from model.database import Base
from model.texts import LONGEST_NAME

MEMBER = "$personal"
"""What no fact and no other member of an answer can be called."""

PLACEHOLDER = re.compile(r'\{"\$personal": "sha256:([0-9a-f]{64})"\}')
ERASED = "null"
_AT_ONCE = 500

Salts = Callable[[], str]


class PersonalValue(Base):
    """A personal value of one decision (JSON text); without it and its salt: it was erased."""

    __tablename__ = "personal_values"
    __table_args__ = (Index(None, "case_id", "name"),)

    commitment: Mapped[str] = mapped_column(String(64), primary_key=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    salt: Mapped[str | None] = mapped_column(String(64))
    value: Mapped[str | None] = mapped_column(Text)
    erasure_id: Mapped[int | None] = mapped_column(RowNumber)


def fresh_salt() -> str:
    """Return 32 random bytes in hexadecimal."""
    return secrets.token_hex(32)


def commitment(salt: str, decision_id: str, name: str, value: str) -> str:
    """Return the hash that stands for a value (JSON text) of a fact in a decision."""
    return sha256(f"{salt}\n{decision_id}\n{name}\n{value}".encode()).hexdigest()


class Withholding:
    """Takes the personal values out of what is recorded of one decision."""

    def __init__(
        self, decision_id: str, case_id: int, personal: Collection[str], salts: Salts
    ) -> None:
        self._decision_id = decision_id
        self._case_id = case_id
        self._personal = personal
        self._salts = salts
        self._rows: dict[tuple[str, str], dict[str, object]] = {}

    @property
    def may_apply(self) -> bool:
        """Whether any fact is personal at all."""
        return bool(self._personal)

    @property
    def applied(self) -> bool:
        """Whether a value has been taken out."""
        return bool(self._rows)

    def facts(self, facts: Mapping[str, object]) -> Mapping[str, object]:
        """Return `facts` with a placeholder for each personal value."""
        return {name: self._withheld(name, value) for name, value in facts.items()}

    def store(self, session: Session) -> None:
        """Store the values that were taken out; the decision must be there."""
        if self._rows:
            session.execute(insert(PersonalValue), list(self._rows.values()))

    def _withheld(self, name: str, value: object) -> object:
        if value is None or name not in self._personal:
            return value
        text = json_text.dumps(value)
        row = self._rows.get((name, text))
        if row is None:
            row = self._rows[name, text] = self._row(name, text)
        return {MEMBER: f"sha256:{row['commitment']}"}

    def _row(self, name: str, text: str) -> dict[str, object]:
        salt = self._salts()
        return {
            "commitment": commitment(salt, self._decision_id, name, text),
            "decision_id": self._decision_id,
            "case_id": self._case_id,
            "name": name,
            "salt": salt,
            "value": text,
        }


def commitments_in(text: str) -> list[str]:
    """Return the hashes that stand for personal values in a recorded text."""
    return PLACEHOLDER.findall(text) if MEMBER in str(text) else []


def revealed(session: Session, texts: Sequence[str]) -> list[str]:
    """Return recorded texts with the personal values put back; `null` for those erased.

    A text without any costs nothing.
    """
    wanted = dict.fromkeys(each for text in texts for each in commitments_in(text))
    if not wanted:
        return list(texts)
    values = {row.commitment: row.value or ERASED for row in rows_of(session, wanted)}

    def value(placeholder: re.Match[str]) -> str:
        return values.get(placeholder[1], placeholder[0])

    return [PLACEHOLDER.sub(value, text) for text in texts]


def revealed_facts(
    session: Session, facts: Mapping[str, object]
) -> tuple[Mapping[str, object], tuple[str, ...]]:
    """Return recorded facts with the personal values put back, and the names of those erased."""
    withheld = [name for name, value in facts.items() if isinstance(value, dict)]
    if not withheld:
        return facts, ()
    (text,) = revealed(session, [json_text.dumps(facts)])
    plain = cast("dict[str, object]", json_text.loads(text))
    return plain, tuple(sorted(name for name in withheld if plain[name] is None))


def rows_of(session: Session, commitments: Iterable[str]) -> Iterable[PersonalValue]:
    """Yield the rows behind some commitments, those that are there."""
    wanted = list(commitments)
    for start in range(0, len(wanted), _AT_ONCE):
        some = PersonalValue.commitment.in_(wanted[start : start + _AT_ONCE])
        yield from session.scalars(select(PersonalValue).where(some))
