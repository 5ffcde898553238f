"""`flask worker`: the timetable in a process of its own, beside servers of several processes."""

from __future__ import annotations

import signal
from threading import Event

import click
from flask import current_app
from flask.cli import with_appcontext

from scheduler.timetable import timetable_of


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Deliver, seal and keep house until SIGTERM or Ctrl-C; as many of these as you like.

    A server of one process (TOLLGATE_WORKERS=1) does this itself.
    """
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    timetable = timetable_of(current_app)
    timetable.start()
    click.echo("at work: delivering, sealing, keeping house; Ctrl-C ends it")
    ended.wait()
    timetable.stop()
