"""Commands on trial: a fixed clock, a made-up secret, and a way to run them on any database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from click.testing import Result
from flask import Flask

from api.command_line import registration
from api.service import Service, install
from model.database import Database
from model.settings import Settings

SECRET = b"a secret made up for the tests"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
Run = Callable[..., Result]


def commands_on(database: Database, rules: Path, bootstrap_key: str | None = None) -> Run:
    """Return what runs a command, in an application that has the commands and nothing else."""
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(url, SECRET, rules, bootstrap_key=bootstrap_key)
    ids = (f"decision-{number}" for number in count(1))
    app = Flask("tollgate")
    install(app, Service(database, settings, clock=lambda: NOW, new_id=lambda: next(ids)))
    registration.register(app)

    def run(*words: str, input: str | None = None) -> Result:
        return app.test_cli_runner().invoke(args=list(words), input=input)

    return run
