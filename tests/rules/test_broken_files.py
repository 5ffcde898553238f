"""Broken rule files: each tree under `broken/` beside the exact report that it must give."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rules
from rules.errors import RuleFilesRefused
from rules.problems import Problem, report
from rules.rule_book import RuleFiles, load, read_files
from rules.yaml_tree import LARGEST_FILE

BROKEN = Path(__file__).with_name("broken")
GOOD = BROKEN / "_base"
"""Good rule files; those of a broken tree are laid over them."""

HOME = Path(rules.__path__[0])
READERS = [file for file in sorted(HOME.glob("*.py")) if file.name != "errors.py"]
REPORTING = {"add", "add_for_file", "_add", "problem"}
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
TREES = sorted(folder.name for folder in BROKEN.iterdir() if folder.is_dir() and folder != GOOD)

MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SNIPPETS = (
    "", "\n", "\t", " ", ":", ": ", "- ", "[", "]", "{", "}", '"', "'", "#", "&a ", "*a", "!t ",
    "|", ">-", "?", "%", "---\n", "...", "\0", "\ufeff", "\ud800", "\x85", "\u2028", "\r", "\\",
    "é", "~", "null", "true", "-1", "1e400", "9" * 40, "0001-01-01", "9999-12-31", "in_catalog",
    "not(", "and", "continue: true", "{days_until: needed_by}", "{expedite_days}",
    '"\\UFFFFFFFF"', '"\\ud800"', "from: 9999-12-31", "range: [1, 0]", "choices: []",
    "type: choice", "default: ", "many: true",
)  # fmt: skip


def problems_of(files: RuleFiles) -> tuple[Problem, ...]:
    """Return what is wrong with some files."""
    try:
        load(files)
    except RuleFilesRefused as refused:
        return refused.problems
    return ()


def problems_of_tree(name: str) -> tuple[Problem, ...]:
    """Return what is wrong with the good files once those of a broken tree are laid over them."""
    without = BROKEN / name / "without.txt"
    gone = without.read_text(encoding="utf-8").split() if without.exists() else []
    try:
        laid = {**read_files(GOOD), **read_files(BROKEN / name)}
    except RuleFilesRefused as refused:
        return refused.problems
    return problems_of({path: text for path, text in laid.items() if path not in gone})


def codes_in_the_source() -> set[str]:
    """Return a pattern for every code that a reader or a check gives a problem."""
    return {
        pattern
        for file in READERS
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for said in _said_as_code(node)
        for pattern in _pattern_of(said)
    }


def _said_as_code(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from node.args if node.func.attr in REPORTING else ()
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id == "code":
            yield from (part for part in ast.walk(node.value) if isinstance(part, ast.Constant))


def _pattern_of(said: ast.expr) -> Iterator[str]:
    parts = said.values if isinstance(said, ast.JoinedStr) else [said]
    texts = [part.value if isinstance(part, ast.Constant) else "*" for part in parts]
    if all(isinstance(text, str) for text in texts):
        whole = "".join(map(str, texts))
        if whole != "*" and CODE.fullmatch(whole.replace("*", "x")):
            yield whole.replace("*", ".+")


@cache
def bundled() -> RuleFiles:
    """Return the bundled files of the first stage: quick to load, and whole."""
    files = dict(read_files(HOME))
    kept = ("vocabulary.yaml", "sources.yaml", "policies/intake.yaml", "policies/research.yaml")
    routing = files["routing.yaml"].split("stages:")[0] + "stages: [intake, research, end]\n"
    end = (GOOD / "policies" / "expedite.yaml").read_text(encoding="utf-8")
    end = end.replace("SOP 1 §2", "OMES 04.3.1 §4.5").replace("policy: expedite", "policy: end")
    return {
        **{path: files[path] for path in kept},
        "routing.yaml": routing,
        "policies/end.yaml": end,
    }


@st.composite
def changed_files(draw: st.DrawFn, files: RuleFiles) -> RuleFiles:
    """Return some files with one to three changes: a stretch of text replaced by another."""
    changed = dict(files)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(sorted(changed)))
        text = changed[path]
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from((0, 0, 1, 1, 2, 5, 30, 300)))
        new = draw(st.sampled_from(SNIPPETS) | st.text(max_size=5))
        changed[path] = text[:start] + new + text[start + length :]
    return changed


def assert_places(files: RuleFiles, problems: tuple[Problem, ...]) -> None:
    """Assert that each problem has its place within a file, and that they are in order."""
    assert list(problems) == sorted(problems)
    for problem in problems:
        lines = re.split(r"\r\n?|\n", files.get(problem.path, ""))
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message
        assert "\n" not in str(problem).splitlines()[0]


def test_the_files_beneath_the_broken_ones_are_good() -> None:
    """What a broken tree reports is wrong with its own files alone."""
    assert problems_of(read_files(GOOD)) == ()


@pytest.mark.parametrize("name", TREES)
def test_a_broken_file_gives_its_report(name: str) -> None:
    """Each problem is shown with its line, a caret and a way out, and no problem of no one's."""
    expected = (BROKEN / name / "report.txt").read_text(encoding="utf-8")
    assert report(problems_of_tree(name)) + "\n" == expected


def test_a_file_over_a_million_characters_is_not_even_parsed() -> None:
    """A file that no person wrote is refused at once."""
    huge = {**read_files(GOOD), "policies/intake.yaml": "#" * (LARGEST_FILE + 1)}
    assert [str(problem).split("\n")[0] for problem in problems_of(huge)] == [
        "policies/intake.yaml:1:1: error[file-too-large]: is over 1,000,000 characters long"
    ]


def test_every_problem_has_a_broken_file_that_shows_it() -> None:
    """No code of a problem goes without an example."""
    headings = "".join((BROKEN / name / "report.txt").read_text(encoding="utf-8") for name in TREES)
    shown = {*re.findall(r"error\[([a-z-]+)\]", headings), "file-too-large"}
    codes = codes_in_the_source()
    assert len(codes) > 50
    assert {code for code in codes if not any(re.fullmatch(code, one) for one in shown)} == set()
    assert {one for one in shown if not any(re.fullmatch(code, one) for code in codes)} == set()


@MANY
@given(st.data())
def test_changed_files_load_or_say_where_they_cannot(data: st.DataObject) -> None:
    """Whatever a slip of the hand does to rule files, they load or each problem has a place."""
    files = data.draw(changed_files(bundled()))
    assert_places(files, problems_of(files))


@MANY
@given(st.data())
def test_arbitrary_text_in_place_of_a_file_is_refused_with_a_place(data: st.DataObject) -> None:
    """Text that is no rule file at all is a problem like any other."""
    good = read_files(GOOD)
    path = data.draw(st.sampled_from(sorted(good)))
    pieces = st.sampled_from(SNIPPETS) | st.text(max_size=10)
    text = "".join(data.draw(st.lists(pieces, max_size=30)))
    files = {**good, path: text}
    problems = problems_of(files)
    assert problems
    assert_places(files, problems)


@MANY
@given(st.text() | st.lists(st.sampled_from(SNIPPETS), max_size=12).map(" ".join))
def test_arbitrary_conditions_are_read_or_refused_with_a_place(condition: str) -> None:
    """A condition that makes no sense is a problem of the file that it stands in."""
    good = read_files(GOOD)
    quoted = "'" + condition.replace("'", "''") + "'"
    policy = good["policies/intake.yaml"].replace("when: in_catalog", f"when: {quoted}")
    files = {**good, "policies/intake.yaml": policy}
    assert_places(files, problems_of(files))
