"""Erasing free words about a case: its title and its timers' names, wherever they went."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import MetaData, select, update
from sqlalchemy import event as listen

from model.access import Caller
from model.case_life import Wish, rename_case
from model.cases import Case
from model.database import Database
from model.erasing import erase
from model.moment import Moment
from model.promises import Promise
from model.reminding import remind_due
from model.reviews import Review
from model.rosters import replace_roster
from model.telling_timers import tell_timers
from model.timers import Timer
from tests.model.agreed import agreed
from tests.model.clocked import Clocked, event, on
from tests.model.reviewed import NOW
from tests.model.teams import letters, staff, texts
from tests.model.telling import listed, subscribed

ANN = "Ann Smith"
TODAY = date(2026, 11, 23)
LATE = Moment(on(0, "17:01"), TODAY)


@pytest.fixture
def late(personal: Database, caller: Caller) -> Clocked:
    """Two cases with a title and a timer that ran out, whose names say of whom they are."""
    subscribed(personal)
    staff(personal)
    agreement, clocked = agreed(personal), Clocked(personal, caller)
    for ref, name in (("CRM-1", ANN), ("CRM-2", "Bob")):
        clocked.case(ref)
        what: dict[str, Any] = {
            "ref": ref,
            "name": f"until {name} is answered",
            "calendar": None,
            "target": Promise(agreement.id, "fulfilment"),
            "thresholds": (),
        }
        clocked.open(event("start", on(0, "09:00")), **what)
    with personal.transaction() as session:
        session.execute(update(Case).where(Case.ref == "CRM-1").values(title=f"Mail for {ANN}"))
        tell_timers(session, LATE)
    return clocked


def quoted(database: Database, word: str) -> set[str]:
    """Return the tables in which a word stands."""
    metadata = MetaData()
    metadata.reflect(database.engine)
    with database.reading() as session:
        return {
            table.name
            for table in metadata.sorted_tables
            if any(word in str(value) for row in session.execute(select(table)) for value in row)
        }


def erased(database: Database, ref: str = "CRM-1", facts: list[str] | None = None) -> None:
    """Erase the personal facts of a case."""
    with database.transaction() as session:
        erase(session, ref, facts, "Dana", LATE)


def test_a_review_quotes_no_free_words(late: Clocked) -> None:
    """It names the timer by its id: titles go far."""
    with late.database.reading() as session:
        title, id = (
            session.scalar(select(Review.title)),
            session.scalar(select(Timer.id).order_by(Timer.id).limit(1)),
        )
    assert str(title).endswith(f"fulfilment was missed: the timer {id} ran out")
    assert quoted(late.database, ANN) == {"cases", "timers", "outbox_events"}


def test_an_erasure_leaves_no_free_words_behind(late: Clocked, moment: Moment) -> None:
    """Neither where they were given nor on their way; those of another case stay."""
    with late.database.transaction() as session:
        wish = Wish(late.caller, moment, lambda _version: None)
        rename_case(session, "CRM-1", "CRM-7", wish)
    erased(late.database, "CRM-7")
    assert quoted(late.database, ANN) == set()
    assert quoted(late.database, "until Bob") == {"timers", "outbox_events"}
    with late.database.reading() as session:
        timer, *_ = session.scalars(select(Timer).order_by(Timer.id))
        assert timer.name == timer.id


def test_a_letter_names_an_erased_case_by_its_ref(late: Clocked) -> None:
    """And its timer by its id; what else it says stays."""
    before = dict(letters(late.database))
    assert any(f"CRM-1, Mail for {ANN}: " in title for title in before)
    erased(late.database)
    assert letters(late.database)[0][0] == "CRM-1"
    first = texts(late.database)[0]
    with late.database.reading() as session:
        id = session.scalar(select(Timer.id).order_by(Timer.id).limit(1))
    assert first.startswith(f"CRM-1\n\nThe fulfilment timer {id} ran out at 2026-11-23 17:00 UTC.")


def test_some_facts_leave_the_words_alone(late: Clocked) -> None:
    """Words go with all facts, as those about satisfaction do."""
    erased(late.database, facts=["note_1"])
    assert quoted(late.database, ANN) == {"cases", "timers", "outbox_events"}


def test_what_reviews_quoted_once_is_erased_from_them(late: Clocked) -> None:
    """From their titles, and from the letters and events that were written of them."""
    database, holder = late.database, "slm@x.example"
    document: dict[str, list[dict[str, object]]] = {
        "people": [{"name": "Sam", "email": holder}], "groups": [], "absences": [],
        "roles": [{"role": "Service Level Manager", "held_by": holder}],
    }  # fmt: skip
    with database.transaction() as session:
        title = f"Mail: fulfilment was missed: the timer “until {ANN} is answered” of CRM-1 ran out"
        session.execute(update(Review).values(title=title))
        replace_roster(session, document, "Dana", NOW, lambda _: None)
        assert remind_due(session, LATE).told == 1
    assert quoted(database, ANN) >= {"reviews", "outbox_events"}
    erased(database)
    assert quoted(database, ANN) == set()
    with database.reading() as session:
        [said] = session.scalars(select(Review.title))
        id = session.scalar(select(Timer.id).order_by(Timer.id).limit(1))
    assert said == f"Mail: fulfilment was missed: the timer {id} ran out"
    assert len([each for each in listed(database) if each.recipient == holder]) == 1


def test_reviews_that_quote_are_looked_for_once(late: Clocked) -> None:
    """Between two subjects, so that an index finds them, however many timers a case has."""
    for number in range(3):
        late.open(event("start", on(0, "09:00")), name=f"t{number}", calendar=None, thresholds=())
    with late.database.transaction() as session:
        agreement_id = session.scalar(select(Timer.agreement_id).limit(1))
        session.execute(update(Timer).values(agreement_id=agreement_id))
    seen: list[str] = []
    listen.listen(late.database.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    erased(late.database)
    looked = [each for each in seen if "FROM reviews" in each]
    assert len(looked) == 1
    assert "reviews.kind =" in looked[0]
    assert "reviews.subject >=" in looked[0]
