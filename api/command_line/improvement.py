"""`flask improvement`: what is to become better, by when, and who sees to it."""

from __future__ import annotations

import click

from api.command_line.plain_words import PlainGroup, show_table
from api.service import current_service
from model.improvements import LONGEST_PAGE, ImprovementState, improvements_after

_STATES = [each.value for each in ImprovementState]


@click.group(cls=PlainGroup)
def improvement() -> None:
    """See what is to become better."""


@improvement.command("list")
@click.option("--state", type=click.Choice(_STATES), default="open", show_default=True)
@click.option("--service", metavar="KEY", help="Only those of this service.")
@click.option("--limit", type=click.IntRange(1, LONGEST_PAGE), default=50, show_default=True)
def show(state: str, service: str | None, limit: int) -> None:
    """List improvements, the soonest first: when, what, of which service, by whom, and ID."""
    at = current_service()
    today = at.moment().today
    with at.database.reading() as session:
        found, following = improvements_after(
            session, None, limit, service, ImprovementState(state)
        )
        rows = [
            (
                f"{each.due_on}{' (overdue)' if state == 'open' and each.due_on < today else ''}",
                each.objective,
                each.service.key if each.service else "portfolio",
                each.role,
                each.outcome or "-",
                each.id,
            )
            for each in found
        ]
    show_table(("due", "what", "of", "by whom", "what came of it", "id"), rows)
    if following is not None:
        click.echo(f"There are more than these {limit}: see them with a higher --limit.")
