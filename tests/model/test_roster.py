"""The roster: on every day a role is held by whoever should hold it and is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from model.roster import HeldRole, Person, Place, Roster, Term

DAY = date(2026, 11, 26)
ROLE = "Agency IT Strategist"
ANN, BO, CY, DI = (Person(name, f"{name.lower()}@x.example") for name in ("Ann", "Bo", "Cy", "Di"))
PEOPLE = {person.email: person for person in (ANN, BO, CY, DI)}


def held(by: Person | str, *, agency: str | None = None, deputy: bool = False) -> HeldRole:
    """Return the role as held by a person or a group."""
    filled_by = by if isinstance(by, str) else by.email
    return HeldRole(ROLE, Place(filled_by, deputy=deputy), agency)


def roster(*roles: HeldRole, away: Mapping[Person, Term] | None = None,
           **groups: tuple[Place, ...]) -> Roster:  # fmt: skip
    """Return a roster of all four people."""
    absences = {person.email: (term,) for person, term in (away or {}).items()}
    return Roster(PEOPLE, groups, roles, absences)


def names(found: Roster, agency: str | None = None, day: date = DAY) -> list[str]:
    """Return who holds the role, with a star behind whoever stands in."""
    return [each.person.name + "*" * each.stands_in for each in found.holders(ROLE, agency, day)]


def test_an_agencys_own_holder_comes_before_the_one_for_all() -> None:
    """An agency without one has the holder that stands everywhere."""
    both = roster(held(ANN), held(BO, agency="Health"))
    assert names(both, "Health") == ["Bo"]
    assert names(both, "Roads") == ["Ann"]
    assert names(both) == ["Ann"]


def test_a_deputy_is_asked_when_every_holder_is_away() -> None:
    """And not before; the answer says that somebody stands in."""
    christmas = Term(date(2026, 12, 24), date(2027, 1, 2))
    found = roster(held(ANN), held(BO), held(CY, deputy=True), away={ANN: christmas, BO: Term()})
    assert names(found) == ["Ann"]
    assert names(found, day=date(2026, 12, 24)) == ["Cy*"]
    assert names(found, day=date(2027, 1, 1)) == ["Cy*"]
    assert names(found, day=date(2027, 1, 2)) == ["Ann"]


def test_a_group_stands_for_those_of_its_members_who_are_there() -> None:
    """It has deputies of its own, and members for a time."""
    members = (
        Place(ANN.email),
        Place(BO.email, Term(until=DAY)),
        Place(CY.email, deputy=True),
    )
    assert names(roster(held("strategy"), strategy=members)) == ["Ann"]
    yesterday = DAY - timedelta(days=1)
    assert names(roster(held("strategy"), strategy=members), day=yesterday) == ["Ann", "Bo"]
    assert names(roster(held("strategy"), away={ANN: Term()}, strategy=members)) == ["Cy*"]


def test_when_an_agencys_people_are_all_away_those_for_all_are_asked() -> None:
    """Nobody is left without an answer while there is somebody who could give it."""
    found = roster(held(ANN, agency="Health"), held(DI), away={ANN: Term()})
    assert names(found, "Health") == ["Di"]
    assert names(roster(held(ANN), away={ANN: Term()})) == []
    assert names(roster()) == []


TERMS = st.builds(
    Term, *2 * [st.none() | st.dates(DAY - timedelta(days=2), DAY + timedelta(days=2))]
)
PLACES = st.builds(Place, st.sampled_from(sorted(PEOPLE)), TERMS, st.booleans())
ROLES = st.builds(
    HeldRole,
    st.just(ROLE),
    st.builds(Place, st.sampled_from([*PEOPLE, "g"]), TERMS, st.booleans()),
    st.sampled_from([None, "Health"]),
)


@given(
    st.lists(ROLES, max_size=6),
    st.lists(PLACES, max_size=4),
    st.dictionaries(st.sampled_from(sorted(PEOPLE)), st.tuples(TERMS), max_size=4),
    st.sampled_from([None, "Health", "Roads"]),
)
def test_whoever_holds_a_role_is_there_and_nobody_twice(
    roles: list[HeldRole], group: list[Place], absences: dict[str, tuple[Term]], agency: str | None
) -> None:
    """And nobody is told only when nobody who may hold it is there."""
    found = Roster(PEOPLE, {"g": tuple(group)}, tuple(roles), absences)
    holders = found.holders(ROLE, agency, DAY)
    emails = [each.person.email for each in holders]
    there = {
        email for email in PEOPLE
        if not any(term.covers(DAY) for term in absences.get(email, ()))
    }  # fmt: skip
    assert set(emails) <= there
    assert len(set(emails)) == len(emails)
    may = {
        filled
        for each in roles
        if each.place.term.covers(DAY) and each.agency in (None, agency)
        for filled in (
            [p.filled_by for p in group if p.term.covers(DAY)]
            if each.place.filled_by == "g"
            else [each.place.filled_by]
        )
    }
    assert bool(holders) == bool(may & there)


def test_a_group_is_there_as_its_members_are() -> None:
    """Its deputy while the others are away; nobody, where there is no such group."""
    members = (Place(ANN.email), Place(BO.email, deputy=True))
    away = roster(away={ANN: Term(DAY, DAY + timedelta(days=1))}, crew=members)
    assert [each.person for each in away.members("crew", DAY)] == [BO]
    assert [each.person for each in away.members("crew", DAY + timedelta(days=1))] == [ANN]
    assert away.members("another", DAY) == ()
