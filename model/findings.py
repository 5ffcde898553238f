"""What a check of the record may find: which row, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wrong(StrEnum):
    """What may be wrong with a row of the record."""

    ALTERED = "altered"
    REMOVED = "removed"
    CUT_OFF = "cut off"
    REORDERED = "reordered"
    NOT_SEALED = "not sealed"
    PERSONAL_VALUE = "personal value does not match"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row (`decision 5f0c…`, `checkpoint 3`) and what is wrong with it."""

    row: str
    wrong: Wrong
    detail: str

    def __str__(self) -> str:
        """As one line."""
        return f"{self.row}: {self.wrong}: {self.detail}"


@dataclass(slots=True)
class Tally:
    """How many rows of each kind have been checked, and how much was found."""

    cases: int = 0
    decisions: int = 0
    unchained: int = 0
    sealed: int = 0
    waiting: int = 0
    checkpoints: int = 0
    personal_values: int = 0
    erased: int = 0
    revisions: int = 0
    findings: int = 0
