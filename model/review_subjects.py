"""What reviews are about, where the product itself sets them up: nobody else may."""

from __future__ import annotations

from datetime import date

from rules.errors import BadFields
from rules.field_problem import FieldProblem

RULED = "rules/"
"""What `reviews.yaml` names."""
OF_PORTFOLIOS = "ruled-portfolios/"
"""The same of one portfolio by itself. Not beneath `RULED`: a process from before portfolios were
reviewed ends whatever is there and the rules do not name, and would do so while it is upgraded."""
OF_AGREEMENTS, OF_IMPROVEMENTS = "agreements/", "improvements/"
BREACH = "breach/"
"""The subject of a breach's review goes on so after the agreement's; then its metric and day."""
_BY_RULES = (RULED, OF_PORTFOLIOS)
_OURS = (*_BY_RULES, OF_AGREEMENTS, OF_IMPROVEMENTS)


def of_portfolio(rule: str, portfolio: str) -> str:
    """Return the subject of a standing review that is of one portfolio (its key)."""
    return f"{OF_PORTFOLIOS}{rule}/{portfolio}"


def portfolio_in(subject: str) -> str | None:
    """Return the key of the one portfolio that a review is of; `None`: it is of none by itself."""
    if not subject.startswith(OF_PORTFOLIOS):
        return None
    return subject.removeprefix(OF_PORTFOLIOS).partition("/")[2]


def is_ruled(subject: str) -> bool:
    """Whether a review is one that `reviews.yaml` names, be it of one portfolio by itself."""
    return subject.startswith(_BY_RULES)


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
