"""Telling teams by letter: who acts next on a case, is copied, is told, or is handed something.

They are told in the transaction of the decision, once for each, and only of what is news: that
another acts next than before, or that others are to hear of it. In quiet hours the letter sleeps.
Whom a role means the roster says, on the day on which the letter goes out. A case knows no address
of whoever wanted it: `initiator` is written to where the roster names somebody for that role, and
else the letter says that it is for its readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from model.access import Caller
from model.own_caller import OWN_ID
from model.roster import Roster
from rules.review_rules import Quiet
from rules.rule_book import RuleBook

Outcome = Mapping[str, object]

AGENCY = "agency"
"""The fact that says which agency a case is for, by its name in the roster."""

_ACTS = ("assign_to", "group")
HEARS = ("cc", "notify", "submit_to")
"""What of an outcome names those who hear of it, beside whoever acts."""


@dataclass(frozen=True, slots=True)
class Hearers:
    """Who is written to, by address, and the roles for which there is nobody."""

    people: tuple[str, ...]
    unheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """How a decision is told: whether people are written to, and whether nobody asked for it.

    `agency`: whose holders of a role come before those who hold it everywhere. `quiet`: when
    letters wait.
    """

    letters: bool = False
    by_time: bool = False
    agency: str | None = None
    quiet: Quiet = Quiet()


TO_SUBSCRIBERS = Telling()
"""To nobody else."""


def telling_of(
    book: RuleBook, decision: str, held: Mapping[str, object], caller: Caller, *, staffed: bool
) -> Telling:
    """Return how a decision is told; people only of a routing whose rules do not say no.

    `held`: the facts of the case; `staffed`: there is a roster.
    """
    routing = book.routings.get(decision)
    letters = staffed and routing is not None and routing.letters
    agency = held.get(AGENCY)
    by_time, agency = caller.key_id == OWN_ID, agency if isinstance(agency, str) else None
    return Telling(letters, by_time, agency, book.reviews.quiet)


def is_news(before: Outcome | None, now: Outcome) -> bool:
    """Whether another acts next than before, or others are to hear of it."""
    if before is None:
        return True
    if any(before.get(name) != now.get(name) for name in _ACTS):
        return True
    return not set(_heard(now)) <= set(_heard(before))


def hearers_of(roster: Roster, outcome: Outcome, day: date, agency: str | None) -> Hearers:
    """Return whom an outcome is written to on a day."""
    found = {str(outcome["assign_to"]): team_of(roster, outcome, day, agency)}
    for _, role in _heard(outcome):
        found.setdefault(role, holders_of(roster, role, day, agency))
    people = dict.fromkeys(email for emails in found.values() for email in emails)
    return Hearers(tuple(people), tuple(role for role, emails in found.items() if not emails))


def team_of(roster: Roster, outcome: Outcome, day: date, agency: str | None) -> tuple[str, ...]:
    """Return the addresses of those who act next: who hold the role or, with nobody, its group."""
    held = holders_of(roster, str(outcome["assign_to"]), day, agency)
    group = outcome.get("group")
    if held or not isinstance(group, str):
        return held
    return holders_of(roster, group, day, agency) or tuple(
        each.person.email for each in roster.members(group, day)
    )


def holders_of(roster: Roster, role: str, day: date, agency: str | None = None) -> tuple[str, ...]:
    """Return the addresses of those who hold a role on a day."""
    return tuple(each.person.email for each in roster.holders(role, agency, day))


def _heard(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Yield each role that is to hear of it, with what it hears it as."""
    for name in HEARS:
        value = outcome.get(name) or ()
        roles = (value,) if isinstance(value, str) else cast("Iterable[str]", value)
        yield from ((name, role) for role in roles)
