"""`flask agreement`: what is agreed, and how well it is kept to."""

from __future__ import annotations

from datetime import date, datetime

import click

from api.command_line.plain_words import PlainGroup, show_table
from api.service import current_service
from model.agreements import FIRST_DAY, LONGEST_PAGE, Agreement, agreements_after
from model.performance import Performance, TargetPerformance, performance
from rules.clocks.period import Period

_DAY = click.DateTime(["%Y-%m-%d"])
_NOTHING = "-"
_A_YEAR = Period(months=12)


@click.group(cls=PlainGroup)
def agreement() -> None:
    """See what is agreed, and how well it is kept to."""


@agreement.command("list")
@click.option("--service", metavar="KEY", help="Only those on this service.")
@click.option("--limit", type=click.IntRange(1, LONGEST_PAGE), default=50, show_default=True)
def show(service: str | None, limit: int) -> None:
    """List agreements, oldest first: what, with whom, until when, last day for notice, and ID."""
    at = current_service()
    today = at.moment().today
    with at.database.reading() as session:
        found, following = agreements_after(session, None, limit, service)
        rows = [_row(each, today) for each in found]
    show_table(("name", "kind", "service", "customer", "until", "notice by", "id"), rows)
    if following is not None:
        click.echo(f"There are more than these {limit}: see them with a higher --limit.")


@agreement.command("performance")
@click.argument("agreement_id", metavar="ID")
@click.option("--from", "first", type=_DAY, help="First day; if absent, a year before the last.")
@click.option("--to", "last", type=_DAY, help="Last day; if absent, today.")
def kept(agreement_id: str, first: datetime | None, last: datetime | None) -> None:
    """Say how well the agreement with this ID was kept to between two days, both included."""
    at = current_service()
    until = last.date() if last else at.moment().today
    since = first.date() if first else _A_YEAR.before(max(until, FIRST_DAY))
    zone = at.settings.timezone
    with at.database.reading() as session:
        found = performance(session, agreement_id, since, until, zone, at.clock())
        click.echo(_in_short(found, since, until))
    headings = ("metric", "agreed", "standing", "as agreed", "latest", "trend", "forecast")
    show_table(headings, [_target(each) for each in found.targets])


def _row(each: Agreement, today: date) -> tuple[str, ...]:
    renewal = each.renewal
    end = renewal.current_end(today) if renewal else None
    ended = renewal is not None and end is None
    until = f"ended {each.ends_on}" if ended else str(end or _NOTHING)
    notice = renewal.notice_day(today) if renewal and each.notice else None
    service = each.service.key if each.service else _NOTHING
    return each.name, each.kind, service, each.customer, until, str(notice or _NOTHING), each.id


def _in_short(found: Performance, since: date, until: date) -> str:
    said = found.standing.value.replace("_", " ")
    return f"{found.agreement.title}, from {since} to {until}: {said}"


def _target(each: TargetPerformance) -> tuple[str, ...]:
    latest, forecast = each.measurements[-1] if each.measurements else None, each.forecast
    counted = f"{each.attained} of {each.counted} ({each.attainment} percent)"
    return (
        each.target.metric,
        each.target.in_words,
        each.standing.value.replace("_", " "),
        counted if each.counted else _NOTHING,
        f"{latest.number} on {latest.day} ({latest.deviation:+})" if latest else _NOTHING,
        each.trend.value if each.trend else _NOTHING,
        f"{forecast.value} on {forecast.day}" if forecast else _NOTHING,
    )
