"""Cursors: where a page of a list ended, as the caller hands it back."""

from __future__ import annotations

from rules.errors import BadFields, FieldProblem


def number_in(cursor: str) -> int:
    """Return the number that a cursor of this service holds.

    Raises:
        BadFields: it is not one that this service gave.
    """
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise BadFields([FieldProblem("/after", "is not a cursor that this service gave")])
    return int(cursor)
