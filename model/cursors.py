"""Cursors: where a page of a list ended, as the caller hands it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import QueryableAttribute, Session

from model.database import Base
from rules.errors import BadFields
from rules.field_problem import FieldProblem

LONGEST_PAGE = 200
_LONGEST_ID = 36
_NOT_OURS = "is not a cursor that this service gave"

Row = TypeVar("Row", bound=Base)


def number_in(cursor: str) -> int:
    """Return the number that a cursor of this service holds.

    Raises:
        BadFields: it is not one that this service gave.
    """
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise BadFields([FieldProblem("/after", _NOT_OURS)])
    return int(cursor)


def numbered(
    session: Session,
    query: Select[Row],
    by: QueryableAttribute[int],
    after: str | None,
    limit: int,
    *,
    newest_first: bool = False,
) -> tuple[Sequence[Row], str | None]:
    """Return up to `limit` (at most 200) of the rows that `query` finds, and the next cursor.

    They come in the order of the number `by`, from the lowest or from the highest; `after`: the
    number that the last page ended with.

    Raises:
        BadFields: `after` is not a cursor.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    if after is not None:
        last = number_in(after)
        query = query.where(by < last if newest_first else by > last)
    order = by.desc() if newest_first else by
    found = session.scalars(query.order_by(order).limit(limit + 1)).all()
    page = found[:limit]
    return page, str(getattr(page[-1], by.key)) if len(found) > limit else None


def rows_after(
    session: Session,
    query: Select[Row],
    table: type[Row],
    by: QueryableAttribute[Any],
    after: str | None,
    limit: int,
) -> tuple[Sequence[Row], str | None]:
    """Return up to `limit` (at most 200) of the rows that `query` finds, and the next cursor.

    They come in the order of `by`, then of their ids; `after`: the id that the last page ended
    with.

    Raises:
        BadFields: `after` is not a cursor.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    id: QueryableAttribute[Any] = table.id  # type: ignore[attr-defined]  # each of these has one
    if after is not None:
        last = session.get(table, after) if len(after) == _LONGEST_ID else None
        if last is None:
            raise BadFields([FieldProblem("/after", _NOT_OURS)])
        query = query.where(tuple_(by, id) > (getattr(last, by.key), after))
    found = session.scalars(query.order_by(by, id).limit(limit + 1)).all()
    return found[:limit], getattr(found[limit - 1], id.key) if len(found) > limit else None
