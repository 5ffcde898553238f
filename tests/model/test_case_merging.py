"""Merging a case with its double: nothing either knew is lost, whoever decides meanwhile."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from model.case_merging import merge_cases
from model.cases import Case, doubles_of, find_case, lock_or_open_case
from model.decisions import DecisionRecord, answer_of, decisions_of
from model.late_facts import Late
from model.supplying import compare, store
from model.verifying import Tally, verify
from rules.errors import AlreadyMerged, BadFields, CaseMovedOn, UnknownRecord
from tests.model.lives import Lives
from tests.model.test_supplying import held

_numbers = count()


def late(lives: Lives, hours: int) -> Late:
    """Say that facts were so as many hours ago."""
    return Late(lives.moment.now - timedelta(hours=hours))


def test_the_newer_of_both_counts(lives: Lives) -> None:
    """Facts of both, each the newer; the answer and the history tell which came from where."""
    lives.decide("A", late(lives, 3), note_1="old", note_2="new", note_3="same")
    lives.decide("A", late(lives, 1), note_2="newer")
    lives.decide("B", late(lives, 2), note_1="new", note_2="old", note_3="same", note_4="more")
    merged = lives.merge("A", "B", 2)
    assert (merged.case.ref, merged.case.version, merged.double) == ("A", 3, "B")
    assert (merged.taken, merged.kept) == (("note_1", "note_4"), ("note_2",))
    values = {"note_1": "new", "note_2": "newer", "note_3": "same", "note_4": "more"}
    assert lives.values("A") == lives.values("B") == values
    entry = lives.history("A")[0]
    told = {"double": "B", "taken": ["note_1", "note_4"], "kept": ["note_2"]}
    assert (entry.what, entry.details) == ("merged", told)
    assert [(fact.name, fact.true_at) for fact in entry.facts] == [
        ("note_1", lives.moment.now - timedelta(hours=2)),
        ("note_4", lives.moment.now - timedelta(hours=2)),
    ]


def test_the_double_leads_to_the_case_and_stays_readable(lives: Lives) -> None:
    """What comes under its ref is the case's; its decisions and history are its own."""
    lives.decide("A")
    theirs = lives.decide("B", in_catalog=False)
    lives.rename("B", "C")
    lives.merge("A", "C")
    assert lives.decide("B").body["case"] == {"ref": "A", "version": 3}
    assert lives.decide("C").body["case"] == {"ref": "A", "version": 4}
    assert lives.case("B") == lives.case("C") == lives.case("A")
    assert [entry.what for entry in lives.history("B")] == ["merged_into", "renamed", "decided"]
    assert lives.history("B")[0].details == {"into": "A"}
    with lives.database.reading() as session:
        assert answer_of(session, str(theirs.body["id"])) == theirs
        assert decisions_of(session, "C", None, 10).decisions == (theirs,)
        assert len(decisions_of(session, "A", None, 10).decisions) == 3


def test_merging_twice_changes_nothing(lives: Lives) -> None:
    """Who did not hear the answer may ask again, whatever the version by now."""
    lives.decide("A")
    lives.decide("B")
    lives.merge("A", "B", 1)
    before = lives.case("A")
    again = lives.merge("A", "B", 1)
    assert (again.case, again.double, again.taken, again.kept) == (before, "B", (), ())
    assert lives.case("A") == before
    assert lives.merge("B", "B").case == before


def test_what_cannot_be_merged_is_refused(lives: Lives) -> None:
    """A case with itself, a double of another, one that is not there, one that moved on."""
    for ref in "ABC":
        lives.decide(ref)
    lives.merge("A", "B")
    lives.rename("C", "D")
    with pytest.raises(BadFields, match="is the case itself"):
        lives.merge("A", "A")
    with pytest.raises(BadFields, match="is the case itself"):
        lives.merge("B", "A")
    with pytest.raises(BadFields, match="is the case itself"):
        lives.merge("D", "C")
    with pytest.raises(BadFields, match="there is no case `X`"):
        lives.merge("A", "X")
    with pytest.raises(UnknownRecord):
        lives.merge("X", "A")
    with pytest.raises(AlreadyMerged, match="`B` was merged into `A`"):
        lives.merge("D", "B")
    with pytest.raises(CaseMovedOn):
        lives.merge("A", "D", 1)
    with pytest.raises(CaseMovedOn), lives.database.transaction() as session:
        merge_cases(session, "A", "D", 1, lives.wish(2))
    assert [lives.case(ref).version for ref in "AD"] == [2, 2]


