"""`flask backup` and `flask restore`: copies of the database, whole and verified."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from api.command_line.operator import operator
from api.command_line.plain_words import PlainCommand, counted
from api.service import Service, current_service
from model import migrating
from model.administration import Act, record_act
from model.backup import Contents, back_up, fingerprint_of, verified
from model.backup import restore as put_back
from model.migrating import Schema
from rules.errors import DatabaseAway, TollgateError

_WHOLE = "--no-owner --exit-on-error --single-transaction"
_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_ON_POSTGRESQL = (
    "the database is PostgreSQL, which has its own tools (docs/operation.md has the steps):\n"
    "  {command}"
)


@click.command("backup", cls=PlainCommand)
@_file
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@with_appcontext
def backup(file: Path, *, force: bool) -> None:
    """Copy the SQLite database to FILE, while the service goes on; the copy is verified.

    Keep the secret (var/secret, or what TOLLGATE_SECRET says) as well, and apart from it.
    """
    at = current_service()
    _require_sqlite(at, f'pg_dump --format=custom --file={file} "$TOLLGATE_DATABASE_URL"')
    now = at.moment().now
    contents = back_up(at.database, file, at.settings.secret, operator(), now, replace=force)
    try:
        with at.database.transaction() as session:
            told = {"secret_fingerprint": fingerprint_of(at.settings.secret)}
            record_act(session, operator(), Act.DATABASE_BACKED_UP, file.name, now, **told)
    except DatabaseAway as error:
        # A full disk, or tables of an older version: the copy is what matters now.
        click.echo(f"the copy is whole, but could not be noted: {error.detail}", err=True)
    _tell("backed up to", file, contents)
    click.echo("keep the secret too: without it, no API key in the copy works")


@click.command("restore", cls=PlainCommand)
@_file
@click.option("--force", is_flag=True, help="Replace a database that holds something.")
@with_appcontext
def restore(file: Path, *, force: bool) -> None:
    """Put the copy FILE in the place of the SQLite database; the service must be stopped.

    The copy is verified first. The database that was there is kept beside it.
    """
    at = current_service()
    _require_sqlite(at, f'pg_restore {_WHOLE} --dbname="$NEW_DATABASE_URL" {file}')
    contents = verified(file)
    secret = at.settings.secret
    aside = put_back(at.database, file, secret, operator(), at.moment().now, replace=force)
    _tell("restored from", file, contents)
    if aside:
        click.echo(f"what was there is now {aside}")
    _tell_of_schema(at)
    _tell_of_secret(contents, secret)


def _require_sqlite(at: Service, command: str) -> None:
    if not at.database.is_sqlite:
        raise click.ClickException(_ON_POSTGRESQL.format(command=command))


def _tell(what: str, file: Path, contents: Contents) -> None:
    click.echo(f"{what} {file}")
    click.echo(f"tables      {contents.migration}")
    click.echo(f"live rules  {contents.revision or 'none'}")
    held = (counted(contents.decisions, "decision"), counted(contents.keys, "API key"))
    click.echo(f"holds       {', '.join(held)}")


def _tell_of_schema(at: Service) -> None:
    try:
        schema = migrating.state(at.database)
    except TollgateError as error:
        raise click.ClickException(f"restored, but not usable: {error.detail}") from error
    if schema is not Schema.CURRENT:
        click.echo(f"its tables are {schema}")


def _tell_of_secret(contents: Contents, secret: bytes) -> None:
    if contents.fingerprint is None:
        click.echo("the copy does not say which secret it belongs with: try a key", err=True)
    elif contents.fingerprint != fingerprint_of(secret):
        click.echo(
            "warning: the copy belongs with another secret. No API key in it works and no seal"
            " can be verified until var/secret (or TOLLGATE_SECRET) is the one of then",
            err=True,
        )
