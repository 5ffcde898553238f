"""`flask key`: who may ask."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

import click

from api.command_line.operator import operator
from api.command_line.plain_words import PlainGroup, show_table
from api.service import current_service
from model.access import KeyView, Role, list_keys
from model.keys import LONGEST_GRACE, make_key, revoke_key, rotate_key
from model.moment import rfc3339

_PERIOD = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Period(click.ParamType[timedelta]):
    """A period such as `90m`, `24h` or `7d`."""

    name = "period"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Return how long it is."""
        if isinstance(value, timedelta):
            return value
        match = _PERIOD.fullmatch(value)
        if match is None:
            self.fail(f"`{value}` is no period such as 90m, 24h or 7d", param, ctx)
        period = timedelta(**{_UNITS[match[2]]: int(match[1])})
        if period > LONGEST_GRACE:
            self.fail(f"`{value}` is longer than {LONGEST_GRACE.days} days", param, ctx)
        return period


_until = click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day on which it is valid, in the service's time zone.",
)


@click.group(cls=PlainGroup)
def key() -> None:
    """Make, list, rotate and revoke API keys."""


@key.command("create")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    required=True,
    help="What the key may be used for; may be given several times.",
)
@_until
def create(name: str, roles: tuple[str, ...], until: datetime | None) -> None:
    """Make an API key called NAME and show it, this once; without --until it is valid for ever."""
    at = current_service()
    expires_at, now = _end_of(until, at.settings.timezone), at.moment().now
    _require_later(expires_at, now)
    wanted = [Role(role) for role in roles]
    made = at.database.write(
        lambda session: make_key(
            session, operator(), name, wanted, at.settings.secret, now, expires_at
        )
    )
    _show_once(made.id, made.key)


@key.command("list")
def show() -> None:
    """List every API key; none is shown itself."""
    at = current_service()
    moment = at.moment()
    with at.database.reading() as session:
        keys = list_keys(session)
    show_table(
        ("id", "name", "roles", "made", "expires", "last used", "state"),
        [
            (
                view.id,
                view.name,
                ", ".join(view.roles),
                rfc3339(view.created_at),
                rfc3339(view.expires_at) if view.expires_at else "never",
                rfc3339(view.last_used_at) if view.last_used_at else "never",
                _state(view, moment.now),
            )
            for view in keys
        ],
    )


@key.command("rotate")
@click.argument("key_id", metavar="ID")
@click.option(
    "--grace",
    type=Period(),
    default="24h",
    show_default=True,
    help="For how long the old key still works, such as 90m, 24h or 7d.",
)
@_until
def rotate(key_id: str, grace: timedelta, until: datetime | None) -> None:
    """Replace the API key with this ID by a new one, and show it, this once.

    It has the old key's name and roles, and ends when that would have unless --until is given.
    """
    at = current_service()
    expires_at, now = _end_of(until, at.settings.timezone), at.moment().now
    _require_later(expires_at, now)
    secret = at.settings.secret
    made = at.database.write(
        lambda session: rotate_key(session, operator(), key_id, secret, now, grace, expires_at)
    )
    _show_once(made.id, made.key)
    click.echo(f"the old key ends by {rfc3339(now + grace)}", err=True)


@key.command("revoke")
@click.argument("key_id", metavar="ID")
def refuse(key_id: str) -> None:
    """Refuse the API key with this ID from now on."""
    at = current_service()
    now = at.moment().now
    # Whoever has this command line can make an administrator's key at any time.
    revoked = at.database.write(
        lambda session: revoke_key(session, operator(), key_id, now, keep_one=False)
    )
    click.echo(f"revoked {revoked.id} ({revoked.name})")


def _show_once(key_id: str, key: str) -> None:
    click.echo(f"API key {key_id}, shown this once:", err=True)
    click.echo(key)


def _end_of(day: datetime | None, zone: tzinfo) -> datetime | None:
    return (day + timedelta(days=1)).replace(tzinfo=zone) if day else None


def _require_later(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise click.BadParameter("that day has passed", param_hint="--until")


def _state(view: KeyView, now: datetime) -> str:
    if view.revoked_at is not None:
        return "revoked"
    return "expired" if view.expires_at is not None and view.expires_at <= now else "valid"
