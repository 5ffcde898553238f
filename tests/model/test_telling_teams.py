"""Teams hear by letter of what a decision asks of them, once, and of nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event as sql

from model.access import Caller
from model.database import Database
from model.deciding import DecisionRequest, decide
from model.events import EventType
from model.moment import Moment
from model.publishing import publish
from model.reconsidering import reconsider_due
from model.settings import HOME
from model.telling_teams import is_news
from rules.rule_book import read_files
from tests.model.lives import Lives
from tests.model.teams import (
    ALLIANCES,
    ASSOCIATE,
    DIRECTOR,
    PROJECTS,
    PROVIDER,
    RESEARCHED,
    ROLES,
    STEERING,
    STRATEGIST,
    letters,
    staff,
    texts,
)
from tests.model.telling import states, subscribed

ANYBODY = "anybody@x.example"


@pytest.fixture
def real(bundled: Database, caller: Caller, moment: Moment) -> Lives:
    """Cases that are decided by the rules that come with the product."""
    return Lives(bundled, caller, moment)


def news(real: Lives, **facts: object) -> list[tuple[str, str]]:
    """Decide the case CRM-1, and return the letters that came of it: what, and to whom."""
    before = len(letters(real.database))
    real.decide("CRM-1", None, **facts)
    return [(title.partition(": ")[2], to) for title, to in letters(real.database)[before:]]


def test_everybody_on_the_way_hears_when_it_is_for_them(real: Lives) -> None:
    """Whoever is to act, to whom it is submitted, and who is copied, as the SOP has it."""
    staff(real.database)
    assert news(real, origin="agency") == [("check catalog (Agency IT Strategist)", STRATEGIST)]
    assert news(real, in_catalog=False, need_or_want="need") == []
    assert news(real, existing_service_fits=False, part_addition_fits=False) == [
        ("determine project need (Technology Strategy Director)", DIRECTOR)
    ]
    assert news(real, project_needed=True) == [
        ("initiate project (Agency IT Strategist)", STRATEGIST)
    ]
    assert news(real, project_initiated=True) == [
        ("create research report (Research Associate)", ASSOCIATE)
    ]
    assert news(real, research_report_complete=True) == []
    submitted = "submit research (Research Associate)"
    assert news(real, days_until_needed=30) == [(submitted, ASSOCIATE), (submitted, ALLIANCES)]
    assert news(real, research_submitted=True) == [
        ("find procurement methods (Strategic Alliance Team)", ALLIANCES)
    ]
    options = "submit options (Strategic Alliance Team)"
    assert news(real, procurement_options_complete=True) == [
        (options, ALLIANCES), (options, ASSOCIATE), (options, PROJECTS), (options, STRATEGIST),
    ]  # fmt: skip
    assert news(real, options_submitted=True) == [
        ("communicate options (Agency IT Strategist)", STRATEGIST)
    ]
    assert news(real) == []


def test_whoever_holds_all_roles_gets_one_letter_for_each_decision(real: Lives) -> None:
    """Acting, copied and handed to: it is one person."""
    staff(real.database, dict.fromkeys(ROLES, ANYBODY))
    real.decide("CRM-1", None, **RESEARCHED, days_until_needed=30)
    real.decide("CRM-1", None, research_submitted=True)
    real.decide("CRM-1", None, procurement_options_complete=True)
    real.decide("CRM-1", None, options_submitted=True)
    assert [to for _, to in letters(real.database)] == [ANYBODY] * 4


def test_a_letter_says_what_why_and_where_to_answer(real: Lives) -> None:
    """In plain words, with the clauses, and what is asked of whom."""
    staff(real.database)
    answer = real.decide("A/1", None, origin="agency", in_catalog=False, need_or_want="need")
    [text] = texts(real.database)
    assert text.startswith("A/1\n\nWhat is to be done: analyze request.\n")
    assert "It is for: Agency IT Strategist, Technology Strategy." in text
    assert (
        "- Will an existing service meet the need? (for Agency IT Strategist, OMES 04.3.1 §4.2)"
        in text
    )
    assert "- A service or part that is not in the Service Catalog is analyzed (OMES" in text
    assert "Answer in the ticket A/1, or with POST /api/v1/decisions." in text
    assert text.endswith(
        "All about the case: GET /api/v1/cases/A%2F1;"
        f" about this decision: GET /api/v1/decisions/{answer.body['id']}."
    )


def test_the_initiator_is_told_where_the_roster_names_one(real: Lives) -> None:
    """Else the letter says that it is for its readers: a case knows nobody's address."""
    staff(real.database)
    real.decide("CRM-1", None, in_catalog=True)
    assert letters(real.database)[0][1] == PROVIDER
    [text] = texts(real.database)
    assert "To be told: initiator." in text
    assert "The roster names nobody for initiator: whoever knows them tells them." in text
    assert "With this the case is over." in text
    staff(real.database, {**ROLES, "initiator": "front@x.example"})
    real.decide("CRM-2", None, in_catalog=True)
    assert [to for _, to in letters(real.database)] == [PROVIDER, PROVIDER, "front@x.example"]
    assert "names nobody" not in texts(real.database)[1]


def test_where_nobody_holds_the_role_its_group_is_told(real: Lives) -> None:
    """By a role of the group's name, or by the group itself."""
    staff(real.database, {"Service Provider": PROVIDER}, {"Technology Strategy": ANYBODY})
    real.decide("CRM-1", None, origin="agency")
    assert [to for _, to in letters(real.database)] == [ANYBODY]
    staff(real.database, {"Technology Strategy": DIRECTOR}, {"Technology Strategy": ANYBODY})
    real.decide("CRM-2", None, origin="agency")
    assert [to for _, to in letters(real.database)] == [ANYBODY, DIRECTOR]


