"""Tree to review rules: reads `reviews.yaml`, which a rule book may go without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, time
from types import MappingProxyType

from rules.reading import (
    LONGEST_NAME,
    LONGEST_ROLE,
    LONGEST_TITLE,
    SLUG,
    SLUG_HELP,
    Section,
    is_empty,
    section_of,
)
from rules.review_rules import (
    EARLIEST,
    LATEST,
    URGENT,
    YEARLY,
    CaseLetter,
    Quiet,
    ReviewKind,
    ReviewRules,
    Schedule,
    StandingReview,
)
from rules.sources import Sources, read_citations
from rules.spelling import did_you_mean
from rules.values import Domain, FactType
from rules.yaml_tree import ScalarNode

REVIEWS_KEYS = ("standing", "business_cases", "reminders", "quiet")
STANDING_KEYS = (
    "review", "kind", "title", "role", "agency", "escalate_to", "first_on", "every", "sources",
)  # fmt: skip
STANDING_REQUIRED = ("review", "kind", "title", "role", "first_on", "every")
REMINDER_KEYS = (
    "for", "days_ahead", "overdue_every", "escalates_after", "escalates_to", "sources",
)  # fmt: skip
REMINDER_REQUIRED = ("for", "days_ahead", "overdue_every", "escalates_after")
BUSINESS_CASES_KEYS = ("every", "sources")
BUSINESS_CASES_REQUIRED = ("every",)
QUIET_KEYS = ("from", "until", "days", "spares")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
STANDING_KINDS = (ReviewKind.CATALOGUE, ReviewKind.PORTFOLIO, ReviewKind.OTHER)
"""Those that nothing else sets up."""
TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
MOST_DAYS = 3650
MOST_LEADS = 20

_DAY = Domain(FactType.DATE, low=EARLIEST, high=LATEST)
_DAYS = Domain(FactType.INTEGER, low=0, high=MOST_DAYS)
_SOME_DAYS = Domain(FactType.INTEGER, low=1, high=MOST_DAYS)


def read_review_rules(section: Section, sources: Sources) -> ReviewRules:
    """Return the rules of a `reviews.yaml`; what is wrong goes to the section's findings."""
    return ReviewRules(
        standing=tuple(_standing(section, sources)),
        schedules=MappingProxyType(dict(_schedules(section, sources))),
        quiet=_quiet(section),
        business_case_every=_business_case_every(section, sources),
    )


def _standing(section: Section, sources: Sources) -> Iterator[StandingReview]:
    names: set[str] = set()
    for each in section.sections("standing", STANDING_KEYS, STANDING_REQUIRED):
        name, kind, first_on = (
            each.text("review", LONGEST_NAME),
            each.choice("kind", STANDING_KINDS),
            _first_on(each),
        )
        place = each.scalar("review") or each.node
        if name and not SLUG.fullmatch(name):
            each.problem(place, "bad-name", f"`{name}` cannot be a name", SLUG_HELP)
        if name in names:
            each.problem(place, "listed-twice", f"there is another review `{name}`")
        names.add(name)
        cited, every = read_citations(each, sources), each.period("every")
        if kind is None or first_on is None:
            continue
        yield StandingReview(
            name,
            ReviewKind(kind),
            each.text("title", LONGEST_TITLE),
            each.text("role", LONGEST_ROLE),
            first_on,
            every,
            each.optional_text("agency", LONGEST_ROLE),
            each.optional_text("escalate_to", LONGEST_ROLE),
            cited,
        )


def _first_on(section: Section) -> date | None:
    value = section.value("first_on", _DAY)
    return value if isinstance(value, date) else None


def _business_case_every(section: Section, sources: Sources) -> str:
    node = section.node.get("business_cases")
    keys, required = BUSINESS_CASES_KEYS, BUSINESS_CASES_REQUIRED
    said = section_of(node, section.findings, keys, required) if node else None
    if said is None:
        return YEARLY
    read_citations(said, sources)
    return said.period("every")


