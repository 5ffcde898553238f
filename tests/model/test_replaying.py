"""Replaying: the record alone gives the same answer again, whatever happened since."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from model.access import Caller
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide, replay
from model.decisions import DecisionRecord
from model.publishing import publish
from rules.errors import UnknownRecord
from rules.rule_book import RuleFiles

FACTS = st.fixed_dictionaries(
    {},
    optional={
        "in_catalog": st.booleans() | st.none(),
        "unit_price": st.decimals(0, 200, places=2),
        "needed_by": st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(date.isoformat),
        "note_1": st.sampled_from(["", "½", '"quoted"']),
    },
)


@given(FACTS, st.dates(date(2026, 1, 1), date(2027, 12, 31)) | st.none())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_decision_replays_to_the_letter(
    published: Database,
    caller: Caller,
    moment: Moment,
    facts: dict[str, object],
    as_of: date | None,
) -> None:
    """Whatever was decided, on whichever facts and day, deciding again gives the same text."""
    request = DecisionRequest("CRM-1", None, None, None, facts, as_of=as_of)
    with published.transaction() as session:
        made = session.query(DecisionRecord).count()
        answer = decide(session, request, caller, moment, f"d{made}")
    with published.reading() as session:
        again = replay(session, f"d{made}")
    assert again.same
    assert again.body == {
        "same": True,
        "id": f"d{made}",
        "recorded": answer.body,
        "replayed": answer.body,
    }


def test_a_replay_needs_nothing_but_the_record(
    published: Database, caller: Caller, moment: Moment, rule_files: RuleFiles
) -> None:
    """New facts and new rules change what is decided now, not what was decided then."""
    facts = {"in_catalog": False, "days_until_needed": 80}
    asked = DecisionRequest("CRM-1", None, None, None, facts)
    intake = rule_files["policies/intake.yaml"].replace("value: 90", "value: 60")
    with published.transaction() as session:
        then = decide(session, asked, caller, moment, "then")
        publish(session, {**rule_files, "policies/intake.yaml": intake}, "Pat", moment.now)
        later = Moment(moment.now + timedelta(days=1), moment.today)
        now = decide(session, asked, caller, later, "now")
        changes = DecisionRequest("CRM-1", None, None, None, {"unit_price": Decimal(500)})
        decide(session, changes, caller, later, "later")
    outcomes = [answer.body["outcome"] for answer in (then, now)]
    assert outcomes[0] != outcomes[1]
    with published.reading() as session:
        for answer in (then, now):
            again = replay(session, str(answer.body["id"]))
            assert again.same
            assert again.replayed == answer.body


def test_a_record_that_was_altered_is_told_apart(
    published: Database, caller: Caller, moment: Moment
) -> None:
    """A row whose answer is not what its facts and rules give does not replay the same."""
    asked = DecisionRequest("CRM-1", None, None, None, {"in_catalog": True})
    with published.transaction() as session:
        decide(session, asked, caller, moment, "d1")
        row = session.execute(select(DecisionRecord.__table__)).mappings().one()
        forged = row["answer"].replace('"Provider"', '"Strategist"').replace("d1", "d2")
        changes = {"id": "d2", "case_version": 2, "answer": forged}
        session.execute(insert(DecisionRecord).values({**row, **changes}))
    with published.reading() as session:
        again = replay(session, "d2")
    assert again.same is False
    assert again.replayed is not None
    assert again.recorded["outcome"] != again.replayed["outcome"]


def test_a_decision_that_was_never_made_is_not_replayed(published: Database) -> None:
    """An unknown id is not found."""
    with published.reading() as session, pytest.raises(UnknownRecord):
        replay(session, "d9")
