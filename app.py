"""The one place where the parts meet: `create_app` and the `flask` command groups."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Flask

import api
import scheduler
from api.command_line import registration
from model.database import Database
from model.misspelt_settings import misspelt_settings
from model.settings import Settings
from model.sources import utc_now
from rules.errors import Refused
from scheduler.timetable import TICKS, Tick


def create_app(
    settings: Settings | None = None,
    clock: Callable[[], datetime] = utc_now,
    ticks: Sequence[Tick] = TICKS,
) -> Flask:
    """Return the service, with settings from the environment unless they are given.

    `clock`: what time it is, to requests, commands and ticks alike; `ticks`: its timetable.
    It touches no database: that comes with the first request or command.
    """
    if settings is None:
        settings = _settings_from_environment()
    app = _Synchronous("tollgate", static_folder=None)
    database = Database(settings.database_url, pool_size=settings.threads)
    api.register(app, settings, database, {tick.name: tick.every for tick in ticks}, clock)
    registration.register(app)
    scheduler.register(app, settings, database, clock, ticks)
    return app


class _Synchronous(Flask):
    """Flask without its look, ten times a request, whether a function is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


def _settings_from_environment() -> Settings:
    for said in misspelt_settings(os.environ):
        sys.stderr.write(f"tollgate: warning: {said}\n")
    try:
        return Settings.from_environment(os.environ)
    except Refused as refused:
        raise SystemExit(f"tollgate: {refused.detail}") from refused
