"""Personal values: the record holds salted hashes, and every reading puts the values back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from model import json_text
from model.access import Caller
from model.answers import Answer
from model.database import Database
from model.deciding import DecisionRequest, Moment, answer_of, decide, decisions_of, replay
from model.keeping import Once, decide_once
from model.personal_values import PersonalValue, commitment, commitments_in, revealed
from model.record_chain import AS_WRITTEN
from tests.model.recorded import attack, found

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
LOOKALIKE = '{"$personal": "sha256:' + "0" * 64 + '"}'
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "in_catalog": st.booleans() | st.none(),
        "unit_price": st.decimals(0, 200, places=2) | st.integers(0, 200) | st.none(),
        "needed_by": st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(date.isoformat),
        "note_1": TEXTS | st.sampled_from([LOOKALIKE, "null", '"', "\\"]),
        "note_2": TEXTS | st.just(LOOKALIKE),
    },
)
MANY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
GIVEN = {
    "in_catalog": False,
    "needed_by": "2026-12-24",
    "unit_price": 12,
    "note_1": "Ann Smith's",
    "note_2": "plain",
}


@pytest.fixture(scope="module")
def ids() -> Iterator[str]:
    """Ids that no decision has yet."""
    return (f"d{number}" for number in count(1))


def decided(database: Database, caller: Caller, moment: Moment, id: str = "d1") -> Answer:
    """Decide a case on personal facts."""
    with database.transaction() as session:
        request = DecisionRequest("CRM-1", None, None, None, GIVEN)
        return decide(session, request, caller, moment, id)


@given(FACTS)
@MANY
def test_every_reading_is_the_answer_to_the_letter(
    personal: Database, caller: Caller, moment: Moment, ids: Iterator[str], facts: dict[str, object]
) -> None:
    """Whatever the values are, they come back byte for byte, and the decision replays."""
    id = next(ids)
    with personal.transaction() as session:
        request = DecisionRequest(f"case {id}", None, None, None, facts)
        answer = decide(session, request, caller, moment, id)
        plain = decide(session, request, caller, moment, f"{id} again")
    assert json_text.loads(answer.text) == answer.body
    with personal.reading() as session:
        assert answer_of(session, id).text == answer.text
        page = decisions_of(session, f"case {id}", None, 9).decisions
        assert [each.text for each in page] == [plain.text, answer.text]
        assert replay(session, id).same is True
    assert found(personal) == []


def test_the_record_holds_no_personal_value(
    personal: Database, caller: Caller, moment: Moment
) -> None:
    """No column of a decision has a personal value, nor a day count that tells the date."""
    answer = decided(personal, caller, moment)
    assert '"days_until_needed": 32' in answer.text
    with personal.reading() as session:
        row = dict(session.execute(select(AS_WRITTEN)).mappings().one())
    texts = " ".join(str(row[name]) for name in ("request", "facts", "because", "answer"))
    for value in ("2026-12-24", "Ann", ": 12", ": 32"):
        assert value not in texts
    assert "plain" in texts
    assert len(set(commitments_in(texts))) == 5


def test_the_same_value_is_hashed_differently_each_time(
    personal: Database, caller: Caller, moment: Moment
) -> None:
    """Two decisions on one value cannot be told to be: each has a salt of its own."""
    decided(personal, caller, moment, "d1")
    decided(personal, caller, moment, "d2")
    with personal.reading() as session:
        rows = session.scalars(select(PersonalValue).where(PersonalValue.name == "note_1")).all()
    assert (
        len(rows) == len({row.commitment for row in rows}) == len({row.salt for row in rows}) == 2
    )
    for row in rows:
        assert row.salt is not None
        assert row.value is not None
        assert row.commitment == commitment(row.salt, row.decision_id, row.name, row.value)


def test_salts_come_from_outside(personal: Database, caller: Caller, moment: Moment) -> None:
    """Randomness is an argument: with given salts the whole row is given."""
    salts = (f"salt {number}" for number in count(1))
    with personal.transaction() as session:
        request = DecisionRequest("A", None, None, None, {"note_1": "Ann"})
        decide(session, request, caller, moment, "d1", lambda: next(salts))
        (row,) = session.scalars(select(PersonalValue)).all()
    assert row.salt == "salt 1"


def test_kept_answers_hold_no_personal_value(
    personal: Database, caller: Caller, moment: Moment
) -> None:
    """Under an Idempotency-Key the same answer comes again, and no second copy is kept."""
    request = DecisionRequest("CRM-1", None, None, None, GIVEN)
    once = Once("key", "hash")
    first = decide_once(personal, request, caller, moment, "d1", once)
    again = decide_once(personal, request, caller, moment, "d2", once)
    assert (first.replayed, again.replayed) == (False, True)
    assert first.text == again.text
    assert "2026-12-24" not in first.text  # the rule used the days
    assert '"days_until_needed": 32' in first.text


def test_a_record_without_personal_values_costs_no_query(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """Where nothing is personal, nothing is looked up, and the text is stored as it was given."""
    answer = decided(published, caller, moment)
    statements: list[str] = []
    event.listen(
        published.engine, "before_cursor_execute", lambda *given: statements.append(given[2])
    )
    with published.reading() as session:
        assert answer_of(session, "d1").text == answer.text
        stored = session.scalar(select(AS_WRITTEN.c.answer))
    assert stored == answer.text == answer.kept
    assert not [each for each in statements if "personal_values" in each]


def test_a_placeholder_of_ones_own_making_is_only_a_text(
    personal: Database, caller: Caller, moment: Moment
) -> None:
    """Nobody sees the value of another case by sending its placeholder as a fact."""
    decided(personal, caller, moment)
    with personal.reading() as session:
        (row,) = session.scalars(select(PersonalValue).where(PersonalValue.name == "note_1"))
    mark = json_text.dumps({"$personal": f"sha256:{row.commitment}"})
    with personal.transaction() as session:
        assert revealed(session, [mark]) == [row.value]
        request = DecisionRequest("spy", None, None, None, {"note_2": mark})
        decide(session, request, caller, moment, "spied")
    with personal.reading() as session:
        record = session.execute(select(AS_WRITTEN).where(AS_WRITTEN.c.id == "spied"))
        facts = record.mappings().one()["facts"]
        assert revealed(session, [facts]) == [facts]


def test_a_personal_value_that_was_altered_is_found(
    personal: Database, caller: Caller, moment: Moment
) -> None:
    """A value, its salt or the whole row cannot be changed or taken away unnoticed."""
    decided(personal, caller, moment)
    one = "WHERE name = 'note_1'"
    for change in (
        f"UPDATE personal_values SET value = '\"Bob\"' {one}",
        f"UPDATE personal_values SET salt = 'x' {one}",
        f"UPDATE personal_values SET value = NULL, salt = NULL {one}",
        f"UPDATE personal_values SET value = NULL, salt = NULL, erasure_id = 9 {one}",
        f"DELETE FROM personal_values {one}",
    ):
        attack(personal, "CREATE TABLE kept AS SELECT * FROM personal_values", change)
        assert found(personal) == [("decision d1", "personal value does not match")], change
        back = "INSERT INTO personal_values SELECT * FROM kept"
        attack(personal, "DELETE FROM personal_values", back, "DROP TABLE kept")
    assert found(personal) == []
