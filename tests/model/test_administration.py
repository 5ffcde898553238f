"""The audit of administrators: who did what, on what, when and from where; never changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from model.administration import (
    Act,
    Actor,
    AdministrationAct,
    Via,
    acts_before,
    record_act,
)
from model.database import Database
from rules.errors import BadFields, Refused

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
KIM = Actor("Kim", Via.HTTP, "the-id-of-her-key")


def record(database: Database, *names: str) -> None:
    """Record that Kim made some keys."""
    with database.transaction() as session:
        for name in names:
            record_act(session, KIM, Act.KEY_CREATED, name, NOW, roles=["admin"])


def test_an_act_says_who_what_on_what_when_and_from_where(database: Database) -> None:
    """Everything that an auditor asks of an act is in it."""
    record(database, "one")
    with database.reading() as session:
        (act,) = acts_before(session, None, 10).acts
    assert (act.by, act.key_id, act.via) == ("Kim", "the-id-of-her-key", "http")
    assert (act.act, act.on, act.at) == ("key-created", "one", NOW)
    assert act.details == {"roles": ["admin"]}


def test_acts_come_newest_first_page_by_page(database: Database) -> None:
    """Each act is on one page, and a page stays what it was while new acts arrive."""
    record(database, *"abcde")
    with database.reading() as session:
        first = acts_before(session, None, 2)
    record(database, "f")
    with database.reading() as session:
        second = acts_before(session, first.next, 2)
        third = acts_before(session, second.next, 2)
    pages = [[act.on for act in page.acts] for page in (first, second, third)]
    assert pages == [["e", "d"], ["c", "b"], ["a"]]
    assert third.next is None


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1" * 30, "²"])
def test_what_is_no_cursor_is_refused(database: Database, cursor: str) -> None:
    """A cursor that the service did not give is named."""
    with database.reading() as session, pytest.raises(BadFields, match="/after"):
        acts_before(session, cursor, 10)


@pytest.mark.parametrize(
    "change",
    ["UPDATE administration_acts SET details = '{}'", "DELETE FROM administration_acts"],
)
def test_the_database_refuses_to_change_an_act(database: Database, change: str) -> None:
    """Whoever has the database's password still cannot quietly rewrite what was done."""
    record(database, "one")
    with (
        pytest.raises(DBAPIError, match="rows of administration_acts are never changed"),
        database.transaction() as session,
    ):
        session.execute(text(change))


def test_the_code_refuses_to_change_an_act(database: Database) -> None:
    """Nor does any code path of the product."""
    record(database, "one")
    with pytest.raises(Refused), database.transaction() as session:
        session.get_one(AdministrationAct, 1).by = "somebody else"


def test_a_kind_of_act_of_a_newer_version_is_shown(database: Database) -> None:
    """While versions are replaced one by one, an older process lists what a newer one did."""
    with database.transaction() as session:
        session.add(
            AdministrationAct(
                at=NOW, by="Kim", via="later", act="something-new", on="x", details={}
            )
        )
    with database.reading() as session:
        assert acts_before(session, None, 1).acts[0].act == "something-new"
