"""Likely services: a decision that asks what fits names them, and what is recorded does not."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from itertools import count
from typing import Any, cast

import pytest
from sqlalchemy import event, text

from model import json_text
from model.access import Role, authenticate, create_key
from model.database import Database
from model.deciding import DecisionRequest, answer_of, preview, replay
from model.engines import READ_ONLY
from model.keeping import Given, Once, decide_once
from model.likely_services import MOST_NAMED, LikelySearches
from model.moment import Moment
from model.packages import PackageChange, put_package
from model.publishing import publish
from model.settings import HOME
from rules.rule_book import read_files
from tests.model.offered import NOW, offer, part_of
from tests.model.portfolio import Portfolio

ASKING = {"in_catalog": False, "need_or_want": "need"}
BOTH = ("existing_service_fits", "part_addition_fits")
_NUMBERS = count()


@pytest.fixture
def of(portfolio: Portfolio) -> Portfolio:
    """A catalogue of a few services, one with a part, and a package of one."""
    return with_catalogue(portfolio)


@pytest.fixture
def of_postgresql(postgresql_database: Database, moment: Moment) -> Portfolio:
    """The same on PostgreSQL."""
    with postgresql_database.transaction() as session:
        publish(session, read_files(HOME / "rules"), "Pat", NOW)
        new = create_key(session, "Roundup", [Role.TICKETING], b"s" * 16, NOW)
        caller = authenticate(session, new.key, b"s" * 16, NOW)
    return with_catalogue(Portfolio(postgresql_database, caller, moment))


def with_catalogue(portfolio: Portfolio) -> Portfolio:
    """Make the catalogue."""
    with portfolio.database.transaction() as session:
        offer(session, "e-signature", "E-signature", "Documents are signed without paper")
        offer(session, "mail", "Mail and calendar")
        part_of(session, "e-signature", "qualified", "Qualified signature")
        put_package(session, "office", PackageChange("Office mail", None, ("mail",)), "Sam", NOW)
    return portfolio


def given(
    of: Portfolio, title: str | None, facts: Mapping[str, object], once: Once | None = None
) -> Given:
    """Have a case decided."""
    new_id = f"00000000-0000-4000-8000-{next(_NUMBERS):012}"
    request = DecisionRequest("CRM-1", title, None, None, facts)
    return decide_once(of.database, request, of.caller, of.moment, new_id, once)


def body_of(text: str) -> dict[str, Any]:
    """Return what an answer says."""
    return cast("dict[str, Any]", json_text.loads(text))


def named(text: str) -> dict[str, list[str]]:
    """Return the names that each need gives."""
    needs = body_of(text)["needs"]
    return {n["fact"]: [each["name"] for each in n["likely"]] for n in needs if "likely" in n}


def test_the_likeliest_are_named_with_why(of: Portfolio) -> None:
    """Services and packages where one of them may fit, and parts where one may be added."""
    answer = given(of, "We need a qualifed signature", ASKING).text
    assert named(answer) == {
        "existing_service_fits": ["Qualified signature"],
        "part_addition_fits": ["Qualified signature", "E-signature"],
    }
    (service,) = body_of(answer)["needs"][0]["likely"]
    assert (service["service"], service["part"]) == ("e-signature", "qualified")
    assert (service["because"], 50 < service["score"] <= 100) == (["qualified", "signature"], True)
    mail = given(of, "Office mail", ASKING).text
    assert named(mail)["existing_service_fits"] == ["Office mail", "Mail and calendar"]
    assert named(mail)["part_addition_fits"] == ["Mail and calendar"]


def test_an_answer_is_otherwise_as_it_would_be(of: Portfolio) -> None:
    """No member more where nothing is found, nothing asked, or the case is not called anything."""
    for title, facts in (
        (None, ASKING),
        ("Drones", {}),
        ("Mail", {"existing_service_fits": False, "part_addition_fits": False}),
    ):
        answer = given(of, title, facts)
        assert named(answer.text) == {}
        with of.database.reading() as session:
            assert answer_of(session, body_of(answer.text)["id"]).text == answer.text


def test_what_is_recorded_names_nothing_and_replays_to_the_letter(of: Portfolio) -> None:
    """Whatever the catalogue has become meanwhile; the other members are the same."""
    answer = body_of(given(of, "E-signature", ASKING).text)
    with of.database.transaction() as session:
        offer(session, "e-signatures", "E-signatures for all")
    with of.database.reading() as session:
        recorded = answer_of(session, answer["id"]).body
        assert replay(session, answer["id"]).same
    for need in answer["needs"]:
        assert need.pop("likely")
    assert answer == recorded


def test_under_the_same_key_the_same_is_named_again(of: Portfolio) -> None:
    """Word for word, whatever the catalogue has become meanwhile."""
    once = Once("key", "hash")
    first = given(of, "E-signature", ASKING, once)
    with of.database.transaction() as session:
        offer(session, "e-signatures", "E-signature")
    again = given(of, "E-signature", ASKING, once)
    assert (again.text, again.replayed) == (first.text, True)
    assert named(given(of, "E-signature", ASKING).text) != named(first.text)


def test_a_preview_names_them_by_the_title_that_comes_or_is_held(of: Portfolio) -> None:
    """As the decision would."""
    given(of, "Calendar", {})
    for title, first in (("E-signature", "E-signature"), (None, "Mail and calendar")):
        with of.database.looking() as reader:
            asked = DecisionRequest("CRM-1", title, None, None, ASKING)
            body = preview(reader, asked, of.moment)
        answer = LikelySearches(of.database).within(body, title)
        assert [names[0] for names in named(json_text.dumps(answer)).values()] == [first, first]


def test_a_preview_searches_once_and_only_where_it_asks_what_fits(of: Portfolio) -> None:
    """One that does not ask costs no statement more."""
    said: list[str] = []

    def hear(*told: Any) -> None:
        said.append(told[2])

    asking, needs = DecisionRequest("CRM-1", None, None, None, ASKING), []
    for asked in (replace(asking, facts={}), asking):
        with of.database.looking() as reader:
            needs.append(preview(reader, asked, of.moment))
    searches = LikelySearches(of.database)
    event.listen(of.database.engine, "before_cursor_execute", hear)
    try:
        assert searches.within(needs[0], "E-signature") == needs[0]
        assert said == []
        assert named(json_text.dumps(searches.within(deepcopy(needs[1]), "E-signature")))
        assert said
        said.clear()
        assert searches.within(deepcopy(needs[1]), "E-signature") == needs[1]
        assert said == []
    finally:
        event.remove(of.database.engine, "before_cursor_execute", hear)


def test_few_are_named_and_only_what_is_shown(of: Portfolio) -> None:
    """Not one that is an idea only, and three at most."""
    with of.database.transaction() as session:
        for number in range(9):
            offer(session, f"fax-{number}", f"Fax {number}")
        offer(session, "idea", "Fax", phase="strategy")
    found = named(given(of, "Fax", ASKING).text)
    assert {fact: len(names) for fact, names in found.items()} == dict.fromkeys(BOTH, MOST_NAMED)
    assert "Fax" not in found["existing_service_fits"]


def test_a_decision_that_does_not_ask_what_fits_searches_nothing(of: Portfolio) -> None:
    """It costs no statement more; and however long a title is, one that asks costs few."""
    said: list[str] = []

    def hear(*told: Any) -> None:
        said.append(told[2])

    event.listen(of.database.engine, "before_cursor_execute", hear)
    try:
        given(of, "E-signature", {})
        assert not [statement for statement in said if "search_groups" in statement]
        title = " ".join(f"signature{number} word{number}x" for number in range(80))
        given(of, title, ASKING)
    finally:
        event.remove(of.database.engine, "before_cursor_execute", hear)
    assert 0 < len([statement for statement in said if "search_" in statement]) <= 3


def test_words_that_look_like_a_need_are_none(database: Database) -> None:
    """A gate's answer, and a text that somebody wrote, stay as they are."""
    said = json_text.dumps({"case": {"ref": "A"}, "said": '"fact": "existing_service_fits"'})
    assert LikelySearches(database).beside(said, "Mail") == said


