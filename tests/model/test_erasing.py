"""Erasing personal values: they are gone everywhere, and the record still verifies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from model import json_text
from model.access import Caller
from model.case_facts import read_case
from model.case_life import Wish, rename_case
from model.case_merging import merge_cases
from model.database import Database
from model.deciding import DecisionRequest, Moment, answer_of, decide, decisions_of, replay
from model.erasing import Erased, Erasure, clear_from_disk, erase
from model.exporting import export
from model.held_facts import FactChange
from model.keeping import Once, decide_once
from model.personal_values import PersonalValue
from model.publishing import publish
from rules.errors import BadFields, KeyUsedForAnother, UnknownRecord
from rules.rule_book import RuleFiles
from tests.model.recorded import found, seal, with_personal_facts

ANN = "Ann Smith-Überall"
GIVEN = {
    "in_catalog": False,
    "needed_by": "2026-12-24",
    "unit_price": 12,
    "note_1": ANN,
    "note_2": "plain",
}


@pytest.fixture
def decided(personal: Database, caller: Caller, moment: Moment) -> Database:
    """Two decisions on personal facts, the first kept under a key; and another case's."""
    request = DecisionRequest("CRM-1", None, None, None, GIVEN)
    decide_once(personal, request, caller, moment, "d1", Once("key", "hash of Ann"))
    with personal.transaction() as session:
        decide(session, DecisionRequest("CRM-1", None, None, None, {}), caller, moment, "d2")
        decide(session, DecisionRequest("CRM-2", None, None, None, GIVEN), caller, moment, "other")
    seal(personal, moment)
    return personal


def erased(database: Database, moment: Moment, *facts: str, ref: str = "CRM-1") -> Erased:
    """Erase some facts of a case, or all personal ones."""
    with database.transaction() as session:
        return erase(session, ref, facts or None, "Dana", moment)


def test_what_is_erased_reads_as_null(decided: Database, moment: Moment) -> None:
    """Every answer stays as it was, but for the erased values."""
    with decided.reading() as session:
        before = {id: answer_of(session, id).text for id in ("d1", "d2", "other")}
    assert erased(decided, moment) == Erased(
        ("days_until_needed", "needed_by", "note_1", "unit_price"), 2, ()
    )
    with decided.reading() as session:
        after = {id: answer_of(session, id).text for id in ("d1", "d2", "other")}
        page = decisions_of(session, "CRM-1", None, 9).decisions
    assert after["other"] == before["other"]
    assert [each.text for each in page] == [after["d2"], after["d1"]]
    for id in ("d1", "d2"):
        assert '"days_until_needed": 32' in before[id]
        assert after[id] == before[id].replace(
            '"days_until_needed": 32', '"days_until_needed": null'
        ).replace('"unit_price": 12.00', '"unit_price": null')


def test_the_record_verifies_after_an_erasure(
    decided: Database, caller: Caller, moment: Moment
) -> None:
    """Chains and checkpoints rest on what stands for the values, and go on from there."""
    erased(decided, moment, "note_1")
    assert found(decided) == []
    with decided.transaction() as session:
        again = DecisionRequest("CRM-1", None, None, None, {"note_1": "Ann again"})
        decide(session, again, caller, moment, "d3")
    seal(decided, moment)
    erased(decided, moment)
    assert found(decided) == []


def test_a_replay_says_that_it_cannot_be_compared(decided: Database, moment: Moment) -> None:
    """Without a fact that it was decided on, a decision is not decided again."""
    erased(decided, moment, "note_1", "unit_price")
    with decided.reading() as session:
        again, recorded = replay(session, "d1"), answer_of(session, "d1")
        assert replay(session, "other").same is True
    assert again.body == {
        "same": None,
        "id": "d1",
        "erased": ["note_1", "unit_price"],
        "recorded": recorded.body,
        "replayed": None,
    }


