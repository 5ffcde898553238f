"""How every command speaks: plain words for what went wrong, and tables for what there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click
from flask.cli import AppGroup
from rich import box
from rich.console import Console
from rich.table import Table

from api.command_line.witnessed_commands import witness_of
from model.witnessing import attended
from rules.errors import BadFields, RuleFilesRefused, TollgateError
from rules.problems import report

_WIDTH_OF_A_PIPE = 200


def show_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table to the terminal, or to whatever stands for it."""
    table = Table(*headings, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=_WIDTH_OF_A_PIPE)
    console.print(table)


def counted(number: int, what: str) -> str:
    """Return `1 case`, `2 cases`, `2 policies`, `2 keys`."""
    if number == 1:
        return f"1 {what}"
    is_changed = what.endswith("y") and what[-2:-1] not in "aeiou"
    return f"{number} {what[:-1]}ies" if is_changed else f"{number} {what}s"


def explained(error: TollgateError) -> str:
    """Return everything that an error has to say."""
    if isinstance(error, RuleFilesRefused):
        return f"{error.detail}\n\n{report(error.problems)}"
    if isinstance(error, BadFields):
        return "; ".join(
            f"{problem.pointer or '/'}: {problem.detail}"
            + (f" ({problem.help})" if problem.help else "")
            for problem in error.problems
        )
    return error.detail


class PlainCommand(click.Command):
    """A command that leaves an act of what it changes, and says in words what went wrong.

    Exit status 1, and no traceback.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            with attended(witness_of(ctx)):
                return super().invoke(ctx)
        except TollgateError as error:
            raise click.ClickException(explained(error)) from error


class PlainGroup(AppGroup):
    """A group of such commands."""

    command_class = PlainCommand
