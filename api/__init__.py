"""The HTTP API: JSON in, values down, JSON out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from flask import Flask

from api import blueprints
from api.decisions import PREVIEW
from api.in_turn import take_turns
from api.service import Service
from model.database import Database
from model.settings import Settings
from model.sources import utc_now


def register(
    app: Flask,
    settings: Settings,
    database: Database,
    ticks: Mapping[str, timedelta] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Let `app` serve the API; `ticks`: what the scheduler is to do, and how often."""
    blueprints.register(app, Service(database, settings, clock=clock, ticks=ticks or {}))
    if database.is_sqlite:
        take_turns(app)
    elif database.is_beside:
        # Between its one look and the answer there is nothing to be waited for. What writes is in
        # PostgreSQL most of the time, and side by side there.
        take_turns(app, {PREVIEW})
