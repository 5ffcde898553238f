"""The scheduler: what is done from time to time, and the sockets that deliveries leave by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Flask

from model.database import Database
from model.settings import Settings
from model.sources import utc_now
from scheduler import timetable
from scheduler.parts import Parts
from scheduler.worker import worker


def register(
    app: Flask,
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime] = utc_now,
    ticks: Sequence[timetable.Tick] = timetable.TICKS,
) -> None:
    """Give `app` its timetable, which waits to be started, and `flask worker`."""
    timetable.install(app, Parts(database, settings, clock), ticks)
    app.cli.add_command(worker)