def test_with_an_answer_kept_the_title_that_is_held_counts_too(of: Portfolio) -> None:
    """A case that was called so earlier is found by it, under a key as without one."""
    given(of, "E-signature", {})
    under = named(given(of, None, ASKING, Once("key", "hash")).text)
    assert under["existing_service_fits"][0] == "E-signature"
    assert named(given(of, None, ASKING).text) == under


def test_a_decision_is_made_while_nothing_can_be_searched(
    of_postgresql: Portfolio,
) -> None:
    """Somebody has the texts that are searched: nothing is named, and nothing is lost."""
    of = of_postgresql
    with of.database.engine.begin() as other:
        other.execute(text("LOCK TABLE search_texts, search_groups IN ACCESS EXCLUSIVE MODE"))
        answers = [given(of, "E-signature", ASKING, once) for once in (None, Once("key", "hash"))]
    assert [named(answer.text) for answer in answers] == [{}, {}]
    again = given(of, "E-signature", ASKING, Once("key", "hash"))
    assert (again.text, again.replayed) == (answers[1].text, True)


@pytest.mark.parametrize("once", [None, Once("key", "hash")])
def test_no_search_is_made_while_a_case_is_held(of: Portfolio, once: Once | None) -> None:
    """Each is made by reading alone, in a transaction that writes nothing."""
    held: list[tuple[bool, str]] = []

    def hear(*told: Any) -> None:
        options = told[0].get_execution_options()
        only_reads = options.get(READ_ONLY)
        held.append((bool(only_reads), told[2]))

    event.listen(of.database.engine, "before_cursor_execute", hear)
    try:
        assert named(given(of, "E-signature", ASKING, once).text)
    finally:
        event.remove(of.database.engine, "before_cursor_execute", hear)
    assert {reading for reading, said in held if "search_" in said} == {True}


def test_a_batch_searches_so_many_times_and_no_more(of: Portfolio) -> None:
    """The items after those name nothing, and are decided as any other."""
    searches = LikelySearches(of.database, 2)
    answers = []
    for number in range(4):
        asked = DecisionRequest(f"B-{number}", "E-signature", None, None, ASKING)
        new_id = f"00000000-0000-4000-8000-{next(_NUMBERS):012}"
        once = Once(f"key-{number}", "hash") if number % 2 else None
        answer = decide_once(of.database, asked, of.caller, of.moment, new_id, once, searches)
        answers.append(bool(named(answer.text)))
    assert answers == [True, True, False, False]
