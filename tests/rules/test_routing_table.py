"""The bundled rules against the routing table of SOP 04.3.1, written out once more as plain ifs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import rules
from rules.decision import Decision, Status
from rules.rule_book import RuleBook, load, read_files
from rules.values import Value

CASES = 15_000
SEED = 4_03_01
EXPEDITE_DAYS = 90

STRATEGIST = "Agency IT Strategist"
PROVIDER = "Service Provider"
DIRECTOR = "Technology Strategy Director"
RESEARCHER = "Research Associate"
STEERING = "IT Steering Team"
ALLIANCE = "Strategic Alliance Team"
MANAGER = "Project Manager"
TEAM = "Project Team"
SPECIALIST = "IT Partnership Service Specialist"
TECHNOLOGY = "Technology Strategy"

Facts = Mapping[str, Value | None]

CHOICES = {
    "origin": ("agency", "internal"),
    "need_or_want": ("need", "want"),
    "agency_process": ("none", "open", "complete"),
}
LIKELY: dict[str, Value] = {
    "in_catalog": False,
    "agency_process": "complete",
    "need_or_want": "need",
    "existing_service_fits": False,
    "project_needed": True,
    "project_initiated": True,
    "research_report_complete": True,
}
"""What leads deep into the table: chosen most of the time, so that every row is tried often."""
EVEN = (
    "origin", "part_addition_fits", "viable", "no_need_date", "research_submitted",
    "procurement_options_complete", "options_submitted", "part_added", "project_planned",
    "team_formed", "project_executed", "support_model_complete", "parts_form_complete",
    "catalog_update_requested",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: where a case stands, who does what, and what goes with it."""

    stage: str
    assign_to: str
    action: str
    asks: str | None = None
    group: str | None = None
    cc: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    submit_to: str | None = None
    portfolios: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    final: bool = False


TOLD = ("initiator",)


def row_of(facts: Facts, as_of: date) -> Row:
    """Return the row of the table that a case stands in: the first that applies."""
    if facts.get("in_catalog") is None:
        return Row("intake", STRATEGIST, "check-catalog", asks="in_catalog", group=TECHNOLOGY)
    if facts["in_catalog"]:
        return Row("intake", PROVIDER, "fulfil-from-catalog", notify=TOLD, final=True)
    return _analysis(facts) or _no_project(facts) or _project(facts, as_of)


def _analysis(facts: Facts) -> Row | None:
    if facts.get("agency_process") == "open":
        return Row("analysis", STRATEGIST, "analyze-request", group=TECHNOLOGY)
    if facts.get("need_or_want") is None:
        return _analyze("need_or_want")
    if facts["need_or_want"] == "want":
        return Row("analysis", STRATEGIST, "return-to-initiator", notify=TOLD, final=True)
    if facts.get("existing_service_fits") is None:
        return _analyze("existing_service_fits")
    if facts["existing_service_fits"]:
        return Row("analysis", STRATEGIST, "use-existing-service", notify=TOLD, final=True)
    if facts.get("part_addition_fits") is None:
        return _analyze("part_addition_fits")
    return None


def _analyze(fact: str) -> Row:
    return Row("analysis", STRATEGIST, "analyze-request", asks=fact, group=TECHNOLOGY)


def _no_project(facts: Facts) -> Row | None:
    if facts.get("project_needed") is None:
        return Row("project", DIRECTOR, "determine-project-need", asks="project_needed")
    if facts["project_needed"]:
        return None
    if not facts["part_addition_fits"]:
        return Row("project", STRATEGIST, "close-without-project", notify=TOLD, final=True)
    if not facts.get("part_added"):
        return Row("part", PROVIDER, "add-part", references=("SOP 02.2.1",))
    if not facts.get("parts_form_complete"):
        return Row("part", PROVIDER, "create-parts-form", references=("SOP 02.2.1",))
    if not facts.get("catalog_update_requested"):
        return Row("part", SPECIALIST, "request-catalog-update")
    return Row("part", STRATEGIST, "close-case", notify=TOLD, final=True)


def _project(facts: Facts, as_of: date) -> Row:
    if facts.get("origin") is None:
        return Row("project", STRATEGIST, "identify-origin", asks="origin")
    both = facts["origin"] == "agency"
    portfolios = ("agency", "strategy") if both else ("strategy",)
    if not facts.get("project_initiated"):
        office = "PMO (PPM Tool)"
        return Row(
            "project", STRATEGIST, "initiate-project", submit_to=office, portfolios=portfolios
        )
    if not facts.get("research_report_complete"):
        return Row("research", RESEARCHER, "create-research-report", portfolios=portfolios)
    if facts.get("viable") is None:
        return _before_viability(facts, as_of, portfolios)
    if not facts["viable"]:
        return _procurement("viability", facts, portfolios)
    return _delivery(facts, portfolios)


