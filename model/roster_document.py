"""The roster as people write it, in JSON: what is at odds in it, and the roster that it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from model.roster import HeldRole, Person, Place, Roster, Term
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean

Document = Mapping[str, Sequence[Mapping[str, Any]]]
"""`people`, `groups`, `roles` and `absences`, each a list of objects; days as ISO 8601."""

PARTS = ("people", "groups", "roles", "absences")


def roster_of(document: Document) -> Roster:
    """Return the roster that a document means.

    Raises:
        BadFields: it names somebody who is not in it, somebody twice, or a term without a day.
    """
    problems = [*_named_twice(document), *_unknown(document), *_empty_terms(document)]
    if problems:
        raise BadFields(problems)
    people = [Person(each["name"], each["email"]) for each in document["people"]]
    return Roster(
        MappingProxyType({person.email: person for person in people}),
        MappingProxyType(
            {
                group["name"]: tuple(_place(member, "person") for member in group["members"])
                for group in document["groups"]
            }
        ),
        tuple(
            HeldRole(held["role"], _place(held, "held_by"), held.get("agency"))
            for held in document["roles"]
        ),
        MappingProxyType(_absences(document)),
    )


def require_nobody_twice(document: Document) -> None:
    """Refuse one person as two, or as two members of a group at a time.

    Asked of a roster that is written, not of those that were written before this was asked.

    Raises:
        BadFields: with one problem for each.
    """
    problems = [*_written_otherwise(document), *_members_twice(document)]
    if problems:
        raise BadFields(problems)


def without_addresses(document: Document) -> Document:
    """Return a document that calls people by their names: addresses are not everybody's to read."""
    names = {each["email"]: each["name"] for each in document["people"]}

    def named(written: Mapping[str, Any], by: str) -> Mapping[str, Any]:
        return {**written, by: names.get(written[by], written[by])}

    return {
        "people": [{"name": each["name"]} for each in document["people"]],
        "groups": [
            {**group, "members": [named(member, "person") for member in group["members"]]}
            for group in document["groups"]
        ],
        "roles": [named(held, "held_by") for held in document["roles"]],
        "absences": [named(absence, "person") for absence in document["absences"]],
    }


def _written_otherwise(document: Document) -> Iterator[FieldProblem]:
    seen: dict[str, str] = {}
    for number, person in enumerate(document["people"]):
        first = seen.setdefault(person["email"].casefold(), person["email"])
        if first != person["email"]:
            yield FieldProblem(f"/people/{number}/email", f"is there already, as `{first}`")


def _members_twice(document: Document) -> Iterator[FieldProblem]:
    for number, group in enumerate(document["groups"]):
        seen: dict[str, list[Term]] = {}
        for place, member in enumerate(group["members"]):
            term, others = _term(member), seen.setdefault(member["person"], [])
            if any(term.overlaps(other) for other in others):
                pointer = f"/groups/{number}/members/{place}/person"
                yield FieldProblem(pointer, "is a member already at that time")
            others.append(term)


def _place(written: Mapping[str, Any], filled_by: str) -> Place:
    return Place(written[filled_by], _term(written), bool(written.get("deputy", False)))


def _term(written: Mapping[str, Any]) -> Term:
    return Term(_day(written.get("since")), _day(written.get("until")))


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


def _absences(document: Document) -> dict[str, tuple[Term, ...]]:
    found: dict[str, tuple[Term, ...]] = {}
    for absence in document["absences"]:
        person = absence["person"]
        found[person] = (*found.get(person, ()), _term(absence))
    return found


def _named_twice(document: Document) -> Iterator[FieldProblem]:
    for part, key in (("people", "email"), ("groups", "name")):
        times = Counter(each[key] for each in document[part])
        for number, each in enumerate(document[part]):
            if times[each[key]] > 1:
                yield FieldProblem(f"/{part}/{number}/{key}", "is there more than once")


def _unknown(document: Document) -> Iterator[FieldProblem]:
    people = {person["email"] for person in document["people"]}
    groups = {group["name"] for group in document["groups"]}
    for number, group in enumerate(document["groups"]):
        if group["name"] in people:
            yield FieldProblem(f"/groups/{number}/name", "is a person's address too")
        for place, member in enumerate(group["members"]):
            pointer = f"/groups/{number}/members/{place}/person"
            yield from _require_among(member["person"], people, pointer, "person")
    for number, held in enumerate(document["roles"]):
        pointer = f"/roles/{number}/held_by"
        yield from _require_among(held["held_by"], people | groups, pointer, "person or group")
    for number, absence in enumerate(document["absences"]):
        yield from _require_among(absence["person"], people, f"/absences/{number}/person", "person")


def _require_among(name: str, known: set[str], pointer: str, what: str) -> Iterator[FieldProblem]:
    if name not in known:
        help = did_you_mean(name, sorted(known))
        yield FieldProblem(pointer, f"there is no such {what} in this roster", help)


def _empty_terms(document: Document) -> Iterator[FieldProblem]:
    members = (
        (f"/groups/{number}/members/{place}", member)
        for number, group in enumerate(document["groups"])
        for place, member in enumerate(group["members"])
    )
    others = (
        (f"/{part}/{number}", each)
        for part in ("roles", "absences")
        for number, each in enumerate(document[part])
    )
    for pointer, written in (*members, *others):
        term = _term(written)
        if term.since is not None and term.until is not None and term.until <= term.since:
            help = "`until` is the first day that no longer counts"
            yield FieldProblem(f"{pointer}/until", "must be after `since`", help)
