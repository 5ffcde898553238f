"""The roster over HTTP: written as a whole, and asked who holds a role."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.roster_examples import HOLDERS, ROSTERS
from model.access import Role
from model.settings import HOME
from tests.api.calling import Calls, body_of, problem_of

AT = "/api/v1/roster"
WRITTEN = ROSTERS["a role with a deputy"]


def put(calls: Calls, body: object, match: str | None = '"0"', role: Role = Role.SERVICE_MANAGER
        ) -> Any:  # fmt: skip
    """Replace the roster."""
    headers = {"If-Match": match} if match else {}
    return calls.as_(role).ask("PUT", AT, body=body, headers=headers)


def test_a_roster_is_written_and_read_back(calls_on_each: Calls) -> None:
    """Word for word, with who wrote it and the version that the next change needs."""
    before = calls_on_each.get(AT)
    assert (before.headers["ETag"], body_of(before)["people"]) == ('"0"', [])
    answer = put(calls_on_each, WRITTEN)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'
    told = {"version": 1, "changed_by": "service-manager", "changed_at": "2026-11-22T12:00:00.000Z"}
    reader = calls_on_each.as_(Role.SERVICE_MANAGER)
    assert body_of(answer) == {**WRITTEN, **told} == body_of(reader.get(AT))


def test_the_roster_says_who_stands_in(calls: Calls) -> None:
    """As in the documented example; without a day it is asked for today."""
    put(calls, WRITTEN)
    asked = f"{AT}/holders?role=Agency+IT+Strategist"
    manager = calls.as_(Role.SERVICE_MANAGER)
    assert body_of(manager.get(f"{asked}&day=2026-12-28")) == HOLDERS
    today = body_of(calls.get(asked))
    assert (today["day"], [each["name"] for each in today["holders"]]) == (
        "2026-11-22", ["Ann Lee"],
    )  # fmt: skip
    assert body_of(calls.get(f"{AT}/holders?role=Nobody"))["holders"] == []


def test_who_saw_another_roster_is_told_so(calls: Calls) -> None:
    """A change says which roster it was made for."""
    put(calls, WRITTEN)
    assert (
        "at version 1, not 0" in problem_of(put(calls, WRITTEN), 412, "roster-moved-on")["detail"]
    )
    problem_of(put(calls, WRITTEN, None), 428, "precondition-required")
    assert put(calls, WRITTEN, "*").status_code == 200


@pytest.mark.parametrize(
    ("part", "wrong", "pointer"),
    [
        ("people", "nobody", "/people"),
        ("people", ["nobody"], "/people/0"),
        ("people", [{"name": "Ann"}], "/people/0/email"),
        ("people", [{"name": "Ann", "email": "no address"}], "/people/0/email"),
        ("roles", [{"role": "R", "held_by": "x", "sinse": "2026-01-01"}], "/roles/0/sinse"),
        ("roles", [{"role": "R", "held_by": "x", "since": "tomorrow"}], "/roles/0/since"),
        ("groups", [{"name": "g", "members": [{"person": 1}]}], "/groups/0/members/0/person"),
        ("absences", [{"person": "cy@x.example"}], "/absences/0/person"),
    ],
)
def test_what_is_wrong_is_named_at_its_place(
    calls: Calls, part: str, wrong: object, pointer: str
) -> None:
    """However deep it is, and the roster stays as it was."""
    problem = problem_of(put(calls, {**WRITTEN, part: wrong}), 422, "invalid-fields")
    assert pointer in [each["pointer"] for each in problem["errors"]]
    assert calls.get(AT).headers["ETag"] == '"0"'


def test_not_everybody_may_write_it(calls: Calls) -> None:
    """The service manager may; everybody with a key may ask who holds a role."""
    for role in (Role.TICKETING, Role.POLICY_OWNER, Role.AUDITOR):
        problem_of(put(calls, WRITTEN, role=role), 403, "not-allowed")
        assert calls.as_(role).get(f"{AT}/holders?role=R").status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_addresses_are_for_those_who_manage_services(calls: Calls, role: Role) -> None:
    """And for administrators; all others read who holds what, by name."""
    put(calls, WRITTEN)
    caller, sees = calls.as_(role), role in (Role.SERVICE_MANAGER, Role.ADMIN)
    roster = caller.get(AT)
    assert roster.headers["ETag"] == '"1"'
    assert ("@" in roster.text) == sees
    assert [each["name"] for each in body_of(roster)["people"]] == ["Ann Lee", "Bo Dahl"]
    holders = caller.get(f"{AT}/holders?role=Agency+IT+Strategist")
    assert ("@" in holders.text) == sees
    assert "Ann Lee" in holders.text


def test_the_readme_shows_a_roster_whose_people_are_written_to(calls_on_each: Calls) -> None:
    """From then on: who acts next hears of a case that comes to them."""
    part = (HOME / "README.md").read_text(encoding="utf-8").split("\n## Telling people\n")[1]
    shown = json.JSONDecoder().raw_decode(part[part.index('{"people"') :])[0]
    assert put(calls_on_each, shown, "*").status_code == 200
    facts = {"origin": "agency", "in_catalog": False, "need_or_want": "need"}
    body = {"case": {"ref": "CRM-1042"}, "facts": facts}
    calls_on_each.as_(Role.TICKETING).ask("POST", "/api/v1/decisions", body=body)
    listed = body_of(calls_on_each.as_(Role.ADMIN).get("/api/v1/deliveries"))["deliveries"]
    assert [(each["recipient"], each["type"], each["subject"]) for each in listed] == [
        ("ann@example.org", "case.rerouted", "cases/CRM-1042")
    ]