def test_the_case_forgets_and_its_history_says_so(decided: Database, moment: Moment) -> None:
    """The facts are gone from the case, its version grows, and who did it when is recorded."""
    erased(decided, moment, "note_1")
    with decided.reading() as session:
        view = read_case(session, "CRM-1")
        query = select(FactChange).where(FactChange.name == "note_1").order_by(FactChange.id)
        history = session.scalars(query).all()
        (erasure,) = session.scalars(select(Erasure)).all()
    assert view.version == 3
    assert {fact.name for fact in view.facts} == {"in_catalog", "needed_by", "note_2", "unit_price"}
    assert (erasure.facts, erasure.by, erasure.at) == (["note_1"], "Dana", moment.now)
    ours = [change for change in history if change.case_id == erasure.case_id]
    told = [(each.case_version, each.value, each.by, each.erasure_id) for each in ours]
    assert told == [(1, None, "Roundup", erasure.id), (3, None, "Dana", None)]
    (other,) = (change for change in history if change not in ours)
    assert other.value == json_text.dumps(ANN)


def test_a_date_takes_the_days_along(decided: Database, moment: Moment) -> None:
    """Whoever erases a date or the days until it erases both: one tells the other."""
    assert erased(decided, moment, "needed_by").facts == ("days_until_needed", "needed_by")
    more = erased(decided, moment, "days_until_needed", ref="CRM-2")
    assert more == Erased(("days_until_needed", "needed_by"), 1, ())


def test_a_kept_answer_is_erased_and_still_given(
    decided: Database, caller: Caller, moment: Moment
) -> None:
    """A request tried again is not decided anew: its answer comes with the value erased."""
    request = DecisionRequest("CRM-1", None, None, None, GIVEN)
    with pytest.raises(KeyUsedForAnother):
        decide_once(decided, request, caller, moment, "d9", Once("key", "another"))
    erased(decided, moment)
    again = decide_once(decided, request, caller, moment, "d9", Once("key", "hash of Ann"))
    assert again.replayed
    assert '"days_until_needed": null' in again.text
    with decided.reading() as session:
        assert again.text == answer_of(session, "d1").text
        kept = session.execute(text("SELECT request_hash, body FROM kept_answers")).one()
    assert kept.request_hash == ""
    assert '"days_until_needed": {"$personal"' in kept.body


def test_nothing_of_an_erased_value_is_left_in_any_table(decided: Database, moment: Moment) -> None:
    """Neither the value nor the salt that would let it be guessed is anywhere in the database."""
    with decided.reading() as session:
        query = select(PersonalValue).where(PersonalValue.name == "note_1")
        salts = [str(row.salt) for row in session.scalars(query)]
    for ref in ("CRM-1", "CRM-2"):
        erased(decided, moment, ref=ref)
    clear_from_disk(decided)
    with decided.reading() as session:
        for table in inspect(decided.engine).get_table_names():
            for row in session.execute(text(f"SELECT * FROM {table}")):
                shown = str(tuple(row))
                assert "Smith" not in shown
                assert "hash of Ann" not in shown
                assert not [salt for salt in salts if salt in shown]
    if decided.is_sqlite:
        files = Path(str(decided.url.database)).parent.glob("tollgate.db*")
        stored = b"".join(file.read_bytes() for file in files)
        assert b"plain" in stored
        assert b"Smith" not in stored
        assert not [salt for salt in salts if salt.encode() in stored]


def test_only_personal_facts_can_be_erased(decided: Database, moment: Moment) -> None:
    """A fact that is not marked, or not there, is refused with a word; so is an unknown case."""
    with pytest.raises(BadFields, match="/note_2: is not a personal fact"):
        erased(decided, moment, "note_1", "note_2")
    with pytest.raises(BadFields, match="/nope: is not a personal fact"):
        erased(decided, moment, "nope")
    with pytest.raises(UnknownRecord, match="no case `CRM-9`"):
        erased(decided, moment, ref="CRM-9")
    with decided.reading() as session:
        assert session.scalars(select(Erasure)).all() == []


