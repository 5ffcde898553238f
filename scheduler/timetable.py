"""The timetable: every tick with its interval and its job. The only file that knows APScheduler.

Nothing that is due is kept here: that is in SQL, and a tick looks there. So it does no harm when
several processes tick at once, when one is missed, or when all of them were away for a day.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import cast

from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from flask import Flask

from model.sources import utc_now
from scheduler import jobs
from scheduler.parts import Parts
from scheduler.ticking import tick_once

_NAME = "tollgate-timetable"


@dataclass(frozen=True, slots=True)
class Tick:
    """Something that is done again and again; `job` finds in SQL what there is to do."""

    name: str
    every: timedelta
    job: Callable[[Parts], None]


TICKS = (
    Tick(jobs.DELIVER, timedelta(seconds=2), jobs.deliver),
    Tick("timers", timedelta(seconds=15), jobs.tell_timers),
    Tick("reviews", timedelta(minutes=10), jobs.remind),
    Tick("cases", timedelta(minutes=5), jobs.reconsider_cases),
    Tick("plans", timedelta(hours=1), jobs.tell_plans),
    Tick("seal", timedelta(minutes=1), jobs.seal),
    Tick("verify", timedelta(minutes=10), jobs.verify_record),
    Tick("purge-answers", timedelta(hours=1), jobs.purge_answers),
    Tick("housekeeping", timedelta(hours=1), jobs.keep_house),
)

INTERVALS = {tick.name: tick.every for tick in TICKS}


class Timetable:
    """The ticks of one process. It has no thread before it is started: that is, after any fork."""

    def __init__(self, parts: Parts, ticks: Sequence[Tick] = TICKS) -> None:
        self._parts = parts
        self._ticks = ticks
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Begin to tick; the first time at once."""
        # That a tick is still busy when the next one comes is no news.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        # A thread for each tick: none waits for another.
        executor = ThreadPoolExecutor(len(self._ticks))
        self._scheduler = BackgroundScheduler(timezone=UTC, executors={"default": executor})
        for tick in self._ticks:
            self._scheduler.add_job(
                tick_once,
                "interval",
                args=(self._parts, tick.name, tick.job),
                seconds=tick.every.total_seconds(),
                next_run_time=utc_now(),
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing more, and wait for what is being done."""
        self._parts.ending.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None


def install(app: Flask, parts: Parts, ticks: Sequence[Tick] = TICKS) -> None:
    """Make a timetable that waits to be started the one of `app`."""
    app.extensions[_NAME] = Timetable(parts, ticks)


def has_timetable(app: Flask) -> bool:
    """Whether `app` is Tollgate, and not something that is served in its place."""
    return _NAME in app.extensions


def timetable_of(app: Flask) -> Timetable:
    """Return the timetable of `app`."""
    return cast("Timetable", app.extensions[_NAME])
