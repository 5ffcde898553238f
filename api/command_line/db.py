"""`flask db`: the database's tables, and everything a first start needs in it."""

from __future__ import annotations

import click

from api.command_line.operator import operator
from api.command_line.plain_words import PlainGroup
from api.service import Service, current_service
from model import migrating
from model.access import bootstrap
from model.administration import Act, record_act
from model.keys import note_key
from model.migrating import Noted, Schema
from model.publishing import publish_if_none
from model.revisions import live_revision
from rules.rule_book import read_files


@click.group(cls=PlainGroup)
def db() -> None:
    """Set the database up, and tell its state."""


@db.command("upgrade")
@click.argument("to", default="head")
def upgrade(to: str) -> None:
    """Migrate the database up, to the newest version or TO."""
    migrating.upgrade(current_service().database, to, _noted())
    _say("migrated to", migrating.current(current_service().database) or "nothing")


@db.command("downgrade")
@click.argument("to")
@click.confirmation_option(prompt="What the later tables hold is lost. Go on?")
def downgrade(to: str) -> None:
    """Migrate the database down, to the version TO or to `base`, which is empty."""
    migrating.downgrade(current_service().database, to, _noted())
    _say("migrated to", migrating.current(current_service().database) or "base")


@db.command("status")
def status() -> None:
    """Tell whether the database is ready to decide; exit status 1 when it is not."""
    database = current_service().database
    _say("database", database.url.render_as_string(hide_password=True))
    schema, version = migrating.state(database), migrating.current(database) or "none"
    if schema not in (Schema.CURRENT, Schema.AHEAD):
        raise click.ClickException(f"its tables (at {version}) are {schema}")
    with database.reading() as session:
        live = live_revision(session)
    if live is None:
        raise click.ClickException("no rules have been published: `policy publish`")
    _say("tables", f"{schema} ({version})")
    _say("live rules", live)


@db.command("prepare")
def prepare() -> None:
    """Do what a first start needs: tables, the rule files published, the first API key.

    On a database that has these already it changes nothing.
    """
    at = current_service()
    migrating.upgrade(at.database, noted=_noted())
    _say("database", at.database.url.render_as_string(hide_password=True))
    _publish_first_rules(at)
    _make_first_key(at)
    _say("API docs", f"http://{at.settings.address}/docs (user name: any, password: an API key)")


def _noted() -> Noted:
    return Noted(operator(), current_service().moment().now)


def _publish_first_rules(at: Service) -> None:
    with at.database.transaction() as session:
        live = live_revision(session)
    if live is None:
        files = read_files(at.settings.rules)
        with at.database.transaction() as session:
            now = at.moment().now
            live = publish_if_none(session, files, "first start", now)
            if live:
                record_act(session, operator(), Act.RULES_PUBLISHED, live, now, by="first start")
    _say("live rules", live or "published by another process just now")


def _make_first_key(at: Service) -> None:
    chosen = at.settings.bootstrap_key
    with at.database.transaction() as session:
        now = at.moment().now
        made = bootstrap(session, chosen, at.settings.secret, now)
        if made:
            note_key(session, operator(), made, now)
    if made is None:
        return
    shown = "as TOLLGATE_BOOTSTRAP_KEY says" if chosen else f"{made.key} (shown this once)"
    _say("admin key", shown)


def _say(what: str, value: str) -> None:
    click.echo(f"{what:<12}{value}")
