"""What is agreed, as values: what of it cannot be kept is refused, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from model.agreement_targets import AgreedTarget, problem_of_period, problems_of, told_target
from model.agreements import FIRST_DAY, LAST_DAY, REVIEWER
from model.texts import LONGEST_NAME, require_texts
from rules.clocks.period import Period
from rules.clocks.recurrence import Renewal
from rules.errors import BadFields
from rules.field_problem import FieldProblem

MOST_BENEATH = 50
PERIODS = ("renewal_term", "notice", "review_every")
_TEXTS = ("name", "service", "provider", "customer", "role", "agency", "calendar")
_TERMS = range(1, 13)
"""Terms of some months are longer than others: so many of them are looked at."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed. `service`: its key; `calendar`: its name; `beneath`: ids of agreements."""

    name: str
    provider: str
    customer: str
    starts_on: date
    review_every: str
    service: str | None = None
    ends_on: date | None = None
    renewal_term: str | None = None
    notice: str | None = None
    role: str = REVIEWER
    agency: str | None = None
    calendar: str | None = None
    targets: tuple[AgreedTarget, ...] = ()
    beneath: tuple[str, ...] = ()

    def require_sound(self) -> None:
        """Refuse what cannot be kept, whatever else there is.

        Raises:
            BadFields: with one problem for each.
        """
        require_texts({f"/{name}": (getattr(self, name), LONGEST_NAME) for name in _TEXTS})
        problems = [*self._of_days(), *problems_of(self.targets)]
        for name in PERIODS:
            problems += problem_of_period(f"/{name}", getattr(self, name))
        if len(self.beneath) > MOST_BENEATH:
            problems.append(FieldProblem("/beneath", f"must have at most {MOST_BENEATH} items"))
        if not problems:
            problems += self._of_notice()
        if problems:
            raise BadFields(problems)

    def are_as(self, others: Terms) -> bool:
        """Whether the same is agreed; in which order agreements beneath are named is nothing."""
        same = set(self.beneath) == set(others.beneath)
        return same and replace(self, beneath=()) == replace(others, beneath=())

    def _of_days(self) -> Iterator[FieldProblem]:
        for name in ("starts_on", "ends_on"):
            day: date | None = getattr(self, name)
            if day is not None and not FIRST_DAY <= day <= LAST_DAY:
                yield FieldProblem(f"/{name}", f"must be between {FIRST_DAY} and {LAST_DAY}")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            yield FieldProblem("/ends_on", "must not be before `starts_on`")
        for name in ("renewal_term", "notice"):
            if self.ends_on is None and getattr(self, name) is not None:
                yield FieldProblem(f"/{name}", "needs an `ends_on` that it counts from")

    def _of_notice(self) -> Iterator[FieldProblem]:
        """Yield what is wrong with a last day for notice that lies before what it is to end."""
        if self.ends_on is None or self.notice is None:
            return
        term = Period.read(self.renewal_term) if self.renewal_term else None
        renewal = Renewal(self.ends_on, term, Period.read(self.notice))
        day = renewal.notice.before(self.ends_on)
        if term is None and day < self.starts_on:
            detail = f"ends on {day}, before the agreement begins on {self.starts_on}"
            yield FieldProblem("/notice", detail, "give a shorter one, or none")
        elif term is not None and any(_is_too_late(renewal, number) for number in _TERMS):
            detail = f"is longer than the term for which it renews itself, {self.renewal_term}"
            help = "give a shorter one, or a longer `renewal_term`"
            yield FieldProblem("/notice", detail, help)


def _is_too_late(renewal: Renewal, number: int) -> bool:
    """Whether notice before an end would have to be given before the term of it begins."""
    return renewal.notice.before(renewal.end(number)) < renewal.end(number - 1)


def told_terms(terms: Terms) -> dict[str, object]:
    """Return what is agreed as JSON."""
    return {
        "name": terms.name,
        "service": terms.service,
        "provider": terms.provider,
        "customer": terms.customer,
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat() if terms.ends_on else None,
        "renewal_term": terms.renewal_term,
        "notice": terms.notice,
        "review_every": terms.review_every,
        "role": terms.role,
        "agency": terms.agency,
        "calendar": terms.calendar,
        "targets": [told_target(each) for each in terms.targets],
        "beneath": list(terms.beneath),
    }
