"""`flask calendar`: when business is open, and a country's holidays put in."""

from __future__ import annotations

from typing import BinaryIO

import click

from api.calendar_schemas import HoursSchema
from api.command_line.operator import operator
from api.command_line.plain_words import PlainGroup, show_table
from api.service import current_service
from api.strict_schema import load
from model import json_text
from model.calendars import (
    CalendarView,
    Editing,
    calendar_in,
    change_calendar,
    create_calendar,
    list_calendars,
    read_calendar_named,
)
from model.database import Session
from model.holiday_seeds import FIRST_YEAR, LAST_YEAR, Seed, seed_holidays
from model.moment import rfc3339
from rules.errors import BadRequestBody, UnknownRecord

_YEAR = click.IntRange(FIRST_YEAR, LAST_YEAR)


@click.group(cls=PlainGroup)
def calendar() -> None:
    """List, show and write business calendars, and put holidays in."""


@calendar.command("list")
def show_all() -> None:
    """List every calendar."""
    with current_service().database.reading() as session:
        found = list_calendars(session)
    headings = ("name", "version", "time zone", "special days", "changed by", "changed")
    show_table(headings, [_row(view) for view in found])


@calendar.command("show")
@click.argument("name")
def show(name: str) -> None:
    """Show the calendar NAME as JSON, as `calendar write` takes it."""
    with current_service().database.reading() as session:
        view = read_calendar_named(session, name)
    click.echo(json_text.dumps(view.hours))


@calendar.command("write")
@click.argument("name")
@click.argument("file", type=click.File("rb"))
def write(name: str, file: BinaryIO) -> None:
    """Make the calendar NAME as FILE says (JSON; `-`: standard input), or change it to that."""
    hours = calendar_in(load(HoursSchema, _read(file)))
    at, by = current_service(), operator().name

    def make_or_change(session: Session) -> CalendarView:
        try:
            return change_calendar(session, name, hours, _editing())
        except UnknownRecord:
            return create_calendar(session, name, hours, by, at.clock())

    _say(at.database.write(make_or_change))


@calendar.command("holidays")
@click.argument("name")
@click.option("--country", required=True, help="ISO 3166-1, as in AT.")
@click.option("--subdivision", help="A part of the country, as in 9.")
@click.option("--from", "first_year", type=_YEAR, required=True, help="The first year.")
@click.option("--until", "last_year", type=_YEAR, required=True, help="The last year.")
def holidays(
    name: str, country: str, subdivision: str | None, first_year: int, last_year: int
) -> None:
    """Put a country's holidays into the calendar NAME; its own days stay as they are."""
    seed, editing = Seed(country, subdivision, first_year, last_year), _editing()
    _say(
        current_service().database.write(
            lambda session: seed_holidays(session, name, seed, editing)
        )
    )


def _editing() -> Editing:
    return Editing(operator().name, current_service().clock(), _any_version)


def _any_version(version: int) -> None:
    """Refuse none: whoever works here has seen the newest."""


def _read(file: BinaryIO) -> object:
    try:
        return json_text.loads(file.read().decode())
    except ValueError as error:
        raise BadRequestBody(f"the file is not JSON: {error}") from None


def _say(view: CalendarView) -> None:
    days = len(view.hours["special_days"])
    click.echo(f"{view.name}: version {view.version}, special days: {days}")


def _row(view: CalendarView) -> tuple[str, ...]:
    days = str(len(view.hours["special_days"]))
    zone = str(view.hours["timezone"])
    return (view.name, str(view.version), zone, days, view.by, rfc3339(view.at))
