"""Which rule files a command is about, and where their problems are, seen from the user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from rules.errors import RuleFilesRefused
from rules.problems import Problem
from rules.rule_book import VOCABULARY, RuleBook, RuleFiles, load, read_files


def folders_of(paths: Iterable[Path], otherwise: Path) -> tuple[Path, ...]:
    """Return the rules folders that `paths` are or lie in, each once; `otherwise` for no path."""
    found = dict.fromkeys(_folder_of(path) for path in paths)
    return tuple(found) or (otherwise,)


def files_in(folder: Path) -> RuleFiles:
    """Return the rule files of a folder.

    Raises:
        RuleFilesRefused: one cannot be read; its path is written as seen from the user.
    """
    try:
        return read_files(folder)
    except RuleFilesRefused as refused:
        raise _seen_from_here(refused, folder) from refused


def book_in(folder: Path) -> RuleBook:
    """Return the rule book of a folder.

    Raises:
        RuleFilesRefused: with every problem; the paths are written as seen from the user.
    """
    files = files_in(folder)
    try:
        return load(files)
    except RuleFilesRefused as refused:
        raise _seen_from_here(refused, folder) from refused


def shown(folder: Path) -> Path:
    """Return a path as one would type it where the command was given."""
    here, full = Path.cwd(), folder.resolve()
    return full.relative_to(here) if full.is_relative_to(here) else full


def _folder_of(path: Path) -> Path:
    start = path.resolve()
    for folder in (start, *start.parents):
        if (folder / VOCABULARY).is_file():
            return folder
    raise click.BadParameter(
        f"`{path}` is in no rules folder: none above it holds a `{VOCABULARY}`",
        param_hint="PATHS",
    )


def _seen_from_here(refused: RuleFilesRefused, folder: Path) -> RuleFilesRefused:
    def placed(problem: Problem) -> Problem:
        return replace(problem, path=str(shown(folder) / problem.path))

    return RuleFilesRefused([placed(problem) for problem in refused.problems])
