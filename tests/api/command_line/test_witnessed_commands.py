"""Every command that changes something, or takes the record out, leaves an act."""

from __future__ import annotations

from pathlib import Path

from model.administration import ActView, acts_before
from model.database import Database
from tests.api.command_line.trial import NOW, Run

HOURS = '{"timezone": "Europe/Vienna", "week": {"monday": ["09:00-17:00"]}}'


def acts(database: Database) -> list[ActView]:
    """Return the acts, oldest first."""
    with database.reading() as session:
        return list(acts_before(session, None, 200).acts)[::-1]


def test_a_command_that_changes_something_leaves_an_act(run: Run, published: Database) -> None:
    """By whom, on what and when; one act, however many transactions it took."""
    assert run("calendar", "write", "office", "-", input=HOURS).exit_code == 0
    years = ("--country", "AT", "--from", "2026", "--until", "2026")
    assert run("calendar", "holidays", "office", *years).exit_code == 0
    assert run("review", "remind").exit_code == 0
    assert run("record", "verify").exit_code == 0
    found = acts(published)
    assert [(act.act, act.on) for act in found] == [
        ("changed", "calendar write office"),
        ("changed", "calendar holidays office"),
        ("changed", "review remind"),
        ("changed", "record verify"),
    ]
    assert {(act.via, act.at) for act in found} == {("command line", NOW)}
    assert found[0].details["command"] == "calendar write"


def test_what_only_looks_or_fails_leaves_no_act(run: Run, published: Database) -> None:
    """A list is no change, and neither is what was refused."""
    run("calendar", "list")
    run("review", "list")
    run("record", "seal")
    assert run("calendar", "write", "office", "-", input="{}").exit_code == 1
    assert run("review", "complete", "no", "--due", "2026-01-01", "--outcome", "x").exit_code == 1
    assert acts(published) == []


def test_taking_the_record_out_leaves_an_act(run: Run, published: Database, tmp_path: Path) -> None:
    """The whole record or a part of it, since when and where to; also when it is all there is."""
    file = str(tmp_path / "record.jsonl")
    assert run("record", "export").exit_code == 0
    assert run("record", "export", "--since", "2026-01-01", "--output", file).exit_code == 0
    first, second = acts(published)
    assert (first.act, first.on, first.details["file"]) == (
        "record-exported",
        "the whole record",
        "<stdout>",
    )
    assert second.details == {"since": "2026-01-01", "file": file}
