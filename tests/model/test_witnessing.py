"""What is changed under a witness's eyes is noted in the same transaction, once, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from model.access import ApiKey, Role, create_key, list_keys
from model.administration import Act, Actor, ActView, Via, acts_before, record_act
from model.database import Database
from model.parts import index_service
from model.witnessing import Witness, attended
from tests.model.offered import offer

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
KIM = Actor("Kim", Via.HTTP, "the-id-of-her-key")


def acts(database: Database) -> tuple[ActView, ...]:
    """Return every act, newest first."""
    with database.reading() as session:
        return acts_before(session, None, 200).acts


def make(database: Database, fails: BaseException | None = None) -> None:
    """Make a key in a transaction, which may fail at its end."""
    with database.transaction() as session:
        create_key(session, "x", [Role.AUDITOR], b"secret", NOW)
        if fails:
            raise fails


def witness() -> Witness:
    """Return who sees what Kim does."""
    return Witness(KIM, "/keys", lambda: NOW, {"route": "POST /keys"})


def test_an_act_is_left_once_for_all_that_is_changed(database: Database) -> None:
    """However many transactions there are; the next thing she does is another one."""
    for _ in range(2):
        with attended(witness()):
            make(database)
            make(database)
    found = acts(database)
    assert [(act.by, act.act, act.on) for act in found] == [("Kim", "changed", "/keys")] * 2
    assert found[0].details["route"] == "POST /keys"


def test_what_is_undone_leaves_no_act(database: Database) -> None:
    """The act goes with the change, and what succeeds afterwards is still noted."""
    with attended(witness()):
        with pytest.raises(KeyError):
            make(database, KeyError("x"))
        assert acts(database) == ()
        make(database)
    assert len(acts(database)) == 1


def test_what_has_an_act_of_its_own_gets_no_other(database: Database) -> None:
    """The one that says more stands."""
    with attended(witness()), database.transaction() as session:
        record_act(session, KIM, Act.KEY_CREATED, "x", NOW)
    assert [act.act for act in acts(database)] == ["key-created"]


def test_only_what_changes_a_row_is_a_change(database: Database) -> None:
    """Not what is read, nor what finds no row to change; statements without objects count."""
    with attended(witness()), database.transaction() as session:
        list_keys(session)
        session.execute(update(ApiKey).values(name="y"))
    assert acts(database) == ()
    make(database)
    with attended(witness()), database.transaction() as session:
        session.execute(update(ApiKey).values(name="y"))
    assert len(acts(database)) == 1


def test_what_only_follows_is_no_change(database: Database) -> None:
    """The words that a service is found by are written anew without one, and never named."""
    with attended(witness()), database.transaction() as session:
        service = offer(session, "mail", "Mail")
    assert acts(database)[0].details["made"] == ["services mail"]
    with attended(witness()), database.transaction() as session:
        index_service(session, session.merge(service))
    assert len(acts(database)) == 1


def test_nobody_watches_afterwards(database: Database) -> None:
    """A thread that goes on to somebody else's request leaves no act of the one before."""
    with pytest.raises(KeyError), attended(witness()):
        raise KeyError("x")
    make(database)
    assert acts(database) == ()
