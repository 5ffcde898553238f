"""Problems in rule files: sorted by place, each with its line and a caret under the character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rules.problems import Findings, Problem, RuleText, report

_TEXTS = st.text(st.sampled_from("ab\té🎫 \n\r"), max_size=30)


@given(_TEXTS)
def test_every_character_has_a_line_and_a_column(text: str) -> None:
    """Lines end as editors end them; the column finds the character in its line."""
    source = RuleText("p.yaml", text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for index, character in enumerate(text):
        line, column = source.place(index)
        assert source.line(line) == lines[line - 1]
        if character not in "\r\n":
            assert source.line(line)[column - 1] == character
    assert source.place(len(text))[0] == len(lines)


def test_a_problem_is_shown_with_its_line_a_caret_and_help() -> None:
    """Path, line, column, code and message first, as compilers write it."""
    findings = Findings()
    text = RuleText("policies/p.yaml", "a: 1\nwhen: needd\n")
    findings.add(text, 11, "unknown-name", "there is no fact `needd`", "did you mean `need`?")
    assert report(findings.sorted()) == (
        "policies/p.yaml:2:7: error[unknown-name]: there is no fact `needd`\n"
        "    2 | when: needd\n"
        "      |       ^\n"
        "      = help: did you mean `need`?"
    )


def test_the_caret_stands_under_its_character_behind_tabs_and_in_long_lines() -> None:
    """A tab is as wide above the caret as before it; of a long line its part is shown."""
    for before in ("\t\t", "x" * 50, "é🎫 ", "x" * 1_000):
        findings = Findings()
        findings.add(RuleText("p.yaml", f"{before}!{'y' * 1_000}"), len(before), "c", "m")
        _, line, caret = str(findings.sorted()[0]).split("\n")
        place = caret.index("^")
        assert line[place] == "!"
        assert caret[:place].count("\t") == line[:place].count("\t")
        assert len(line) < 200


def test_a_problem_of_a_whole_file_has_no_line() -> None:
    """It is told at the file's beginning."""
    findings = Findings()
    findings.add_for_file("routing.yaml", "missing-file", "there is no such file")
    assert report(findings.sorted()) == (
        "routing.yaml:1:1: error[missing-file]: there is no such file"
    )


def test_problems_are_sorted_by_file_line_and_column() -> None:
    """Not by the order in which they were found, nor as text: line 9 comes before line 10."""
    findings = Findings()
    text = RuleText("b.yaml", "x\n" * 12)
    for index in (18, 0, 16, 1):
        findings.add(text, index, "c", "m")
    findings.add(RuleText("a.yaml", "x"), 0, "c", "m")
    places = [(problem.path, problem.line, problem.column) for problem in findings.sorted()]
    assert places == [
        ("a.yaml", 1, 1), ("b.yaml", 1, 1), ("b.yaml", 1, 2), ("b.yaml", 9, 1), ("b.yaml", 10, 1),
    ]  # fmt: skip


def test_what_two_checks_find_is_told_once() -> None:
    """The same problem at the same place is one."""
    first, second, text = Findings(), Findings(), RuleText("a.yaml", "x")
    assert (bool(first), len(first)) == (False, 0)
    first.add(text, 0, "c", "m")
    second.add(text, 0, "c", "m")
    second.add(text, 0, "c", "another")
    first.extend(second)
    assert (bool(first), len(first)) == (True, 2)


def test_a_report_has_a_blank_line_between_two_problems() -> None:
    """And nothing when there is no problem."""
    one = Problem("a.yaml", 1, 1, "c", "m")
    assert report([one, one]) == f"{one}\n\n{one}"
    assert report([]) == ""


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    """An escape sequence in a file never reaches the screen."""
    findings = Findings()
    findings.add(RuleText("a.yaml", "a: \x1b[31m\u202e"), 3, "c", "holds `\x1b`")
    shown = str(findings.sorted()[0])
    assert all(c.isprintable() or c in "\n\t" for c in shown)
