"""One thing after the other in one transaction, each apart: what fails of one stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, SQLAlchemyError
from sqlalchemy.orm import Session

from rules.errors import Unable

Failed = dict[str, str]
"""What failed, by what it was about."""


@contextmanager
def apart(session: Session, about: str, failed: Failed | None) -> Iterator[None]:
    """Undo what is done here if it fails, and nothing else; note that. Needs a `transaction()`.

    Raises:
        what failed, if nobody notes it, or if it is the database that did: all is done again.
    """
    try:
        with session.begin_nested():
            yield
    except Exception as error:
        is_database = isinstance(error, SQLAlchemyError) and not isinstance(error, DataError)
        if failed is None or is_database or isinstance(error, Unable):
            raise
        failed[about] = f"{type(error).__name__}: {error}"


def require_none(failed: Failed) -> None:
    """Name what failed, once the others are done.

    Raises:
        Unable: something did.
    """
    if failed:
        named = "; ".join(f"{about} ({why})" for about, why in sorted(failed.items()))
        raise Unable(f"as it is kept, this cannot be seen to: {named}")