def _before_viability(facts: Facts, as_of: date, portfolios: tuple[str, ...]) -> Row:
    needed_by = facts.get("needed_by")
    if isinstance(needed_by, date) and needed_by <= as_of + timedelta(days=EXPEDITE_DAYS):
        return _procurement("expedite", facts, portfolios)
    if needed_by is None and not facts.get("no_need_date"):
        return Row(
            "expedite", RESEARCHER, "determine-need-date", asks="needed_by", portfolios=portfolios
        )
    return Row("viability", STEERING, "determine-viability", asks="viable", portfolios=portfolios)


def _procurement(stage: str, facts: Facts, portfolios: tuple[str, ...]) -> Row:
    if not facts.get("research_submitted"):
        return Row(stage, RESEARCHER, "submit-research", submit_to=ALLIANCE, portfolios=portfolios)
    if not facts.get("procurement_options_complete"):
        return Row(stage, ALLIANCE, "find-procurement-methods", portfolios=portfolios)
    if not facts.get("options_submitted"):
        return Row(
            stage,
            ALLIANCE,
            "submit-options",
            submit_to=STRATEGIST,
            cc=(RESEARCHER, MANAGER),
            portfolios=portfolios,
        )
    return Row(
        stage, STRATEGIST, "communicate-options", notify=TOLD, portfolios=portfolios, final=True
    )


def _delivery(facts: Facts, portfolios: tuple[str, ...]) -> Row:
    steps = (
        ("project_planned", MANAGER, "plan-project", ()),
        ("team_formed", MANAGER, "form-team", ()),
        ("project_executed", TEAM, "execute-project", ()),
        ("support_model_complete", PROVIDER, "develop-support-model", ()),
        ("parts_form_complete", PROVIDER, "create-parts-form", ("SOP 02.2.1",)),
        ("catalog_update_requested", SPECIALIST, "request-catalog-update", ()),
    )
    for milestone, who, action, references in steps:
        if not facts.get(milestone):
            return Row("delivery", who, action, portfolios=portfolios, references=references)
    return Row("delivery", STRATEGIST, "close-case", notify=TOLD, portfolios=portfolios, final=True)


@cache
def bundled() -> RuleBook:
    """Return the rules that come with the product."""
    return load(read_files(Path(rules.__file__).parent))


def any_case(chance: random.Random) -> tuple[dict[str, Value | None], date]:
    """Return facts, some of them missing, and the day on which the case is decided."""
    as_of = date(2026, 1, 1) + timedelta(days=chance.randrange(2_000))
    facts: dict[str, Value | None] = {}
    missing = chance.choice((0.02, 0.1, 0.5))
    steadiness = chance.choice((0.7, 0.95, 1.0))
    for name in (*LIKELY, *EVEN):
        if chance.random() >= missing:
            usual = LIKELY.get(name)
            keeps = usual is not None and chance.random() < steadiness
            facts[name] = usual if keeps else chance.choice(CHOICES.get(name, (True, False)))
    if chance.random() < 0.4:
        facts["viable"] = None
    if chance.random() < 0.6:
        done = chance.randrange(len(EVEN))
        facts.update(dict.fromkeys(EVEN[4 : 4 + done], True))
    if chance.random() < 0.7:
        near = chance.choice((-20_000, -1, 0, 1, 89, 90, 91, 20_000))
        facts["needed_by"] = as_of + timedelta(days=near)
    return facts, as_of


def read_back(decision: Decision) -> Row:
    """Return a decision as a row of the table."""
    asks = decision.needs[0].fact if decision.needs else None
    return Row(stage=decision.stage, asks=asks, **decision.outcome)  # type: ignore[arg-type]  # a row's members are the outcomes


def seeded() -> random.Random:
    """Return the same run of chances each time."""
    return random.Random(SEED)  # noqa: S311  # cases to try, not secrets


def test_every_case_stands_in_its_row_of_the_table() -> None:
    """Whatever is known of a case and whatever is missing, it is decided as the table says."""
    chance = seeded()
    for _ in range(CASES):
        facts, as_of = any_case(chance)
        row = row_of(facts, as_of)
        decision = bundled().decide("routing", facts, as_of)
        assert read_back(decision) == row, (facts, as_of)
        waits = decision.status is Status.AWAITING_FACTS
        assert waits is (row.asks is not None), (facts, as_of)
        assert not any(facts.get(need.fact) is not None for need in decision.needs), (facts, as_of)


def test_the_cases_tried_reach_every_row_often() -> None:
    """The comparison above leaves out no row of the table, on either way and for either origin."""
    chance = seeded()
    rows = Counter(row_of(*any_case(chance)) for _ in range(CASES))
    plain = {(row.stage, row.action, row.asks) for row in rows}
    assert len(plain) == 34
    assert len(rows) == 53
    assert min(rows.values()) >= 10


def test_a_case_is_decided_the_same_whatever_lies_beyond_its_stage() -> None:
    """What is known of later steps changes nothing before a case has come there."""
    later = {"viable": True, "project_planned": True, "team_formed": True, "project_executed": True}
    for known in ({}, {"in_catalog": False}, {"in_catalog": True}):
        with_later = {**known, **later}
        plain = bundled().decide("routing", known, date(2026, 11, 22))
        assert bundled().decide("routing", with_later, date(2026, 11, 22)) == plain
