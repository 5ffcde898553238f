"""`flask review`: what is to be looked at again because time has passed."""

from __future__ import annotations

import click

from api.command_line.plain_words import PlainGroup, counted
from api.service import current_service
from model.reconsidering import reconsider_due


@click.group(cls=PlainGroup)
def review() -> None:
    """Look again at what time has moved."""


@review.command("cases")
@click.pass_context
def cases(context: click.Context) -> None:
    """Decide again each waiting case that today decides otherwise.

    Such as one whose need date has come within the window. Run it each morning; a day that was
    missed is made up for. Exit status 1: a case could not be decided, and stays due.
    """
    at = current_service()
    found = reconsider_due(at.database, at.moment(), at.new_id)
    for ref in found.decided:
        click.echo(f"decided again: {ref}")
    for ref, code in found.failed:
        click.echo(f"could not be decided: {ref} ({code})", err=True)
    click.echo(f"looked at {counted(found.looked_at, 'case')}, decided {len(found.decided)} again")
    context.exit(1 if found.failed else 0)
