"""`flask decide`: many cases from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from model.cases import Case
from model.database import Database
from model.decisions import DecisionRecord
from tests.api.command_line.trial import Run

IN_CATALOG = '{"case": {"ref": "A-1"}, "facts": {"in_catalog": true}}'
NOT_IN_CATALOG = '{"case": {"ref": "A-2"}, "facts": {"in_catalog": false}}'
BAD_LINES = [
    "{not json",
    "[1]",
    '{"case": {"ref": "B-1"}, "facts": {"in_catalgo": true}}',
    '{"case": {"ref": "B-2"}, "facts": {"in_catalog": "true"}}',
    '{"case": {"ref": "B-3"}, "decision": "rooting"}',
    '{"case": {"ref": "B-4"}, "fax": {}}',
    '{"case": {"ref": "B-5", "if_version": 7}}',
    '{"case": {"ref": "\\ud800"}}',
]


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """Writes lines to a file and returns its path."""

    def write(*lines: str) -> str:
        path = tmp_path / "cases.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        return str(path)

    return write


def stored(database: Database) -> int:
    """Count the decisions that were recorded."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(DecisionRecord)) or 0


def test_each_line_is_decided_and_recorded(
    run: Run, file: Callable[..., str], published: Database, ticketing_key: str
) -> None:
    """Each answer is the one that the API gives, in the order of the lines."""
    result = run("decide", file(IN_CATALOG, "", NOT_IN_CATALOG), "--key", ticketing_key)
    assert result.exit_code == 0, result.output
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["id"] == "decision-1"
    assert first["case"] == {"ref": "A-1", "version": 1}
    assert first["outcome"]["action"] == "fulfil-from-catalog"
    assert second["outcome"]["action"] == "analyze-request"
    assert "2 cases: 1 decided, 1 awaiting facts, 0 refused" in result.stderr
    assert "1  Service Provider: fulfil-from-catalog" in result.stderr
    assert stored(published) == 2


def test_bad_lines_are_told_by_number_and_stop_nothing(
    run: Run, file: Callable[..., str], published: Database, ticketing_key: str
) -> None:
    """Whatever stands in a line, the lines around it are decided."""
    lines = [line for bad in BAD_LINES for line in (bad, NOT_IN_CATALOG)]
    result = run("decide", file(*lines), "--key", ticketing_key)
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
    told = [line.split(":")[0] for line in result.stderr.splitlines() if line.startswith("line ")]
    assert told == [f"line {number}" for number in range(1, 2 * len(BAD_LINES), 2)]
    assert "did you mean `in_catalog`?" in result.stderr
    assert len(result.stdout.splitlines()) == len(BAD_LINES) == stored(published)


def test_a_preview_stores_nothing_and_needs_no_key(
    run: Run, file: Callable[..., str], published: Database
) -> None:
    """An owner tries what the live rules make of many cases, and the cases stay as they were."""
    result = run("decide", file(IN_CATALOG), "--preview")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["id"] is None
    assert stored(published) == 0
    with published.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_answers_may_go_to_a_file(
    run: Run, file: Callable[..., str], published: Database, tmp_path: Path
) -> None:
    """With `--output` the terminal has only the summary."""
    output = tmp_path / "answers.jsonl"
    result = run("decide", file(IN_CATALOG), "--preview", "--output", str(output))
    assert not result.stdout
    assert json.loads(output.read_text(encoding="utf-8"))["stage"] == "intake"


def test_lines_may_come_from_standard_input(run: Run, published: Database) -> None:
    """A pipe is decided like a file."""
    result = run("decide", "-", "--preview", input=IN_CATALOG)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["status"] == "decided"


@pytest.mark.usefixtures("published")
def test_someone_must_answer_for_what_is_recorded(
    run: Run, file: Callable[..., str], sqlite_database: Database
) -> None:
    """Without a key, with an unknown one, or one without the role, nothing is decided."""
    path = file(IN_CATALOG)
    assert run("decide", path).exit_code == 2
    unknown = run("decide", path, "--key", "not a key of this service")
    assert unknown.exit_code == 1
    assert "this API key is not known" in unknown.stderr
    auditor = run("key", "create", "Ada", "--role", "auditor").stdout.strip()
    refused = run("decide", path, "--key", auditor)
    assert refused.exit_code == 1
    assert "lacks the role `ticketing`" in refused.stderr
    assert stored(sqlite_database) == 0


def test_without_rules_it_stops_and_says_where(run: Run, file: Callable[..., str]) -> None:
    """What no line could survive stops the run at the line that met it."""
    result = run("decide", file("", IN_CATALOG), "--preview")
    assert result.exit_code == 1
    assert "stopped at line 2" in result.stderr
    assert "no rules have been published" in result.stderr
