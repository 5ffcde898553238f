"""The README keeps its word: what it shows is what the product does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import cast

import pytest

from api.metrics import Metrics
from model.answers import decided
from model.moment import rfc3339
from model.settings import HOME
from rules.clocks.calendar_reader import read_calendar
from rules.clocks.open_hours import BusinessTime
from rules.policy_cases import run_cases
from rules.rule_book import RuleBook, load, read_files
from rules.values import Value

README = (HOME / "README.md").read_text(encoding="utf-8")
EXPEDITE = "policies/expedite.yaml"


def after(heading: str) -> str:
    """Return the part of the README under a heading."""
    return README.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def shown_json(text: str, opening: str) -> dict[str, object]:
    """Return the JSON object in `text` that begins with `opening`."""
    # What follows the object is not of interest, and three dots stand for what differs each time.
    found: dict[str, object] = json.JSONDecoder().raw_decode(text[text.index(opening) :])[0]
    return found


def answer(book: RuleBook, request: Mapping[str, object]) -> dict[str, object]:
    """Return what a rule book decides on a request that the README shows."""
    day, facts = date.fromisoformat(str(request["as_of"])), request["facts"]
    assert isinstance(facts, dict)
    changes = book.vocabulary.read_changes(facts, day)
    return decided(book.decide("routing", changes, day))


@pytest.fixture(scope="module")
def bundled() -> dict[str, str]:
    """The rule files that come with the product."""
    return dict(read_files(HOME / "rules"))


def test_the_decision_shown_is_the_one_that_is_made(bundled: dict[str, str]) -> None:
    """Whoever types the README's `curl` gets the README's answer."""
    part = after("One decision")
    given = answer(load(bundled), shown_json(part, '{"case": {"ref": "CRM-1042", "title"'))
    shown = shown_json(part, '{"id": "…"')
    assert {name: shown[name] for name in given} == given
    assert set(shown) - set(given) == {"id", "case", "policy_revision", "decided_at"}


def test_the_tollgate_shown_says_what_is_shown(bundled: dict[str, str]) -> None:
    """The service of the README, supplied as it says, passes toll-gate 1 with that outcome."""
    part = after("A service and its toll-gates")
    facts = shown_json(part, '{"facts": {"verdict"')["facts"]
    assert facts == {"verdict": "approve"}
    supplied = re.findall(r"/artifacts/(\w+)", part)
    held: dict[str, Value] = {f"has_{artifact}": True for artifact in supplied}
    held["verdict"] = "approve"
    said = decided(load(bundled).decide("tollgate-1", held, date(2026, 11, 22)))
    assert said["outcome"] == shown_json(part, '{"assign_to"')


def test_changing_the_90_days_goes_as_told(bundled: dict[str, str]) -> None:
    """Each step of the README's change of a rule does what the README says it does."""
    part = after("Changing a rule")
    old = "  expedite_days:\n    value: 90\n"
    assert old in bundled[EXPEDITE]
    change = "    changes: [{from: 2027-01-01, value: 60}]\n"
    assert change.strip() in part
    edited = {**bundled, EXPEDITE: bundled[EXPEDITE].replace(old, old + change)}

    report = run_cases(load(edited))
    (failed,) = report.failed
    assert f"failed: {failed.policy}: {failed.name}" in part
    assert failed.detail in part
    assert f"{len(report.results)} cases, 1 failed" in part

    before, case = edited[EXPEDITE].split(failed.name)
    case = re.sub(r"as_of: \S+", "as_of: 2028-01-01", case, count=1)
    mended = load({**edited, EXPEDITE: before + failed.name + case})
    assert run_cases(mended).failed == ()

    request = shown_json(part.replace("\n   ", "\n"), '{"case": {"ref": "CRM-1043"}')
    for book, action in ((load(bundled), "submit-research"), (mended, "determine-viability")):
        outcome = answer(book, request)["outcome"]
        assert isinstance(outcome, dict)
        assert outcome["action"] == action
        assert f"{outcome['assign_to']}" in " ".join(part.split())
        assert f"`{action}`" in part


def test_the_timer_shown_is_due_when_it_says() -> None:
    """Its calendar and its events give the README's instant."""
    part = after("Until when")
    hours, timer = (
        shown_json(part, opening) for opening in ('{"timezone"', '{"case": "CRM-1042", "kind"')
    )
    assert isinstance(hours["week"], dict)
    calendar = read_calendar(str(hours["timezone"]), hours["week"], [])
    (start,) = cast("list[dict[str, str]]", timer["events"])
    target = timedelta(seconds=int(str(timer["target_seconds"])))
    due = BusinessTime(calendar).after(datetime.fromisoformat(start["at"]), target)
    assert due is not None
    assert f'`"due_at": "{rfc3339(due)}"`' in " ".join(part.split())


def test_every_setting_is_listed() -> None:
    """The table of settings has each variable that the product reads, and no other."""
    sources = [HOME / "model" / "settings.py", *(HOME / "api").rglob("*.py")]
    read = {
        name
        for source in sources
        for name in re.findall(r'"(TOLLGATE_[A-Z_]+)"', source.read_text(encoding="utf-8"))
    }
    assert set(re.findall(r"^\| `(TOLLGATE_[A-Z_]+)`", after("Settings"), re.MULTILINE)) == read


def test_every_metric_is_listed() -> None:
    """The table for operators has each metric that the service exposes, and no other."""
    told = set(re.findall(r"^\| `(tollgate_\w+)`", after("Operations"), re.MULTILINE))
    exposed = set(
        re.findall(r"^# TYPE (tollgate_\w+) ", Metrics().exposed().decode(), re.MULTILINE)
    )
    assert {name for name in exposed if not name.endswith("_created")} == told


def test_every_command_of_make_is_there() -> None:
    """Each `make …` that the README names is a target of the Makefile."""
    makefile = (HOME / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)(?=[`\n])", README)) <= targets


def test_every_file_it_points_to_is_there() -> None:
    """No link of the README leads nowhere."""
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (HOME / link).exists()] == []