def test_what_was_recorded_before_a_fact_was_personal_is_told(
    published: Database, caller: Caller, moment: Moment, rule_files: RuleFiles
) -> None:
    """Rows that hold the value themselves are never changed, and are named instead."""
    with published.transaction() as session:
        request = DecisionRequest("CRM-1", None, None, None, {"note_1": ANN})
        decide(session, request, caller, moment, "early")
        publish(session, with_personal_facts(rule_files), "Pat", moment.now)
        decide(session, request, caller, moment, "late")
    assert erased(published, moment, "note_1") == Erased(("note_1",), 1, ("early",))
    assert found(published) == []


def test_a_case_is_erased_with_its_doubles(
    decided: Database, caller: Caller, moment: Moment
) -> None:
    """What was merged into a case, or had another name once, is erased and exported with it."""
    wish = Wish(caller, moment, lambda _version: None)
    with decided.transaction() as session:
        merge_cases(session, "CRM-1", "CRM-2", None, wish)
        rename_case(session, "CRM-1", "CRM-7", wish)
    with decided.reading() as session:
        lines = [json.loads(line) for line in export(session, moment.now, ref="CRM-2")]
    ids = [line["row"]["id"] for line in lines if line["kind"] == "decision"]
    assert ids == ["d1", "d2", "other"]
    assert erased(decided, moment, "note_1") == Erased(("note_1",), 3, ())
    with decided.reading() as session:
        assert replay(session, "other").erased == ("note_1",)
        values = session.scalars(select(FactChange.value).where(FactChange.name == "note_1"))
        assert set(values) == {None}
    assert found(decided) == []


def test_a_fact_that_is_personal_no_more_can_still_be_erased(
    decided: Database, moment: Moment, rule_files: RuleFiles
) -> None:
    """What was recorded as personal can be erased whatever the rules say by now."""
    with decided.transaction() as session:
        publish(session, rule_files, "Pat", moment.now)
    assert erased(decided, moment, "note_1").decisions == 2
    assert found(decided) == []


def test_the_triggers_permit_an_erasure_and_nothing_else(decided: Database, moment: Moment) -> None:
    """With plain SQL a row may be emptied where an erasure names it, and never altered."""
    erased(decided, moment, "note_1")
    with decided.reading() as session:
        (erasure,) = session.scalars(select(Erasure.id)).all()
    emptied = {"fact_changes": "value = NULL", "personal_values": "value = NULL, salt = NULL"}
    for table, empty in emptied.items():
        set_ = f"UPDATE {table} SET"
        refused = [
            f"{set_} value = '1', erasure_id = {erasure} WHERE name = 'unit_price'",
            f"{set_} {empty} WHERE name = 'unit_price'",
            f"{set_} {empty}, erasure_id = 99 WHERE name = 'unit_price'",
            f"{set_} {empty}, erasure_id = {erasure} WHERE name = 'unit_price'",
            f"{set_} erasure_id = NULL WHERE name = 'note_1'",
            f"DELETE FROM {table}",
        ]
        columns = {each["name"] for each in inspect(decided.engine).get_columns(table)}
        kept = columns - {"value", "salt", "erasure_id"}
        for column in sorted(kept):
            other = f"(SELECT \"{column}\" || '1')" if decided.is_sqlite else f'"{column}"'
            fits = f'{empty}, erasure_id = {erasure}, "{column}" = {other}'
            refused.append(f"{set_} {fits} WHERE name = 'note_1' AND value IS NOT NULL")
        for statement in refused:
            with pytest.raises(IntegrityError, match="never changed"), decided.transaction() as s:
                s.execute(text(statement))


def test_an_erasure_cannot_be_undone_or_hidden(decided: Database, moment: Moment) -> None:
    """What says that there was one is only ever added to."""
    erased(decided, moment)
    for statement in ("UPDATE erasures SET by = 'x'", "DELETE FROM erasures"):
        with pytest.raises(IntegrityError, match="never changed"), decided.transaction() as session:
            session.execute(text(statement.replace("by", '"by"')))
