"""What a caller asks to have decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from model.late_facts import Late
from model.texts import LONGEST_NAME, require_texts
from rules.values import LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """A case, the changes of its facts (raw JSON, not yet typed) and what to decide.

    `by`: who supplied the facts (default: the API key's name). `as_of`: the day that dates
    and parameters are picked for (default: today). `late`: when the facts were so (default:
    now).
    """

    ref: str
    title: str | None
    by: str | None
    if_version: int | None
    facts: Mapping[str, object]
    decision: str = "routing"
    as_of: date | None = None
    late: Late | None = None

    def as_json(self) -> dict[str, object]:
        """Return the whole input, as it came."""
        return {
            "case": {
                "ref": self.ref,
                "title": self.title,
                "by": self.by,
                "if_version": self.if_version,
                **(self.late.as_json() if self.late else {}),
            },
            "facts": dict(self.facts),
            "decision": self.decision,
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }

    def days_from(self, as_of: date) -> date:
        """Return the day from which days that stand for a date are counted: as one did then."""
        return as_of if self.late is None or self.as_of is not None else self.late.at.date()

    def require_sound(self) -> None:
        """Refuse texts that are too long, empty or hold control characters.

        Raises:
            BadFields: with one problem for each.
        """
        require_texts(
            {
                "/case/ref": (self.ref, LONGEST_NAME),
                "/case/title": (self.title, LONGEST_TEXT),
                "/case/by": (self.by, LONGEST_NAME),
            }
        )
