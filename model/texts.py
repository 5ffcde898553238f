"""Texts that callers choose: short, plain, and the same on every database."""

from __future__ import annotations

from collections.abc import Mapping

from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.values import has_control_character

LONGEST_NAME = 200
_REFS = ("/ref", "/case")


def require_texts(texts: Mapping[str, tuple[str | None, int]]) -> None:
    """Refuse each text (by its JSON Pointer) that is not 1 to so many plain characters.

    Nor may one be blanks only, but for the ref of a case, which the ticketing system chose.

    Raises:
        BadFields: with one problem for each.
    """
    problems = [
        FieldProblem(pointer, detail)
        for pointer, (text, longest) in texts.items()
        if (detail := _unsound(text, longest, pointer.endswith(_REFS)))
    ]
    if problems:
        raise BadFields(problems)


def _unsound(text: str | None, longest: int, may_be_blank: bool) -> str | None:
    if text is None:
        return None
    if not 1 <= len(text) <= longest:
        return f"must be 1 to {longest} characters long"
    if has_control_character(text):
        return "must not contain control characters"
    return "must not be blanks only" if text.isspace() and not may_be_blank else None
