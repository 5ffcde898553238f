"""Kept answers: there for thirty days, then forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from model.access import Caller
from model.database import Database
from model.kept_answers import KEPT_FOR, KeptAnswer, kept_answer, purge
from model.moment import Moment

SECOND = timedelta(seconds=1)


@pytest.fixture
def kept(database: Database, caller: Caller, moment: Moment) -> Database:
    """A database with one kept answer."""
    with database.transaction() as session:
        session.add(
            KeptAnswer(
                api_key_id=caller.key_id,
                key="k",
                request_hash="h",
                status=201,
                body="{}",
                created_at=moment.now,
            )
        )
    return database


def test_an_answer_is_kept_for_thirty_days(kept: Database, caller: Caller, moment: Moment) -> None:
    """Until then it is found; after that the key is free again."""
    with kept.transaction() as session:
        assert kept_answer(session, caller.key_id, "k", moment.now + KEPT_FOR - SECOND)
        assert kept_answer(session, caller.key_id, "k", moment.now + KEPT_FOR) is None
        assert session.query(KeptAnswer).count() == 0


def test_a_key_belongs_to_its_caller(kept: Database, caller: Caller, moment: Moment) -> None:
    """Another caller's key of the same name, or another name, finds nothing."""
    with kept.transaction() as session:
        assert kept_answer(session, "another", "k", moment.now) is None
        assert kept_answer(session, caller.key_id, "K", moment.now) is None


def test_purging_forgets_the_old_only(kept: Database, moment: Moment) -> None:
    """What is younger than thirty days stays."""
    with kept.transaction() as session:
        purge(session, moment.now + KEPT_FOR - SECOND)
        assert session.query(KeptAnswer).count() == 1
        purge(session, moment.now + KEPT_FOR)
        assert session.query(KeptAnswer).count() == 0
