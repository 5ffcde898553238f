"""What reviews are about, where the product itself sets them up: nobody else may."""

from __future__ import annotations

from datetime import date

from rules.errors import BadFields
from rules.field_problem import FieldProblem

RULED = "rules/"
"""What `reviews.yaml` names."""
OF_AGREEMENTS, OF_IMPROVEMENTS = "agreements/", "improvements/"
BREACH = "breach/"
"""The subject of a breach's review goes on so after the agreement's; then its metric and day."""
_OURS = (RULED, OF_AGREEMENTS, OF_IMPROVEMENTS)


def of_portfolio(rule: str, portfolio: str) -> str:
    """Return what follows `RULED` where a standing review is of one portfolio (its key)."""
    return f"{rule}/{portfolio}"


def portfolio_in(subject: str) -> str | None:
    """Return the key of the one portfolio that a review is of; `None`: it is of none by itself."""
    about = subject.removeprefix(RULED)
    return about.partition("/")[2] or None if subject.startswith(RULED) else None


def require_free(subject: str) -> None:
    """Refuse, for a review that somebody sets up by hand, what the product reviews by itself.

    Raises:
        BadFields: the subject begins like one of those.
    """
    if subject.startswith(_OURS):
        detail = f"must not begin with {', '.join(_OURS)}: such reviews come by themselves"
        raise BadFields([FieldProblem("/subject", detail)])


def metric_and_day(subject: str) -> tuple[str, str, date]:
    """Return what the review of a breach is about: the agreement's own subject, metric and day."""
    of, _, about = subject.partition(f"/{BREACH}")
    metric, _, day = about.rpartition("/")
    return of, metric, date.fromisoformat(day)
