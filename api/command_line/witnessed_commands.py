"""Whatever a command changes leaves an act, whichever command it is."""

from __future__ import annotations

import click

from api.command_line.operator import operator
from api.service import current_service
from model.witnessing import Witness

SAY_IT_THEMSELVES = frozenset({"db", "decide"})
"""`db` records what it does where the tables, as they then are, have a place for it; what `decide`
changes are decisions: the record has them, with the key that asked."""


def witness_of(context: click.Context) -> Witness | None:
    """Return who sees what a command does: by whom, and on what its arguments name."""
    words = _words(context)
    if words[0] in SAY_IT_THEMSELVES:
        return None
    command = " ".join(words)
    on = " ".join([command, *_named(context)])
    return Witness(operator(), on, lambda: current_service().clock(), {"command": command})


def _words(context: click.Context) -> list[str]:
    """Return the command as it is typed, without the program's name."""
    words: list[str] = []
    while context.parent is not None:
        words.insert(0, context.info_name or "")
        context = context.parent
    return words or [context.info_name or ""]


def _named(context: click.Context) -> list[str]:
    """Return the names and ids among the arguments; never an option, which may say anything."""
    arguments = [each for each in context.command.params if isinstance(each, click.Argument)]
    values = (context.params.get(each.name or "") for each in arguments)
    return [value for value in values if isinstance(value, str)]
