"""Target groups of the catalogue (MTC practice 2): for whom a service or a package is.

What names nobody is for everybody: each group's catalogue has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Text, false, func, or_, type_coerce

from model import json_text

MOST_AUDIENCES = 50
_BETWEEN = ", "
"""What stands between two names in JSON, quotes on both sides of it: no group is called so."""


def named_in(column: Any, audience: str) -> ColumnElement[bool]:
    """Return the condition that a column of audiences names this one, or nobody."""
    text = type_coerce(column, Text)
    # LIKE would tell capitals from small letters on one database and not on the other.
    without = func.replace(text, json_text.dumps(audience), "")
    named = without != text if audience != _BETWEEN else false()
    return or_(text.is_(None), text == "[]", named)


def names(stored: object, audience: str) -> bool:
    """Whether the audiences that are stored name this one, or nobody."""
    return not stored or (audience != _BETWEEN and audience in cast("Sequence[str]", stored))
