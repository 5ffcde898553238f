"""A ticketing system end to end: a real Roundup asks the real service about its issues."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests

from tests.api.service_calls import NEEDS
from tests.integrations.conftest import KEY, ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.integrations.conftest import Program, Tracker

ASK_AGAIN = ROOT / "integrations" / "roundup" / "ask_again.py"
STRATEGIST = "Agency IT Strategist"
DIRECTOR = "Technology Strategy Director"
ASSOCIATE = "Research Associate"
STEERING = "IT Steering Team"
ALLIANCES = "Strategic Alliance Team"
PROVIDER = "Service Provider"
SPECIALIST = "IT Partnership Service Specialist"

Step = tuple["Mapping[str, object]", str, str]
"""What becomes known, the team that has the ticket then, and what it is to do."""

TO_RESEARCH: Sequence[Step] = (
    ({"origin": "agency"}, STRATEGIST, "check-catalog"),
    ({"in_catalog": False}, STRATEGIST, "analyze-request"),
    ({"need_or_want": "need"}, STRATEGIST, "analyze-request"),
    ({"existing_service_fits": False}, STRATEGIST, "analyze-request"),
    ({"part_addition_fits": False}, DIRECTOR, "determine-project-need"),
    ({"project_needed": True}, STRATEGIST, "initiate-project"),
    ({"project_initiated": True}, ASSOCIATE, "create-research-report"),
    ({"research_report_complete": True}, ASSOCIATE, "determine-need-date"),
)
TO_CLOSE: Sequence[Step] = (
    ({"viable": True}, "Project Manager", "plan-project"),
    ({"project_planned": True}, "Project Manager", "form-team"),
    ({"team_formed": True}, "Project Team", "execute-project"),
    ({"project_executed": True}, PROVIDER, "develop-support-model"),
    ({"support_model_complete": True}, PROVIDER, "create-parts-form"),
    ({"parts_form_complete": True}, SPECIALIST, "request-catalog-update"),
    ({"catalog_update_requested": True}, STRATEGIST, "close-case"),
)
TO_OPTIONS: Sequence[Step] = (
    ({"research_submitted": True}, ALLIANCES, "find-procurement-methods"),
    ({"procurement_options_complete": True}, ALLIANCES, "submit-options"),
    ({"options_submitted": True}, STRATEGIST, "communicate-options"),
)
EXPEDITED: Mapping[str, object] = {
    "origin": "agency",
    "in_catalog": False,
    "need_or_want": "need",
    "existing_service_fits": False,
    "part_addition_fits": False,
    "project_needed": True,
    "project_initiated": True,
    "research_report_complete": True,
}


def days_from_now(days: int) -> str:
    """Return the date that is `days` away, as the service counts them."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def read(tollgate: Program, path: str) -> Any:
    """Return what the service answers to a GET."""
    url = tollgate.ready.replace("/readyz", f"/api/v1/{path}")
    return requests.get(url, headers={"Authorization": f"Bearer {KEY}"}, timeout=10).json()


