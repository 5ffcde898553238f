"""`flask policy`: what an owner of rules sees and does."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.database import Database
from model.revisions import live_revision
from tests.api.command_line.trial import Run


@pytest.fixture
def expedite(rules_folder: Path) -> Path:
    """The policy that holds the 90 days."""
    return rules_folder / "policies" / "expedite.yaml"


def replace(file: Path, old: str, new: str) -> None:
    """Replace the first place in a file that says `old`."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_bundled_rules_have_no_problem(run: Run) -> None:
    """The rule files that come with the product pass their own check."""
    result = run("policy", "check")
    assert result.exit_code == 0, result.output
    assert "27 policies" in result.output
    assert "no problem" in result.output


def test_the_bundled_cases_pass_and_reach_every_rule(run: Run) -> None:
    """Each rule that comes with the product is shown by a case, and each case holds."""
    result = run("policy", "test")
    assert result.exit_code == 0, result.output
    assert ", 0 failed" in result.output
    assert "no case reaches" not in result.output


def test_every_problem_is_shown_with_its_place(
    run: Run, expedite: Path, rules_folder: Path
) -> None:
    """A check reports the problems of all files at once, sorted by place, with caret and help."""
    replace(expedite, "viable is known", "viabel is known")
    replace(rules_folder / "policies" / "intake.yaml", "in_catalog", "in_catalgo")
    result = run("policy", "check")
    assert result.exit_code == 1
    line = expedite.read_text(encoding="utf-8").split("viabel")[0].count("\n") + 1
    assert f"{expedite}:{line}:" in result.output
    assert "error[" in result.output
    assert "did you mean `viable`?" in result.output
    assert "did you mean `in_catalog`?" in result.output
    carets = [text for text in result.output.splitlines() if text.strip(" |") == "^"]
    assert len(carets) >= 2
    assert result.output.rstrip().endswith("problems")
    places = [text for text in result.output.splitlines() if "error[" in text]
    assert places == sorted(places, key=lambda text: text.split(":")[0])


def test_a_file_is_checked_with_its_rules_folder(run: Run, expedite: Path) -> None:
    """Naming one file of a rules folder checks it against the vocabulary beside it."""
    result = run("policy", "check", str(expedite))
    assert result.exit_code == 0, result.output
    replace(expedite, "viable is known", "viabel is known")
    assert run("policy", "check", str(expedite)).exit_code == 1


def test_a_file_outside_of_every_rules_folder_is_refused(run: Run, tmp_path: Path) -> None:
    """A lone file cannot be checked, and the answer says what is missing."""
    lone = tmp_path / "lone.yaml"
    lone.write_text("policy: lone\n")
    result = run("policy", "check", str(lone))
    assert result.exit_code == 2
    assert "vocabulary.yaml" in result.output


def test_a_case_that_fails_is_named_with_its_difference(run: Run, expedite: Path) -> None:
    """An owner who changes the 90 days is told which sentences no longer hold, and why."""
    replace(expedite, "value: 90", "value: 60")
    result = run("policy", "test")
    assert result.exit_code == 1
    assert "failed: expedite: " in result.output
    assert "expected " in result.output
    assert " 0 failed" not in result.output


def test_a_rule_that_no_case_reaches_is_listed(run: Run, rules_folder: Path) -> None:
    """A rule without a case is named, though nothing fails."""
    intake = rules_folder / "policies" / "intake.yaml"
    text = intake.read_text(encoding="utf-8")
    intake.write_text(text.split("\ncases:")[0] + "\ncases: []\n", encoding="utf-8")
    routing = rules_folder / "routing.yaml"
    text = routing.read_text(encoding="utf-8")
    routing.write_text(text.split("\ncases:")[0] + "\ncases: []\n", encoding="utf-8")
    result = run("policy", "test")
    assert result.exit_code == 0, result.output
    assert "rules that no case reaches:" in result.output
    assert "  intake: in-catalog\n" in result.output


def test_publishing_makes_the_files_live(run: Run, sqlite_database: Database) -> None:
    """What is published decides from then on; publishing it again changes nothing."""
    first = run("policy", "publish", "--by", "Pat")
    assert first.exit_code == 0, first.output
    with sqlite_database.reading() as session:
        live = live_revision(session)
    assert f"live now: {live}" in first.output
    assert f"live already: {live}" in run("policy", "publish").output


@pytest.mark.parametrize(("old", "new"), [("value: 90", "value: 60"), ("hit: first", "hit: furst")])
def test_bad_files_leave_live_what_was_live(
    run: Run, expedite: Path, sqlite_database: Database, old: str, new: str
) -> None:
    """Neither a problem in a file nor a failing case ever replaces rules that work."""
    assert run("policy", "publish").exit_code == 0
    with sqlite_database.reading() as session:
        before = live_revision(session)
    replace(expedite, old, new)
    assert run("policy", "publish").exit_code == 1
    with sqlite_database.reading() as session:
        assert live_revision(session) == before


def test_the_list_says_whether_these_files_decide(run: Run, expedite: Path) -> None:
    """An owner sees each policy and whether the files at hand are the live ones."""
    assert "nothing has been published yet" in run("policy", "list").output
    run("policy", "publish")
    listed = run("policy", "list").output
    assert "expedite" in listed
    assert "live         these files" in listed
    replace(expedite, "title: ", "title: Not ")
    assert "(other files)" in run("policy", "list").output
