"""Walking the record part by part finds what one look at all of it finds, and says when it has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from model.cases import Case
from model.database import Database
from model.moment import Moment
from model.record_walks import EVERY, LEASE, begin_anew, findings_so_far, walk_on
from model.verifications import Verification, last_verification
from tests.model.recorded import SECRET, attack, findings, seal

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Walker:
    """Walks the record, a part at a time, each an hour after the one before."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now

    def goes(self, goes_on: Callable[[], bool] = lambda: True) -> list[str]:
        """Walk on; return the rows that are not as they were written."""
        found = walk_on(self.database, SECRET, lambda: self.now, goes_on)
        return [each.row for each in found]

    def so_far(self) -> int:
        """Return how much is known to be wrong before the walk has ended."""
        with self.database.reading() as session:
            return findings_so_far(session)

    def verified(self) -> tuple[datetime, int, int] | None:
        """Return when the whole was last verified, over how many decisions, and what was found."""
        with self.database.reading() as session:
            last = last_verification(session)
            return (last.at, last.decisions, last.findings) if last else None


@pytest.fixture
def walker(record: Database, moment: Moment) -> Walker:
    """A walker on a record of two cases."""
    return Walker(record, moment.now)


def far_away(database: Database, id: int) -> None:
    """Make a case with a high id, as if there were many before it."""
    with database.transaction() as session:
        session.add(Case(id=id, ref=f"far away {id}", version=1, created_at=NOON, updated_at=NOON))


def test_a_small_record_is_verified_in_one_go(walker: Walker) -> None:
    """An hour later again, and not before."""
    assert walker.goes() == []
    assert walker.verified() == (walker.now, 10, 0)
    first, walker.now = walker.now, walker.now + EVERY - timedelta(seconds=1)
    walker.goes()
    assert walker.verified() == (first, 10, 0)
    walker.now += timedelta(seconds=1)
    walker.goes()
    assert walker.verified() == (walker.now, 10, 0)


@pytest.mark.parametrize(
    "done",
    [
        "UPDATE decisions SET stage = 'forged' WHERE id = 'A2'",
        "DELETE FROM decisions WHERE id = 'B5'",
        "DELETE FROM decisions WHERE case_id = 1",
        "DELETE FROM cases WHERE id = 2",
        "UPDATE decisions SET case_id = NULL WHERE id = 'A5'",
        "DELETE FROM checkpoints WHERE seq = 3",
        "DELETE FROM checkpoints",
        "UPDATE checkpoints SET seal = 'forged' WHERE seq = 2",
        "UPDATE sealed_decisions SET seal = 'forged' WHERE decision_id = 'A3'",
        "DELETE FROM revisions",
    ],
)
def test_the_walk_finds_what_a_look_at_all_of_it_finds(walker: Walker, done: str) -> None:
    """Whatever was done to the record, the same rows are named."""
    attack(walker.database, done)
    expected = {each.row for each in findings(walker.database)}
    assert expected
    assert set(walker.goes()) == expected
    found = walker.verified()
    assert found is not None
    assert found[2] >= len(expected)


def test_a_record_of_many_cases_is_walked_in_parts(walker: Walker) -> None:
    """What is wrong in a part is known at once, and stays known until all has been walked anew."""
    far_away(walker.database, 1_999)
    attack(walker.database, "UPDATE decisions SET stage = 'forged' WHERE id = 'A2'")
    parts = 0
    while walker.verified() is None:
        found = walker.goes()
        assert ("decision A2 (case A, version 2)" in found) == (parts == 0)
        parts, walker.now = parts + 1, walker.now + EVERY
        assert walker.so_far() or walker.verified()
    assert parts == 4
    assert walker.verified()[1] == 10  # type: ignore[index]  # the loop ended because it is there
    walker.goes()
    assert walker.so_far()


def test_what_was_just_sealed_is_verified_wherever_the_walk_is(
    walker: Walker, moment: Moment
) -> None:
    """What is altered when it has just been sealed is found within the hour, not within the day."""
    far_away(walker.database, 20_000)
    assert walker.goes() == []
    seal(walker.database, moment)
    attack(walker.database, "UPDATE decisions SET stage = 'forged' WHERE id = 'B5'")
    walker.now += EVERY
    assert walker.goes() == ["decision B5 (case B, version 5)"]


def test_one_process_walks_at_a_time(walker: Walker) -> None:
    """One that was killed leaves its part to the others after a while; it is not lost."""
    walker.goes(lambda: False)
    walker.goes()
    assert walker.verified() is None
    walker.now += LEASE
    walker.goes()
    assert walker.verified() == (walker.now, 10, 0)


def test_a_walk_ends_though_cases_come_all_the_time(walker: Walker) -> None:
    """It goes up to where the record was when it began; the next one finds what was forged."""
    ids = count(11)

    def a_case_comes() -> bool:
        far_away(walker.database, next(ids))
        return True

    walker.goes(a_case_comes)
    assert walker.verified() == (walker.now, 10, 0)
    attack(walker.database, "UPDATE decisions SET stage = 'forged' WHERE id = 'A2'")
    walker.now += EVERY
    assert walker.goes(a_case_comes) == ["decision A2 (case A, version 2)"]
    assert walker.verified() == (walker.now, 10, 1)


def test_all_that_is_verified_meanwhile_is_not_written_over(walker: Walker) -> None:
    """The part that is being walked then stops, and says nothing of the whole."""
    far_away(walker.database, 900)
    attack(walker.database, "UPDATE decisions SET stage = 'forged' WHERE id = 'A2'")
    asked = count(1)

    def an_operator_verifies_all_of_it() -> bool:
        if next(asked) == 2:
            with walker.database.transaction() as session:
                session.add(Verification(at=NOON, decisions=10, findings=1))
                begin_anew(session)
        return True

    walker.goes(an_operator_verifies_all_of_it)
    assert (walker.verified(), walker.so_far()) == ((NOON, 10, 1), 0)
    walker.now += EVERY
    assert walker.goes() == ["decision A2 (case A, version 2)"]
    assert walker.so_far() == 1


def test_what_is_found_twice_counts_once(walker: Walker) -> None:
    """What is new is looked at as such, and once more when the walk comes past it."""
    attack(walker.database, "UPDATE decisions SET stage = 'forged' WHERE id = 'A2'")
    assert walker.goes() == ["decision A2 (case A, version 2)"]
    assert walker.verified() == (walker.now, 10, 1)
