"""Problems in rule files: collected, sorted by place and shown with the line and a caret."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

WIDEST_LINE = 160
LONGEST_MESSAGE = 1_000
NEWER = frozenset({"bad-period", "too-long", "never-quiet", "says-nothing"})
"""Codes of what was not refused from the beginning: rules that are published may have such."""
_LINE_END = re.compile(r"\r\n?|\n")


class RuleText:
    """The text of one rule file, which knows the line and column of each of its characters."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._line_starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def place(self, index: int) -> tuple[int, int]:
        """Return line and column, both counted from 1, of the character at `index`."""
        line = bisect_right(self._line_starts, index)
        return line, index - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return the text of a line, counted from 1, without its end."""
        start = self._line_starts[number - 1]
        end = _LINE_END.search(self.text, start)
        return self.text[start : end.start() if end else len(self.text)]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a rule file, at a place, with a way out where one is known."""

    path: str
    line: int
    column: int
    code: str
    message: str
    line_text: str = ""
    help: str | None = field(default=None, compare=False)
    left_out: int = field(default=0, compare=False)
    """How many characters of the line stand before those in `line_text`."""

    def __str__(self) -> str:
        """Return `path:line:column: error[code]: message`, the line, a caret and the help."""
        shown = [f"{self.path}:{self.line}:{self.column}: error[{self.code}]: {self.message}"]
        if self.line_text:
            gutter = f"{self.line:>5} | "
            before = self.line_text[: self.column - 1 - self.left_out]
            before = "".join(c if c == "\t" else " " for c in before)
            shown += [gutter + self.line_text, " " * (len(gutter) - 2) + "| " + before + "^"]
        if self.help:
            shown.append(f"      = help: {self.help}")
        return "\n".join(_printable(line) for line in shown)


class Findings:
    """Where every check leaves what it finds; nothing stops at the first problem.

    `overlooks`: codes of problems that are put aside, and stop nothing.
    """

    def __init__(self, overlooks: frozenset[str] = frozenset()) -> None:
        self.overlooks = overlooks
        self._problems: set[Problem] = set()
        self._overlooked: set[Problem] = set()

    def __bool__(self) -> bool:
        return bool(self._problems)

    def __len__(self) -> int:
        return len(self._problems)

    def add(
        self, text: RuleText, index: int, code: str, message: str, help: str | None = None
    ) -> None:
        """Note a problem at the character `index` of a rule file."""
        line, column = text.place(index)
        shown = text.line(line)
        left_out = max(0, column - WIDEST_LINE // 2) if len(shown) > WIDEST_LINE else 0
        shown = shown[left_out : left_out + WIDEST_LINE]
        message = message[:LONGEST_MESSAGE]
        problems = self._overlooked if code in self.overlooks else self._problems
        problems.add(Problem(text.path, line, column, code, message, shown, help, left_out))

    def add_for_file(self, path: str, code: str, message: str, help: str | None = None) -> None:
        """Note a problem of a file as a whole: it is missing, or cannot be read as text."""
        self._problems.add(Problem(path, 1, 1, code, message, "", help))

    def extend(self, others: Findings) -> None:
        """Take over what another check has found."""
        self._problems |= others._problems
        self._overlooked |= others._overlooked

    def sorted(self) -> tuple[Problem, ...]:
        """Return every problem, by path, line and column."""
        return tuple(sorted(self._problems))

    def overlooked(self) -> tuple[Problem, ...]:
        """Return what was put aside, by path, line and column."""
        return tuple(sorted(self._overlooked))


def _printable(line: str) -> str:
    """Return `line` with a mark in place of what a terminal would obey instead of showing."""
    return "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in line)


def report(problems: Iterable[Problem]) -> str:
    """Return all problems as one text, a blank line between two."""
    return "\n\n".join(str(problem) for problem in problems)
