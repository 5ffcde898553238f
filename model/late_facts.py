"""Late facts: facts as they were at an instant that has passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.errors import BadFields
from rules.field_problem import FieldProblem

SKEW = timedelta(minutes=1)
"""How far a caller's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Late:
    """When late facts were so; `overwrite_newer`: they count against what is newer, too."""

    at: datetime
    overwrite_newer: bool = False

    def as_json(self) -> dict[str, object]:
        """Return what the caller said."""
        told: dict[str, object] = {"as_they_were": self.at.isoformat()}
        return {**told, "overwrite_newer": True} if self.overwrite_newer else told

    def require_past(self, now: datetime, pointer: str) -> None:
        """Refuse an instant that is still to come.

        Raises:
            BadFields: it is, by more than clocks differ.
        """
        if self.at > now + SKEW:
            help = "say when the facts were so, or leave it out if they are so now"
            raise BadFields([FieldProblem(pointer, "lies in the future", help)])
