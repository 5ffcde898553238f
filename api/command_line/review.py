"""`flask review`: what is to be reviewed, and what is looked at again as time passes."""

from __future__ import annotations

from datetime import datetime

import click

from api.command_line.plain_words import PlainGroup, counted, show_table
from api.service import current_service
from model.completing_reviews import Held, complete_review
from model.reconsidering import reconsider_due
from model.review_round import go_round
from model.reviews import LONGEST_PAGE, reviews_due


@click.group(cls=PlainGroup)
def review() -> None:
    """See what is to be reviewed, record that it was, and look again at what time has moved."""


@review.command("list")
@click.option("--limit", type=click.IntRange(1, LONGEST_PAGE), default=50, show_default=True)
def show(limit: int) -> None:
    """List reviews, the soonest first: when, what, by whom, and its ID."""
    at = current_service()
    with at.database.reading() as session:
        page = reviews_due(session, None, None, limit)
    show_table(
        ("due", "what", "by whom", "every", "id"),
        [
            (r.due_on.isoformat(), r.title, r.role, "once" if r.once else r.every, r.id)
            for r in page.reviews
        ],
    )


@review.command("complete")
@click.argument("review_id", metavar="ID")
@click.option(
    "--due", "due_on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Which occurrence."
)
@click.option("--outcome", required=True, help="What came of it, such as `unchanged`.")
@click.option("--note", help="What else is to be known.")
@click.option("--by", default="command line", show_default=True, help="Who held it.")
def complete(review_id: str, due_on: datetime, outcome: str, note: str | None, by: str) -> None:
    """Record that the review with this ID was held, and say when the next one is."""
    at = current_service()
    moment = at.moment()
    held = Held(due_on.date(), outcome, note)
    review = at.database.write(
        lambda session: complete_review(session, review_id, held, by, moment)
    )
    nothing_more = "recorded; it is held no more"
    ended = review.ended_at is not None
    click.echo(nothing_more if ended else f"recorded; the next one is on {review.due_on}")


@review.command("remind")
def remind() -> None:
    """Send the reminders that are due, without waiting for the scheduler or for quiet hours."""
    at = current_service()
    moment = at.moment()
    told = go_round(at.database, moment, at.settings.timezone, at.new_id)
    click.echo(f"{counted(told, 'reminder')} on the way")


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
