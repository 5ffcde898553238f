"""The roster as it is written: everything at odds in it is named at its place."""

from __future__ import annotations

from typing import Any

import pytest

from model.roster_document import require_nobody_twice, roster_of, without_addresses
from rules.errors import BadFields

ANN = {"name": "Ann", "email": "ann@x.example"}
BO = {"name": "Bo", "email": "bo@x.example"}


def document(**parts: Any) -> dict[str, Any]:
    """Return a document of two people with some more in it."""
    return {"people": [ANN, BO], "groups": [], "roles": [], "absences": [], **parts}


@pytest.mark.parametrize(
    ("parts", "pointer", "detail", "help"),
    [
        ({"people": [ANN, ANN]}, "/people/0/email", "is there more than once", None),
        (
            {"groups": [{"name": "g", "members": []}] * 2},
            "/groups/0/name", "is there more than once", None,
        ),
        (
            {"groups": [{"name": "g", "members": [{"person": "anm@x.example"}]}]},
            "/groups/0/members/0/person", "there is no such person in this roster",
            "did you mean `ann@x.example`?",
        ),
        (
            {"groups": [{"name": "ann@x.example", "members": []}]},
            "/groups/0/name", "is a person's address too", None,
        ),
        (
            {"roles": [{"role": "R", "held_by": "nobody"}]},
            "/roles/0/held_by", "there is no such person or group in this roster", None,
        ),
        (
            {"absences": [{"person": "cy@x.example"}]},
            "/absences/0/person", "there is no such person in this roster", ...,
        ),
        (
            {"roles": [{"role": "R", "held_by": "bo@x.example",
                        "since": "2026-12-01", "until": "2026-12-01"}]},
            "/roles/0/until", "must be after `since`",
            "`until` is the first day that no longer counts",
        ),
    ],
)  # fmt: skip
def test_what_is_at_odds_is_named_at_its_place(
    parts: dict[str, Any], pointer: str, detail: str, help: object
) -> None:
    """With what to do about it, where that can be told."""
    with pytest.raises(BadFields) as refused:
        roster_of(document(**parts))
    problem = refused.value.problems[0]
    assert (problem.pointer, problem.detail) == (pointer, detail)
    assert help in (problem.help, ...)


def test_several_absences_of_one_person_all_count() -> None:
    """A person may be away more than once."""
    away = [
        {"person": "ann@x.example", "until": "2026-01-01"},
        {"person": "ann@x.example", "since": "2026-06-01"},
    ]
    assert len(roster_of(document(absences=away)).absences["ann@x.example"]) == 2


def members(*terms: tuple[str | None, str | None], person: str = "ann@x.example") -> dict[str, Any]:
    """Return a document with a group that one person is in for some terms, and Bo always."""
    written = [{"person": person, "since": since, "until": until} for since, until in terms]
    return document(groups=[{"name": "g", "members": [{"person": "bo@x.example"}, *written]}])


@pytest.mark.parametrize(
    "terms",
    [
        [(None, None), (None, None)],
        [("2026-01-01", None), ("2026-06-01", "2026-07-01")],
        [(None, "2026-06-02"), ("2026-06-01", None)],
    ],
)
def test_one_person_is_a_member_once_at_a_time(terms: list[tuple[str | None, str | None]]) -> None:
    """The second time is named."""
    with pytest.raises(BadFields) as refused:
        require_nobody_twice(members(*terms))
    assert [each.pointer for each in refused.value.problems] == ["/groups/0/members/2/person"]


def test_who_leaves_a_group_may_come_back() -> None:
    """From the day on which they had left."""
    require_nobody_twice(members((None, "2026-06-01"), ("2026-06-01", None)))


def test_one_address_in_capitals_is_no_other_person() -> None:
    """It is refused where it is written again, with how it was written first."""
    with pytest.raises(BadFields) as refused:
        require_nobody_twice(document(people=[ANN, BO, {**ANN, "email": "ANN@x.example"}]))
    (problem,) = refused.value.problems
    assert (problem.pointer, problem.detail) == (
        "/people/2/email", "is there already, as `ann@x.example`",
    )  # fmt: skip


def test_without_addresses_people_go_by_their_names() -> None:
    """In groups, in roles and where they are away; all else stays as it was written."""
    since = {"since": "2026-12-01"}
    written = document(
        groups=[{"name": "g", "members": [{"person": "ann@x.example", **since}]}],
        roles=[{"role": "R", "held_by": "g"}, {"role": "R", "held_by": "bo@x.example", **since}],
        absences=[{"person": "bo@x.example", **since}],
    )
    shown = without_addresses(written)
    assert "@" not in str(shown)
    assert shown == {
        "people": [{"name": "Ann"}, {"name": "Bo"}],
        "groups": [{"name": "g", "members": [{"person": "Ann", **since}]}],
        "roles": [{"role": "R", "held_by": "g"}, {"role": "R", "held_by": "Bo", **since}],
        "absences": [{"person": "Bo", **since}],
    }
