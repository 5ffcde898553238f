"""`flask key`: who may ask."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

import click

from api.command_line.plain_words import PlainGroup, show_table
from api.service import current_service
from model.access import KeyView, Role, create_key, list_keys, revoke
from model.moment import rfc3339


@click.group(cls=PlainGroup)
def key() -> None:
    """Make, list and revoke API keys."""


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
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day on which it is valid, in the service's time zone; for ever without.",
)
def create(name: str, roles: tuple[str, ...], until: datetime | None) -> None:
    """Make an API key called NAME and show it, this once."""
    at = current_service()
    moment = at.moment()
    expires_at = _end_of(until, at.settings.timezone) if until else None
    if expires_at is not None and expires_at <= moment.now:
        raise click.BadParameter("that day has passed", param_hint="--until")
    with at.database.transaction() as session:
        made = create_key(
            session,
            name,
            [Role(role) for role in roles],
            at.settings.secret,
            moment.now,
            expires_at=expires_at,
        )
    click.echo(f"API key {made.id}, shown this once:", err=True)
    click.echo(made.key)


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


@key.command("revoke")
@click.argument("key_id", metavar="ID")
def refuse(key_id: str) -> None:
    """Refuse the API key with this ID from now on."""
    at = current_service()
    with at.database.transaction() as session:
        revoked = revoke(session, key_id, at.moment().now)
    click.echo(f"revoked {revoked.id} ({revoked.name})")


def _end_of(day: datetime, zone: tzinfo) -> datetime:
    return (day + timedelta(days=1)).replace(tzinfo=zone)


def _state(view: KeyView, now: datetime) -> str:
    if view.revoked_at is not None:
        return "revoked"
    return "expired" if view.expires_at is not None and view.expires_at <= now else "valid"
