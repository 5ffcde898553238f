"""The roster: which people hold a role on a day, with their deputies while they are away.

A role is held by people or by groups of them, everywhere or for one agency. Who is asked first:
the agency's own holders, then those who hold the role everywhere; of either, the holders, then
their deputies; and of all of them only those who are there on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

BUSINESS_RELATIONS = "Business Relationship Management"
"""The role that hears of what customers are shown and of what was attained for them."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be reminded; the address tells people apart."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Term:
    """From `since` until before `until`; open where there is none."""

    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it counts on `day`."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )

    def overlaps(self, other: Term) -> bool:
        """Whether there is a day on which both count."""
        since = max(self.since or date.min, other.since or date.min)
        return since < min(self.until or date.max, other.until or date.max)


@dataclass(frozen=True, slots=True)
class Place:
    """A place that somebody fills for a term: a person by address, or a group by name."""

    filled_by: str
    term: Term = Term()
    deputy: bool = False


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role, everywhere or for one agency, and who fills it."""

    role: str
    place: Place
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a role on a day; `stands_in` for those who are away, or for nobody."""

    person: Person
    stands_in: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """People by address, members of groups by the group's name, roles and absences as written."""

    people: Mapping[str, Person]
    groups: Mapping[str, tuple[Place, ...]]
    roles: tuple[HeldRole, ...]
    absences: Mapping[str, tuple[Term, ...]]

    def holders(self, role: str, agency: str | None, day: date) -> tuple[Holder, ...]:
        """Return who holds a role for an agency on a day, in the order of the roster.

        Nobody, when all who hold it, and all their deputies, are away or there are none.
        """
        ours = [held for held in self.roles if held.role == role]
        own = [held.place for held in ours if held.agency == agency and agency is not None]
        anywhere = [held.place for held in ours if held.agency is None]
        for places in (own, anywhere):
            if found := self._there(places, day):
                return found
        return ()

    def members(self, group: str, day: date) -> tuple[Holder, ...]:
        """Return who is there of a group on a day; nobody, where there is no such group."""
        return self._there(self.groups.get(group, ()), day)

    def there(self, named: str | None, day: date) -> Person | None:
        """Return the person of this name or address, if one is there on a day, and only one."""
        found = [each for each in self.people.values() if named in (each.name, each.email)]
        if len(found) != 1 or self._away(found[0].email, day):
            return None
        return found[0]

    def _there(self, places: Sequence[Place], day: date) -> tuple[Holder, ...]:
        """Return those who are there of the holders or, when none is, of the deputies."""
        in_force = [place for place in places if place.term.covers(day)]
        for stands_in in (False, True):
            chosen = (place for place in in_force if place.deputy is stands_in)
            found: dict[Person, Holder] = {}
            for each in self._people(chosen, day):
                found.setdefault(each.person, Holder(each.person, each.stands_in or stands_in))
            if found:
                return tuple(found.values())
        return ()

    def _people(self, places: Iterable[Place], day: date) -> Iterator[Holder]:
        for place in places:
            if place.filled_by in self.groups:
                yield from self._there(self.groups[place.filled_by], day)
            elif not self._away(place.filled_by, day):
                yield Holder(self.people[place.filled_by], stands_in=False)

    def _away(self, email: str, day: date) -> bool:
        return any(term.covers(day) for term in self.absences.get(email, ()))
