"""Small rules, a caller and a moment: what every use case of the model is tried with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from model.access import Caller, Role, authenticate, create_key
from model.database import Database
from model.moment import Moment
from model.publishing import publish
from model.settings import HOME
from rules.rule_book import RuleFiles, read_files
from tests.model.clocked import Clocked
from tests.model.lives import Lives
from tests.model.portfolio import Portfolio
from tests.model.recorded import fill, with_personal_facts

SECRET = b"a secret made up for the tests"
NOW = datetime(2026, 11, 22, 9, 30, 15, 123_000, tzinfo=UTC)
NOTES = 16

VOCABULARY = """\
facts:
  in_catalog:
    type: boolean
    question: Is it in the catalogue?
    asked_of: Strategist
    action: check-catalog
    sources: [SOP §1]
  needed_by:
    type: date
    range: [1900-01-01, 2199-12-31]
    question: By when is it needed?
    asked_of: Strategist
    action: determine-need-date
    sources: [SOP §1]
  days_until_needed:
    type: integer
    range: [-36500, 36500]
    unit: days
    derived: {days_until: needed_by}
    sources: [SOP §1]
  unit_price:
    type: number
    scale: 2
    range: [0, 1000000.00]
    question: What does one cost?
    asked_of: Strategist
    action: ask-price
    sources: [SOP §1]
"""

NOTE = """\
  note_{number}:
    type: text
    question: What is to be noted?
    asked_of: Strategist
    action: take-note
    sources: [SOP §1]
"""

OUTCOMES = """\
outcomes:
  assign_to: {type: choice, choices: [Strategist, Provider]}
  action:
    type: choice
    choices: [check-catalog, determine-need-date, ask-price, take-note, fulfil, hurry, wait]
  cc: {type: choice, many: true, choices: [Strategist]}
  final: {type: boolean}
"""

SOURCES = """\
documents:
  SOP: {title: A procedure for tests, version: "1.0"}
clauses:
  SOP §1: What is in the catalogue is fulfilled from it.
"""

ROUTING = """\
decision: routing
title: Who does what next
owner: Director
review: P1Y
stages: [intake]
cases: []
"""

INTAKE = """\
policy: intake
title: Whether it is there already
owner: Director
review: P1Y
hit: first
parameters:
  hurry_days:
    value: 90
    unit: days
    meaning: A date this near is hurried
    sources: [SOP §1]
inputs: [in_catalog, days_until_needed, unit_price]
outputs: [assign_to, action, cc, final]
rules:
  - id: there
    label: It is in the catalogue
    sources: [SOP §1]
    when: in_catalog
    then: {assign_to: Provider, action: fulfil, final: true}
  - id: soon
    label: It is needed soon, or dear
    sources: [SOP §1]
    when: days_until_needed <= hurry_days or unit_price > 99.99
    then: {assign_to: Strategist, action: hurry, cc: [Strategist]}
    assumption: Dear things are hurried
  - id: later
    label: It can wait
    sources: [SOP §1]
    when: days_until_needed > hurry_days
    then: {assign_to: Strategist, action: wait}
cases:
  - name: What is in the catalogue is fulfilled
    given: {in_catalog: true}
    expect: {rule: there, assign_to: Provider, action: fulfil}
"""


@pytest.fixture
def rule_files() -> dict[str, str]:
    """A small set of rule files, whole and without a problem."""
    notes = "".join(NOTE.format(number=number) for number in range(NOTES))
    return {
        "vocabulary.yaml": VOCABULARY + notes + OUTCOMES,
        "sources.yaml": SOURCES,
        "routing.yaml": ROUTING,
        "policies/intake.yaml": INTAKE,
    }


@pytest.fixture
def moment() -> Moment:
    """A Sunday morning in November."""
    return Moment(NOW, date(2026, 11, 22))


@pytest.fixture
def published(database: Database, rule_files: RuleFiles) -> Database:
    """A database in which the small rules are live; the test runs once on each kind."""
    with database.transaction() as session:
        publish(session, rule_files, "Pat", NOW)
    return database


@pytest.fixture
def personal(database: Database, rule_files: RuleFiles) -> Database:
    """A database in which some facts are personal by the live rules."""
    with database.transaction() as session:
        publish(session, with_personal_facts(rule_files), "Pat", NOW)
    return database


@pytest.fixture
def caller(database: Database) -> Caller:
    """A ticketing system, with a key in the database."""
    with database.transaction() as session:
        new = create_key(session, "Roundup", [Role.TICKETING], SECRET, NOW)
        return authenticate(session, new.key, SECRET, NOW)


@pytest.fixture
def lives(published: Database, caller: Caller, moment: Moment) -> Lives:
    """A ticketing system that does things with whole cases."""
    return Lives(published, caller, moment)


@pytest.fixture
def bundled(database: Database) -> Database:
    """A database in which the rules that come with the product are live."""
    with database.transaction() as session:
        publish(session, read_files(HOME / "rules"), "Pat", NOW)
    return database


@pytest.fixture
def portfolio(bundled: Database, caller: Caller, moment: Moment) -> Portfolio:
    """A service manager, where the bundled rules are live."""
    manager = replace(caller, roles=frozenset([Role.SERVICE_MANAGER]))
    return Portfolio(bundled, manager, moment)


@pytest.fixture
def record(published: Database, caller: Caller, moment: Moment) -> Database:
    """Two cases of five decisions each, of which three checkpoints seal all but the last."""
    fill(published, caller, moment)
    return published


@pytest.fixture
def clocked(database: Database, caller: Caller) -> Clocked:
    """A ticketing system with a case and a calendar, on each kind of database."""
    made = Clocked(database, caller)
    made.case()
    made.calendar()
    return made
