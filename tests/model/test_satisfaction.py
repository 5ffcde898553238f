"""Satisfaction: what people say of a case is kept and corrected, and its words can be erased."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from model.access import Caller
from model.database import Database
from model.erasing import clear_from_disk, erase
from model.moment import Moment
from model.satisfaction import (
    Said,
    SatisfactionPage,
    SatisfactionWords,
    answers_before,
    say,
)
from rules.errors import BadFields, UnknownRecord
from tests.model.lives import Lives

ANN = Said(2, False, "Ann", "Bob never called me back")


@pytest.fixture
def over(lives: Lives) -> Lives:
    """A case that is over, and one that is its double."""
    for ref in ("CRM-1", "CRM-2"):
        lives.decide(ref, in_catalog=True)
    return lives


def answer(of: Lives, said: Said, ref: str = "CRM-1") -> None:
    """Say something of a case."""
    with of.database.transaction() as session:
        say(session, ref, said, of.caller, of.moment.now)


def read(of: Lives, after: str | None = None, limit: int = 50) -> SatisfactionPage:
    """Read what was said of the case."""
    with of.database.reading() as session:
        return answers_before(session, "CRM-1", after, limit)


def told(of: Lives) -> list[tuple[str, int, str | None, bool]]:
    """Return what was said of the case, the latest first."""
    return [(v.answer.by, v.answer.score, v.words, v.counts) for v in read(of).answers]


def test_a_later_answer_corrects_the_one_before_and_both_are_kept(over: Lives) -> None:
    """Of each person the latest counts; what is said again is kept once."""
    answer(over, ANN)
    answer(over, Said(5, True, "Eve"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: answer(over, replace(ANN, score=4, words=None)), range(4)))
    assert told(over) == [
        ("Ann", 4, None, True),
        ("Eve", 5, None, True),
        ("Ann", 2, ANN.words, False),
    ]


@pytest.mark.parametrize("again", ["ann, FINANCE", " Ann, Finance ", "ANN, Finance\u3000"])
def test_capitals_and_blanks_make_no_other_person(over: Lives, again: str) -> None:
    """The later answer corrects the one before, and both say the name as it was first."""
    answer(over, replace(ANN, by="Ann, Finance"))
    answer(over, replace(ANN, by=again))
    assert [each[0] for each in told(over)] == ["Ann, Finance"]
    answer(over, replace(ANN, by=again, score=5))
    assert [(by, score, counts) for by, score, _, counts in told(over)] == [
        ("Ann, Finance", 5, True), ("Ann, Finance", 2, False),
    ]  # fmt: skip


def test_one_person_under_a_double_is_one_however_it_was_written(over: Lives) -> None:
    """Merged, the later of the two answers counts; and once it is erased as well."""
    answer(over, ANN)
    answer(over, replace(ANN, by="ann"), "CRM-2")
    over.merge("CRM-1", "CRM-2")
    assert [counts for *_, counts in told(over)] == [True, False]


def test_what_was_said_under_a_double_is_said_of_the_case(over: Lives) -> None:
    """Merged or renamed, the case keeps its answers."""
    answer(over, ANN, "CRM-2")
    over.merge("CRM-1", "CRM-2")
    answer(over, ANN, "CRM-2")
    answer(over, replace(ANN, score=3), "CRM-1")
    assert [(score, counts) for _, score, _, counts in told(over)] == [(3, True), (2, False)]
    over.rename("CRM-1", "CRM-9")
    assert read(over).ref == "CRM-9"


def test_answers_are_read_page_by_page(over: Lives) -> None:
    """Which of them count does not depend on the page."""
    for score in (1, 2, 3):
        answer(over, replace(ANN, score=score))
    first = read(over, limit=2)
    second = read(over, first.next, limit=2)
    found = [(v.answer.score, v.counts) for page in (first, second) for v in page.answers]
    assert found == [(3, True), (2, False), (1, False)]
    assert second.next is None


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        (replace(ANN, score=0), "/score"),
        (replace(ANN, score=6), "/score"),
        (replace(ANN, by=""), "/by"),
        (replace(ANN, by="Erased #1"), "/by"),
        (replace(ANN, words="\x00"), "/words"),
    ],
)
def test_what_cannot_be_kept_is_refused(over: Lives, said: Said, pointer: str) -> None:
    """The problem names the member, and nothing is kept."""
    with pytest.raises(BadFields) as refused:
        answer(over, said)
    assert [each.pointer for each in refused.value.problems] == [pointer]
    with pytest.raises(UnknownRecord):
        answer(over, ANN, "CRM-404")
    assert told(over) == []


def test_an_answer_is_never_changed(over: Lives) -> None:
    """Not by whoever comes past the product, either."""
    answer(over, ANN)
    for statement in (
        "UPDATE satisfaction_answers SET score = 5",
        # Nobody has asked for anything of this case to be erased.
        "UPDATE satisfaction_answers SET by = 'erased #1'",
        "DELETE FROM satisfaction_answers",
    ):
        with pytest.raises(DBAPIError), over.database.transaction() as session:
            session.execute(text(statement))


def test_erasing_what_is_personal_erases_who_said_it_and_the_words(
    personal: Database, caller: Caller, moment: Moment
) -> None:
    """Of the case and its doubles, with every personal fact: the scores stay, and are counted."""
    of = Lives(personal, caller, moment)
    for ref, by in (("CRM-1", "Ann"), ("CRM-2", "Eve")):
        of.decide(ref, in_catalog=True)
        answer(of, replace(ANN, by=by), ref)
    of.merge("CRM-1", "CRM-2")
    answer(of, replace(ANN, score=3, words=None))
    with personal.transaction() as session:
        assert erase(session, "CRM-1", ["note_1"], "Dana", moment).words == 0
    with personal.transaction() as session:
        erased = erase(session, "CRM-1", None, "Dana", moment)
    assert (erased.words, erased.people) == (2, 3)
    clear_from_disk(personal)
    ann, eve = "erased #1", "erased #2"
    assert told(of) == [(ann, 3, None, True), (eve, 2, None, True), (ann, 2, None, False)]
    answer(of, replace(ANN, words=None))
    with personal.transaction() as session:
        assert erase(session, "CRM-1", None, "Dana", moment).people == 1
    assert [by for by, *_ in told(of)] == ["erased #4", ann, eve, ann]
    with personal.reading() as session:
        assert session.scalars(select(SatisfactionWords)).all() == []
