"""`flask audit`: what administrators did."""

from __future__ import annotations

import click

from api.command_line.plain_words import PlainGroup, show_table
from api.service import current_service
from model import json_text
from model.acts_by_id import acts_shown
from model.administration import ActView
from model.cursors import LONGEST_PAGE
from model.moment import rfc3339


@click.group(cls=PlainGroup)
def audit() -> None:
    """Show what administrators did, over HTTP and on the command line."""


@audit.command("list")
@click.option(
    "--limit",
    type=click.IntRange(1, LONGEST_PAGE),
    default=50,
    show_default=True,
    help="How many at most.",
)
@click.option("--after", help="Show those before the act with this number.")
def show(limit: int, after: str | None) -> None:
    """List acts, newest first: when, who, from where, what, and on what."""
    with current_service().database.reading() as session:
        page = acts_shown(session, after, limit)
    headings = ("number", "when", "who", "from", "what", "on what", "details")
    show_table(headings, [_row(act) for act in page.acts])
    if page.next:
        click.echo(f"for those before: audit list --after {page.next}")


def _row(act: ActView) -> tuple[str, ...]:
    details = ", ".join(
        f"{name}: {value if isinstance(value, str) else json_text.dumps(value)}"
        for name, value in act.details.items()
        if value is not None
    )
    return (str(act.id), rfc3339(act.at), act.by, act.via, act.act, act.on, details)
