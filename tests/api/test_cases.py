"""Cases over HTTP: what they hold, and changing it with If-Match."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.calling import Calls, body_of, problem_of, refused

AT = "/api/v1/cases/CRM-1"
ODD_REFS = [
    "a/b",
    "a//b",
    "/a",
    "a/",
    "a/facts",
    "facts",
    "a b",
    "a?b#c",
    "ü/日本",
    "100%",
    "..",
    "a%2Fb",
]


def test_a_case_shows_its_facts_and_decisions(calls: Calls) -> None:
    """Each fact comes with who supplied it and when, and the decisions newest first."""
    first = calls.decided(facts={"in_catalog": False}, case={"title": "A", "by": "Dana"})
    calls.clock.advance(hours=1)
    second = calls.decided(facts={"need_or_want": "need"})
    answer = calls.get(AT)
    body = body_of(answer)
    assert answer.headers["ETag"] == '"2"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert (body["ref"], body["title"], body["version"]) == ("CRM-1", "A", 2)
    assert body["created_at"] == "2026-11-22T12:00:00.000Z"
    assert body["updated_at"] == "2026-11-22T13:00:00.000Z"
    assert body["facts"] == {
        "in_catalog": {
            "value": False,
            "supplied_by": "Dana",
            "supplied_at": "2026-11-22T12:00:00.000Z",
        },
        "need_or_want": {
            "value": "need",
            "supplied_by": "ticketing",
            "supplied_at": "2026-11-22T13:00:00.000Z",
        },
    }
    shown = [(decision["id"], decision["version"]) for decision in body["decisions"]]
    assert shown == [(second["id"], 2), (first["id"], 1)]
    assert body["decisions"][0]["status"] == "awaiting_facts"


def test_facts_can_be_changed_without_deciding(calls_on_each: Calls) -> None:
    """The case goes to its next version, with the ETag that the next change needs."""
    calls_on_each.decided(facts={"in_catalog": False})
    answer = calls_on_each.patch("CRM-1", {"in_catalog": None, "days_until_needed": 90}, '"1"')
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    facts = body_of(answer)["facts"]
    assert {name: fact["value"] for name, fact in facts.items()} == {"needed_by": "2027-02-20"}
    assert body_of(calls_on_each.get(AT)) == body_of(answer)


@pytest.mark.parametrize("match", ['"1"', "*", '"7", "1"', ' "1" '])
def test_a_change_for_the_version_that_is_there_is_made(calls: Calls, match: str) -> None:
    """One of the ETags must fit; `*` stands for any."""
    calls.decided()
    assert calls.patch("CRM-1", {"viable": True}, match).status_code == 200


def test_a_change_for_another_version_is_refused(calls_on_each: Calls) -> None:
    """Who saw the case at another version is told, and nothing is changed."""
    calls_on_each.decided()
    for match in ('"0"', '"2"', '"7", "8"'):
        answer = calls_on_each.patch("CRM-1", {"viable": True}, match)
        assert "version 1" in problem_of(answer, 412, "case-moved-on")["detail"]
    assert body_of(calls_on_each.get(AT))["facts"] == {}


def test_a_change_must_say_which_version_it_is_for(calls: Calls) -> None:
    """Without If-Match it is refused, so that no change is lost unseen."""
    calls.decided()
    problem_of(calls.patch("CRM-1", {"viable": True}, None), 428, "precondition-required")


@pytest.mark.parametrize("match", ["1", 'W/"1"', '""', '"one"', '"1" "2"', '"-1"', f'"{"9" * 99}"'])
def test_an_if_match_that_is_no_etag_is_refused(calls: Calls, match: str) -> None:
    """Only what the service gave as an ETag is understood."""
    calls.decided()
    refused(calls.patch("CRM-1", {"viable": True}, match), "/If-Match")


def test_a_case_that_is_not_there_is_404(calls_on_each: Calls) -> None:
    """Reading or changing it says so; a change makes no case."""
    problem_of(calls_on_each.get(AT), 404, "not-found")
    for match in ("*", '"0"'):
        problem_of(calls_on_each.patch("CRM-1", {"viable": True}, match), 404, "not-found")
    problem_of(calls_on_each.get(AT), 404, "not-found")


def test_facts_are_checked_as_for_a_decision(calls: Calls) -> None:
    """What the vocabulary does not allow is named, and the case stays as it was."""
    calls.decided()
    before = calls.get(AT).get_data()
    said = refused(calls.patch("CRM-1", {"viabel": True}, "*"), "/facts/viabel")
    assert said["help"] == "did you mean viable?"
    refused(calls.patch("CRM-1", {"viable": "yes"}, "*"), "/facts/viable")
    assert calls.get(AT).get_data() == before


def test_a_ref_may_be_anything_printable(calls_on_each: Calls) -> None:
    """Percent-encoded in the URL, it names the same case as in the body."""
    for ref in ODD_REFS:
        calls_on_each.decided(ref)
        encoded = quote(ref, safe="")
        assert body_of(calls_on_each.get(f"/api/v1/cases/{encoded}"))["ref"] == ref
        assert body_of(calls_on_each.get(f"/api/v1/decisions?case={encoded}"))["decisions"]
        changed = calls_on_each.patch(encoded, {"viable": True}, '"1"')
        assert body_of(changed)["ref"] == ref


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ref=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200))
def test_every_ref_leads_to_its_own_case(calls: Calls, ref: str) -> None:
    """For every text that may be a ref, the URL leads to the case and to no other."""
    calls.decided(ref)
    assert body_of(calls.get(f"/api/v1/cases/{quote(ref, safe='')}"))["ref"] == ref


def test_what_cannot_be_a_ref_is_404(calls_on_each: Calls) -> None:
    """A URL with a control character or too long a ref leads nowhere, and breaks nothing."""
    for ref in ["%00", "a%0Ab", "%7F", "%C2%85", "x" * 201]:
        problem_of(calls_on_each.get(f"/api/v1/cases/{ref}"), 404, "not-found")
