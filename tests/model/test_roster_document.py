"""The roster as it is written: everything at odds in it is named at its place."""

from __future__ import annotations

from typing import Any

import pytest

from model.roster_document import roster_of
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