def send(tollgate: Program, method: str, path: str, body: object) -> Any:
    """Send something to the service, and return what it answers."""
    url = tollgate.ready.replace("/readyz", f"/api/v1/{path}")
    key = {"Authorization": f"Bearer {KEY}"}
    answer = requests.request(method, url, json=body, headers=key, timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def walk(tracker: Tracker, number: str, steps: Sequence[Step]) -> None:
    """Change one fact after the other and find the right team and action on the ticket."""
    for facts, team, action in steps:
        tracker.change(number, facts)
        ticket = tracker.read(number)
        held = (ticket["tollgate_team"], ticket["tollgate_action"])
        assert held == (team, action), (facts, ticket["tollgate_problem"])
        assert ticket["tollgate_problem"] is None


def test_a_ticket_is_walked_from_intake_to_close(tracker: Tracker) -> None:
    """From an empty ticket to a closed case, each change puts the right team on the ticket."""
    number = tracker.create("E-signature service", {})
    ticket = tracker.read(number)
    assert ticket["tollgate_status"] == "awaiting_facts"
    assert ticket["tollgate_group"] == "Technology Strategy"
    assert ticket["tollgate_needs"].startswith("in_catalog: ")

    walk(tracker, number, TO_RESEARCH)
    walk(tracker, number, [({"needed_by": days_from_now(92)}, STEERING, "determine-viability")])
    walk(tracker, number, TO_CLOSE)

    ticket = tracker.read(number)
    assert ticket["tollgate_status"] == "decided"
    assert ticket["tollgate_needs"] in (None, "")
    assert "initiator" in ticket["tollgate_copy"]
    assert "OMES 04.3.1 §4." in ticket["tollgate_reason"]


def test_a_ticket_shows_the_likeliest_service(tollgate: Program, tracker: Tracker) -> None:
    """Where it is asked what fits, with the words that speak for it; and the record replays."""
    service = {"key": "badges", "name": "Badge printing", "description": "Badges with a photo"}
    send(tollgate, "POST", "services", service)
    for gate in (1, 3):
        for artifact in NEEDS[gate]:
            location = {"location": f"https://documents.example/{artifact}"}
            send(tollgate, "PUT", f"services/badges/artifacts/{artifact}", location)
        verdict = {"facts": {"verdict": "approve"}}
        send(tollgate, "POST", f"services/badges/tollgates/{gate}", verdict)
    number = tracker.create("Photo badgs, please", {"in_catalog": False, "need_or_want": "need"})
    ticket = tracker.read(number)
    fits, part = ticket["tollgate_needs"].split("part_addition_fits: ")
    for need in (fits, part):
        assert "\n  perhaps Badge printing (badges): badges, photo" in need
    where = f"decisions/{ticket['tollgate_decision']}/replay"
    assert send(tollgate, "POST", where, None)["same"] is True


def test_a_ticket_due_within_90_days_is_expedited(tracker: Tracker) -> None:
    """Day 90 goes to procurement without the Steering Team, and those to copy are named."""
    number = tracker.create("Badge printing", EXPEDITED)
    walk(tracker, number, [({"needed_by": days_from_now(90)}, ASSOCIATE, "submit-research")])
    assert tracker.read(number)["tollgate_submit_to"] == ALLIANCES

    walk(tracker, number, TO_OPTIONS[:2])
    assert tracker.read(number)["tollgate_copy"] == "Research Associate, Project Manager"

    walk(tracker, number, TO_OPTIONS[2:])
    assert tracker.read(number)["tollgate_status"] == "decided"


def test_a_ticket_goes_to_the_team_that_the_day_moves_its_case_to(
    tollgate: Program, tracker: Tracker
) -> None:
    """What Tollgate decides without being asked is on the ticket an hour later at the latest."""
    number = tracker.create("Signs for doors", EXPEDITED)
    walk(tracker, number, [({"needed_by": days_from_now(92)}, STEERING, "determine-viability")])
    bring_home(tracker)
    assert tracker.read(number)["tollgate_team"] == STEERING

    on_the_day(tollgate, f"issue{number}", days_from_now(2))
    bring_home(tracker)
    ticket = tracker.read(number)
    assert (ticket["tollgate_team"], ticket["tollgate_action"]) == (ASSOCIATE, "submit-research")
    assert ticket["tollgate_submit_to"] == ALLIANCES
    made = read(tollgate, f"decisions?case=issue{number}")["decisions"]
    assert ticket["tollgate_decision"] == made[0]["id"]
    bring_home(tracker)
    assert len(read(tollgate, f"decisions?case=issue{number}")["decisions"]) == len(made)


def bring_home(tracker: Tracker) -> None:
    """Run what cron runs each hour."""
    subprocess.run([sys.executable, str(ASK_AGAIN), str(tracker.home), "--moved"], check=True)


def on_the_day(tollgate: Program, ref: str, day: str) -> None:
    """Have a case decided as Tollgate does it on a day, without its ticket."""
    url = tollgate.ready.replace("/readyz", "/api/v1/decisions")
    body = {"case": {"ref": ref}, "facts": {}, "as_of": day}
    headers = {"Authorization": f"Bearer {KEY}"}
    assert requests.post(url, json=body, headers=headers, timeout=10).status_code == 201


def test_a_ticket_outlives_an_absent_service(tollgate: Program, tracker: Tracker) -> None:
    """Tickets made while the service is away are kept and pending, and get their team later."""
    tollgate.stop()
    try:
        changed = tracker.create("Made while the service was away", {})
        swept = tracker.create("Made then too, and forgotten", {"in_catalog": True})
        for number in (changed, swept):
            ticket = tracker.read(number)
            assert ticket["tollgate_status"] == "pending"
            assert ticket["tollgate_team"] is None
            assert "refused" in ticket["tollgate_problem"]
    finally:
        tollgate.start()

    walk(tracker, changed, [({"in_catalog": False}, STRATEGIST, "analyze-request")])

    subprocess.run([sys.executable, str(ASK_AGAIN), str(tracker.home)], check=True)
    ticket = tracker.read(swept)
    assert (ticket["tollgate_team"], ticket["tollgate_problem"]) == (PROVIDER, None)
    assert ticket["tollgate_action"] == "fulfil-from-catalog"


def test_a_service_that_hangs_does_not_hold_a_ticket(tollgate: Program, tracker: Tracker) -> None:
    """A service that takes the question and never answers costs two seconds, and the team stays."""
    number = tracker.create("Made in time", {})
    tollgate.stop()
    try:
        with socket.create_server(("127.0.0.1", int(tollgate.environment["TOLLGATE_PORT"]))):
            began = time.monotonic()
            tracker.change(number, {"in_catalog": False})
            assert time.monotonic() - began < 4
        ticket = tracker.read(number)
        assert (ticket["tollgate_status"], ticket["tollgate_team"]) == ("pending", STRATEGIST)
        assert "timed out" in ticket["tollgate_problem"]
    finally:
        tollgate.start()


def test_a_refused_fact_is_shown_on_the_ticket(tracker: Tracker) -> None:
    """A fact one letter off leaves the ticket its team and says there what is wrong."""
    number = tracker.create("A typing error", {"in_catalog": False})
    tracker.change(number, {"need_or_want": "wnat"})
    ticket = tracker.read(number)
    assert (ticket["tollgate_status"], ticket["tollgate_team"]) == ("refused", STRATEGIST)
    assert ticket["tollgate_problem"].startswith("need_or_want: ")
    assert "did you mean want?" in ticket["tollgate_problem"]

    walk(tracker, number, [({"need_or_want": "want"}, STRATEGIST, "return-to-initiator")])


def test_asking_again_about_the_same_change_is_the_same_ask(tracker: Tracker) -> None:
    """A ticket sent again as it was keeps its decision; one that is changed gets another."""
    number = tracker.create("Sent twice", {"in_catalog": False})
    first = tracker.read(number)["tollgate_decision"]
    tracker.change(number, {"in_catalog": False})
    assert tracker.read(number)["tollgate_decision"] == first

    tracker.change(number, {"in_catalog": ""})
    ticket = tracker.read(number)
    assert ticket["tollgate_decision"] != first
    assert ticket["tollgate_action"] == "check-catalog"


def test_the_record_names_who_supplied_the_facts(tollgate: Program, tracker: Tracker) -> None:
    """The case names the user of the tracker who changed the ticket."""
    number = tracker.create("Who said so?", {"in_catalog": False})
    case = read(tollgate, f"cases/issue{number}")
    assert case["ref"] == f"issue{number}"
    assert "'admin'" in str(case)


def test_every_fact_can_be_entered_on_a_ticket(tollgate: Program, tracker: Tracker) -> None:
    """The tracker has a property for each fact that the routing looks at, unless derived."""
    derived = {fact["name"]: fact["derived"] for fact in read(tollgate, "vocabulary")["facts"]}
    live = read(tollgate, "policies")
    stages = live["routings"][0]["stages"]
    used = {name for each in live["policies"] if each["name"] in stages for name in each["inputs"]}
    bases = {name: (derived[name] or {}).get("days_until", name) for name in used}
    asked = {f"fact_{name}" for name in bases.values()}
    ticket = tracker.read(tracker.create("A ticket with every property", {}))
    assert {name for name in ticket if name.startswith("fact_")} == asked


def test_the_page_of_a_ticket_shows_facts_and_answer(tracker: Tracker) -> None:
    """A fact that is not known stays so on the form, and the team is there to read."""
    number = tracker.create("Seen by a person", {"in_catalog": False, "origin": "internal"})
    page = tracker.page(number)
    assert STRATEGIST in page
    assert _chosen(page, "fact_in_catalog") == "No"
    assert _chosen(page, "fact_viable") is None


def _chosen(page: str, name: str) -> str | None:
    """Return the option that a select of the page has chosen, if any."""
    select = page.partition(f'<select name="{name}">')[2].partition("</select>")[0]
    assert select, page
    chosen = re.search(r'<option value="(\w+)" selected', select)
    return chosen and chosen[1]
