"""`flask deliveries`: what is on its way, what failed, and once more."""

from __future__ import annotations

import click

from api.command_line.operator import operator
from api.command_line.plain_words import PlainGroup, counted, show_table
from api.service import current_service
from model.cursors import LONGEST_PAGE
from model.deliveries import (
    DeliveryView,
    State,
    deliveries_before,
    failed_ids,
    replay,
)
from model.moment import rfc3339

AT_ONCE = 10_000

_subscription = click.option("--subscription", help="Only those to the subscription with this ID.")


@click.group(cls=PlainGroup)
def deliveries() -> None:
    """List messages to subscribers and people, and send them once more."""


@deliveries.command("list")
@click.option("--state", type=click.Choice([each.value for each in State]), help="Only these.")
@_subscription
@click.option(
    "--limit",
    type=click.IntRange(1, LONGEST_PAGE),
    default=50,
    show_default=True,
    help="How many at most.",
)
@click.option("--after", help="Show those before the delivery with this number.")
def show(state: str | None, subscription: str | None, limit: int, after: str | None) -> None:
    """List deliveries, newest first: what, to whom, how far it is, and what went wrong last."""
    wanted = State(state) if state else None
    with current_service().database.reading() as session:
        page = deliveries_before(session, after, limit, wanted, subscription)
    headings = ("number", "when", "what", "about", "to", "state", "attempts", "next", "last error")
    show_table(headings, [_row(each) for each in page.deliveries])
    if page.next:
        click.echo(f"for those before: deliveries list --after {page.next}")


@deliveries.command("replay")
@click.argument("numbers", type=click.IntRange(1, 10**18 - 1), nargs=-1, metavar="[NUMBER]…")
@click.option("--failed", is_flag=True, help="All that were given up.")
@_subscription
def send_again(numbers: tuple[int, ...], subscription: str | None, *, failed: bool) -> None:
    """Send deliveries with these NUMBERs once more, under the same message ids."""
    if bool(numbers) == failed or (subscription and not failed):
        raise click.UsageError("say which: their numbers, or --failed (of one --subscription)")
    at = current_service()
    with at.database.transaction() as session:
        chosen = failed_ids(session, subscription, AT_ONCE) if failed else numbers
        for number in chosen:
            replay(session, operator(), number, at.moment().now)
    told = counted(len(chosen), "delivery")
    click.echo(f"{told} will be sent once more")


def _row(view: DeliveryView) -> tuple[str, ...]:
    return (
        str(view.id),
        rfc3339(view.at),
        view.type,
        view.subject,
        view.recipient or view.subscription_id or "",
        view.state,
        str(view.attempts),
        rfc3339(view.due_at) if view.due_at else "",
        view.error or "",
    )
