"""The scheduler: what is done from time to time, and the sockets that deliveries leave by."""

from __future__ import annotations

from flask import Flask

from model.database import Database
from model.settings import Settings
from scheduler import timetable
from scheduler.parts import Parts
from scheduler.worker import worker


def register(app: Flask, settings: Settings, database: Database) -> None:
    """Give `app` its timetable, which waits to be started, and `flask worker`."""
    timetable.install(app, Parts(database, settings))
    app.cli.add_command(worker)
