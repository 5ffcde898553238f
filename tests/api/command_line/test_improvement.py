"""`flask improvement`: what is to become better is seen at a terminal."""

from __future__ import annotations

from datetime import date

from model.database import Database
from model.improvements import ImprovementState
from model.improving import Plan, change_improvement, plan_improvement
from tests.api.command_line.trial import NOW, Run

IDS = [f"00000000-0000-4000-9000-00000000000{n}" for n in range(3)]


def planned(database: Database) -> None:
    """Plan three improvements, and drop the last."""
    with database.transaction() as session:
        for id, month in zip(IDS, (12, 10, 11), strict=True):
            plan = Plan(f"Better by {month}", "Service Line Manager", date(2026, month, 1))
            plan_improvement(session, id, plan, "Sam", NOW)
        dropped = {"state": ImprovementState.DROPPED, "outcome": "Too dear"}
        change_improvement(session, IDS[2], dropped, lambda _: None, "Sam", NOW)


def test_what_is_open_is_listed_the_soonest_first(run: Run, sqlite_database: Database) -> None:
    """What is overdue is said to be; what was dropped is listed when it is asked for."""
    planned(sqlite_database)
    lines = run("improvement", "list").output.splitlines()
    shown = [line for line in lines if "Better by" in line]
    assert ["Better by 10" in shown[0], "2026-10-01 (overdue)" in shown[0]] == [True, True]
    assert ["Better by 12" in shown[1], "overdue" in shown[1], len(shown)] == [True, False, 2]
    assert all(f" {id}" in line for id, line in zip((IDS[1], IDS[0]), shown, strict=True))
    dropped = run("improvement", "list", "--state", "dropped").output
    assert ["Too dear" in dropped, "(overdue)" in dropped] == [True, False]
    assert "more than these 1" in run("improvement", "list", "--limit", "1").output


def test_a_state_that_there_is_not_is_refused_with_those_there_are(run: Run) -> None:
    """The reader sees what may be asked for."""
    answer = run("improvement", "list", "--state", "finished")
    assert answer.exit_code == 2
    assert "'open', 'done', 'dropped'" in answer.output