def _schedules(section: Section, sources: Sources) -> Iterator[tuple[ReviewKind, Schedule]]:
    taken: set[str] = set()
    for each in section.sections("reminders", REMINDER_KEYS, REMINDER_REQUIRED):
        schedule = Schedule(
            _leads(each),
            _number(each, "overdue_every", _SOME_DAYS),
            _number(each, "escalates_after", _DAYS),
            each.optional_text("escalates_to", LONGEST_ROLE),
        )
        read_citations(each, sources)
        for word in each.words("for"):
            if word.text not in tuple(ReviewKind):
                message = f"`{word.text}` is not a kind of review"
                help = did_you_mean(word.text, ReviewKind) or f"they are {', '.join(ReviewKind)}"
                each.problem(word, "unknown-choice", message, help)
            elif word.text in taken:
                message = f"reviews of kind `{word.text}` have their reminders above"
                each.problem(word, "listed-twice", message)
            else:
                taken.add(word.text)
                yield ReviewKind(word.text), schedule


def _leads(section: Section) -> tuple[int, ...]:
    words = section.words("days_ahead")
    node = section.node.get("days_ahead")
    if node is not None and not 0 < len(words) <= MOST_LEADS:
        message = f"`days_ahead` names 1 to {MOST_LEADS} days"
        section.problem(node, "bad-value", message, "0 is the day itself: `[30, 7, 0]`")
    read = (section.value_of(word, _DAYS) for word in words)
    return tuple(sorted((int(days) for days in read if isinstance(days, int)), reverse=True))


def _number(section: Section, key: str, domain: Domain) -> int:
    value = section.value(key, domain)
    return value if isinstance(value, int) else 1


def _quiet(section: Section) -> Quiet:
    node = section.node.get("quiet")
    quiet = section_of(node, section.findings, QUIET_KEYS) if node else None
    if quiet is None:
        return Quiet()
    begins, ends = _time(quiet, "from"), _time(quiet, "until")
    given = [key for key in ("from", "until") if quiet.scalar(key) is not None]
    if len(given) == 1:
        message = f"`{given[0]}` stands alone"
        quiet.problem(
            quiet.node, "missing-key", message, "quiet hours go `from` a time `until` one"
        )
    if begins is not None and begins == ends:
        message = f"from {begins:%H:%M} until {ends:%H:%M} nothing is quiet"
        help = "leave both times out, or name a later one; a whole day goes under `days`"
        quiet.problem(quiet.scalar("until") or quiet.node, "never-quiet", message, help)
    days = frozenset(_weekdays(quiet))
    if len(days) == len(WEEKDAYS):
        message = "nobody would ever be reminded"
        quiet.problem(quiet.node, "bad-value", message, "leave a day on which people are reminded")
    return Quiet(begins, ends, days, _spares(quiet))


def _time(section: Section, key: str) -> time | None:
    scalar = section.scalar(key)
    if scalar is None:
        return None
    found = TIME.fullmatch(scalar.text)
    if found is None:
        message = f"`{scalar.text}` is not a time of the day"
        section.problem(scalar, "bad-value", message, 'write it as in `"18:00"`')
        return None
    return time(int(found[1]), int(found[2]))


def _weekdays(section: Section) -> Iterator[int]:
    yield from map(WEEKDAYS.index, _known(section, "days", WEEKDAYS, "a day of the week"))


def _spares(section: Section) -> frozenset[CaseLetter]:
    for key, value in section.node.entries:
        if key.text == "spares" and isinstance(value, ScalarNode) and is_empty(value):
            # That every letter waits is too much to be said by saying nothing.
            help = "write `[]` when every letter is to wait; without the line no urgent one does"
            section.problem(key, "says-nothing", "`spares` is empty", help)
            return URGENT
    if section.node.get("spares") is None:
        return URGENT
    words = _known(section, "spares", tuple(CaseLetter), "a letter about a case")
    return frozenset(map(CaseLetter, words))


def _known(section: Section, key: str, words: Sequence[str], what: str) -> Iterator[str]:
    """Yield the words of a list that are among those there are; the others are problems."""
    for word in section.words(key):
        if word.text in words:
            yield word.text
        else:
            message = f"`{word.text}` is not {what}"
            help = did_you_mean(word.text, words) or f"they are {', '.join(words)}"
            section.problem(word, "unknown-choice", message, help)