def test_mergers_add_up(lives: Lives) -> None:
    """However many led there one by one, every double leads to the last."""
    for number in range(20):
        lives.note(f"case {number}", 1, str(number))
    for number in range(19):
        lives.merge(f"case {number + 1}", f"case {number}")
    assert {lives.case(f"case {number}").ref for number in range(20)} == {"case 19"}
    assert lives.decide("case 0").body["case"] == {"ref": "case 19", "version": 3}
    with lives.database.reading() as session:
        last = find_case(session, "case 0")
        assert last is not None
        doubles = [double.ref for double in doubles_of(session, last)]
    assert doubles == [f"case {number}" for number in range(19)]


def test_the_record_stays_whole(lives: Lives) -> None:
    """Renamed, merged and reopened cases keep the chains of their decisions."""
    for ref in "AB":
        lives.decide(ref, in_catalog=True)
    lives.rename("B", "C")
    lives.reopen("A", {}, None)
    lives.merge("A", "C")
    lives.decide("B", note_1="x")
    with lives.database.reading() as session:
        assert list(verify(session, b"any", Tally())) == []


FACTS = st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 1), min_size=1)
SAID = st.lists(
    st.tuples(st.integers(-50, 50), st.booleans(), FACTS), max_size=8, unique_by=lambda s: s[0]
)


@given(saying=SAID)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_merged_case_holds_the_newest_that_either_was_told(
    lives: Lives, saying: list[tuple[int, bool, dict[str, int | None]]]
) -> None:
    """Whatever the two were told, in whatever order: by when it was so."""
    number = next(_numbers)
    now = lives.moment.now
    known: dict[tuple[bool, str], tuple[int, int | None]] = {}
    with lives.database.transaction() as session:
        both = [lock_or_open_case(session, f"{number} {name}", now) for name in "ab"]
        for minute, of_double, facts in saying:
            case = both[of_double]
            said = Late(now + timedelta(minutes=minute - 60))
            store(session, case, compare(session, case, facts, now, said), "Ann")
            session.flush()
            for name, value in facts.items():
                since, before = known.get((of_double, name), (-99, None))
                if not (value is None and before is None) and minute > since:
                    known[of_double, name] = (minute, value)
        merge_cases(session, both[0].ref, both[1].ref, None, lives.wish(None))
        newest: dict[str, tuple[int, int | None]] = {}
        for (_, name), claim in known.items():
            newest[name] = max(newest.get(name, (-99, None)), claim, key=lambda c: c[0])
        values = {name: str(value) for name, (_, value) in newest.items() if value is not None}
        assert held(session, both[0]) == values


def test_no_decision_is_lost_while_cases_are_merged(lives: Lives) -> None:
    """Twelve who decide a case or its double, against one who merges: every fact is there."""
    for turn in range(3):
        refs = [f"{turn} A", f"{turn} B", f"{turn} C"]
        for ref in refs:
            lives.decide(ref)

        def decide_often(number: int, refs: list[str] = refs) -> list[str]:
            told = [lives.note(refs[number % 3], number, f"round {n}") for n in range(4)]
            return [str(answer.body["id"]) for answer in told]

        with ThreadPoolExecutor(14) as pool:
            deciders = [pool.submit(decide_often, number) for number in range(12)]
            mergers: list[Future[object]] = [
                pool.submit(lives.merge, refs[1], refs[0]),
                pool.submit(lives.merge, refs[2], refs[1]),
            ]
            ids = [each for decider in deciders for each in decider.result()]
            for merger in mergers:
                merger.result()
        assert {lives.case(ref).ref for ref in refs} == {refs[2]}
        assert lives.values(refs[0]) == {f"note_{number}": "round 3" for number in range(12)}
        with lives.database.reading() as session:
            recorded = set(session.scalars(select(DecisionRecord.id)))
        assert recorded.issuperset(ids)


def test_cases_merged_with_each_other_make_no_circle(lives: Lives) -> None:
    """Of two who merge each into the other at once, one is told that it is done."""
    for turn in range(4):
        one, other = f"{turn} A", f"{turn} B"
        lives.decide(one)
        lives.decide(other)

        def merge(ref: str, double: str) -> bool:
            try:
                return bool(lives.merge(ref, double))
            except BadFields:
                return False

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(merge, (one, other), (other, one)))
        assert sorted(done) == [False, True]
        assert lives.case(one) == lives.case(other)
    with lives.database.reading() as session:
        merged = session.scalars(select(Case.id).where(Case.merged_into_id.is_not(None))).all()
    assert len(merged) == 4