def test_an_agencys_own_holders_come_before_those_for_all(real: Lives) -> None:
    """Where the case says by a fact which agency it is for."""
    staff(real.database, health={"Agency IT Strategist": ANYBODY})
    real.decide("CRM-1", None, origin="agency", agency="Health")
    real.decide("CRM-2", None, origin="agency", agency="Finance")
    real.decide("CRM-3", None, origin="agency")
    assert [to for _, to in letters(real.database)] == [ANYBODY, STRATEGIST, STRATEGIST]


def test_a_case_that_the_day_moves_is_told_to_its_new_team(real: Lives) -> None:
    """On the day its date comes within the window, to whoever holds the role on that day."""
    staff(real.database)
    real.decide("CRM-1", None, **RESEARCHED, needed_by="2027-03-20")
    assert [to for _, to in letters(real.database)] == [STEERING]
    day = Moment(datetime(2026, 12, 20, 6, tzinfo=UTC), date(2026, 12, 20))
    for _ in range(2):
        reconsider_due(real.database, day, lambda: "by time")
    assert [to for _, to in letters(real.database)] == [STEERING, ASSOCIATE, ALLIANCES]
    text = texts(real.database)[1]
    assert "No answer moved it: the day did." in text
    assert "Before, it was with IT Steering Team: determine viability." in text
    assert "2027-03-20" not in text


def test_subscribers_and_people_are_told_of_one_event(real: Lives) -> None:
    """Subscribers not of the first decision, by which nothing is rerouted."""
    staff(real.database)
    subscribed(real.database, EventType.CASE_REROUTED)
    real.decide("CRM-1", None, origin="agency")
    assert states(real.database) == ["waiting"]
    real.decide("CRM-1", None, in_catalog=True)
    assert states(real.database) == ["waiting"] * 3


def test_nobody_is_written_to_without_a_roster_or_for_another_decision(real: Lives) -> None:
    """What a single policy says of a case moves it nowhere."""
    real.decide("CRM-1", None, origin="agency")
    staff(real.database)
    real.decide_by("CRM-2", "intake", in_catalog=True)
    assert letters(real.database) == []


def test_letters_are_switched_off_by_a_rule(real: Lives) -> None:
    """A ticketing system may write to people itself; subscribers are told all the same."""
    files = read_files(HOME / "rules")
    quiet = files["routing.yaml"].replace("\nstages:", "\nletters: false\nstages:")
    with real.database.transaction() as session:
        publish(session, {**files, "routing.yaml": quiet}, "Pat", real.moment.now)
    staff(real.database)
    subscribed(real.database, EventType.CASE_REROUTED)
    real.decide("CRM-1", None, origin="agency")
    real.decide("CRM-1", None, in_catalog=True)
    assert letters(real.database) == []
    assert states(real.database) == ["waiting"]


def test_what_is_rolled_back_is_not_told(real: Lives) -> None:
    """The letter is written in the transaction of the decision, or not at all."""
    staff(real.database)
    request = DecisionRequest("CRM-1", None, None, None, {"in_catalog": True})
    with pytest.raises(RuntimeError), real.database.transaction() as session:
        decide(session, request, real.caller, real.moment, "lost")
        raise RuntimeError("the process ends here")
    assert letters(real.database) == []


def test_a_decision_that_moves_nothing_reads_no_roster(real: Lives) -> None:
    """Of all the cases that are decided, most stay where they are."""
    staff(real.database)
    real.decide("CRM-1", None, origin="agency")
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    sql.listen(real.database.engine, "before_cursor_execute", note)
    try:
        real.decide("CRM-1", None, in_catalog=False)
    finally:
        sql.remove(real.database.engine, "before_cursor_execute", note)
    words = ("rosters", "outbox_events", "deliveries")
    [taking] = [each for each in statements if any(word in each for word in words)]
    assert "FROM cases" in taking


def test_facts_are_in_no_letter(lives: Lives) -> None:
    """A letter may be read by anybody, and is out of our hands."""
    staff(lives.database, {"Strategist": STRATEGIST})
    lives.decide("CRM-1", None, in_catalog=False, note_1="a person's words", unit_price=12345)
    [text] = texts(lives.database)
    assert "words" not in text
    assert "12345" not in text


_ROLES = st.sampled_from(["a", "b", "c"])
_OUTCOMES = st.fixed_dictionaries(
    {
        "assign_to": _ROLES,
        "group": st.none() | _ROLES,
        "cc": st.lists(_ROLES, unique=True),
        "notify": st.lists(_ROLES, unique=True),
        "submit_to": st.none() | _ROLES,
    }
)


@given(_OUTCOMES, _OUTCOMES)
def test_the_same_again_is_no_news_and_who_hears_less_no_news_either(
    before: dict[str, Any], now: dict[str, Any]
) -> None:
    """Only somebody who has not been told yet makes news."""
    assert not is_news(now, now)
    assert not is_news(now, {**now, "cc": now["cc"][1:], "notify": [], "submit_to": None})
    assert is_news(None, now)
    if before["assign_to"] != now["assign_to"]:
        assert is_news(before, now)
    new = set(now["cc"]) - set(before["cc"]) or set(now["notify"]) - set(before["notify"])
    if new:
        assert is_news(before, now)
