"""The product on a clock that a file sets, with ticks that keep up with it.

`gunicorn … 'tests.fire.clocked:create_app()'`, `flask --app tests.fire.clocked worker`: the
variable AHEAD names the file, which says how many seconds the clock is ahead of the machine's.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

from app import create_app as create_product
from model.sources import utc_now
from scheduler.timetable import TICKS

AHEAD = "AHEAD"
EVERY = timedelta(seconds=1)


def create_app() -> Flask:
    """Return the product; a day may pass for it between two of its ticks."""
    ahead = Path(os.environ[AHEAD])

    def clock() -> datetime:
        return utc_now() + timedelta(seconds=float(ahead.read_text(encoding="ascii")))

    return create_product(clock=clock, ticks=[replace(tick, every=EVERY) for tick in TICKS])
